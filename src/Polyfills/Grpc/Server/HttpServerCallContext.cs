using System.Diagnostics;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Framing;
using Grpc.Net.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>A call that came in over HTTP/2.</summary>
internal sealed partial class HttpServerCallContext(HttpContext http, IMethod method, MethodOptions options, ILogger logger)
    : ServerCallContext, IServerCallContextFeature
{
    private static readonly AuthContext Unauthenticated = new(null, []);

    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private ICompressionProvider? _compression;
    private CallDeadline? _deadline;
    private Activity? _activity;
    private Status _status;

    internal HttpContext HttpContext => http;

    ServerCallContext IServerCallContextFeature.ServerCallContext => this;

    internal MessageDecoding Decoding => new(options.MaxReceiveMessageSize, http.Request.Headers.GrpcEncoding, options.CompressionProviders);

    protected override string MethodCore => method.FullName;

    protected override string HostCore => http.Request.Host.Value ?? "";

    protected override string PeerCore
    {
        get
        {
            var (address, port) = (http.Connection.RemoteIpAddress, http.Connection.RemotePort);
            return address?.AddressFamily switch
            {
                AddressFamily.InterNetwork => $"ipv4:{address}:{port}",
                AddressFamily.InterNetworkV6 => $"ipv6:[{address}]:{port}",
                _ => "unknown",
            };
        }
    }

    protected override DateTime DeadlineCore => _deadline?.Deadline ?? DateTime.MaxValue;

    protected override Metadata RequestHeadersCore => _requestHeaders ??= ReadRequestHeaders();

    protected override CancellationToken CancellationTokenCore => _deadline?.CancellationToken ?? http.RequestAborted;

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore
    {
        get => _status;
        set => _status = value;
    }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => http.Connection.ClientCertificate is { } certificate
        ? CertificateAuthContext.Create(certificate)
        : Unauthenticated;

    protected override IDictionary<object, object> UserStateCore => http.Items!;

    /// <summary>Reads what the request says about the call, and starts its deadline.</summary>
    internal void Begin()
    {
        http.Response.Headers.ContentType = GrpcProtocol.ContentType;
        http.Features.Set<IServerCallContextFeature>(this);

        if (Activity.Current is not null)
        {
            _activity = http.Features.Get<IHttpActivityFeature>()?.Activity;
            if (_activity is { IsAllDataRequested: true })
                TagStart(_activity);
        }

        var headers = http.Request.Headers;
        if (options.ResponseCompression is { } compression && GrpcProtocol.ListsEncoding(headers.GrpcAcceptEncoding.ToString(), compression.EncodingName))
            UseCompression(compression);

        if (headers.GrpcTimeout is { Count: > 0 } text)
        {
            if (GrpcTimeout.TryParse(text.ToString(), out var timeout) && timeout > TimeSpan.Zero)
                _deadline = CallDeadline.Start(this, timeout);
            else
                LogInvalidTimeout(logger, text.ToString());
        }
    }

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (HasOutput)
            throw new InvalidOperationException("Response headers can only be sent once per call.");

        foreach (var entry in responseHeaders)
        {
            if (entry.Key == Metadata.CompressionRequestAlgorithmKey)
            {
                UseCompression(options.FindCompression(entry.Value)
                    ?? throw new InvalidOperationException($"Unable to find compression provider for '{entry.Value}'."));
                continue;
            }

            try
            {
                http.Response.Headers.Append(entry.Key, entry.ToHeaderValue());
            }
            catch (InvalidOperationException e)
            {
                throw new InvalidOperationException($"Error adding response header '{entry.Key}'.", e);
            }
        }

        return http.Response.StartAsync();
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("Propagation tokens are not supported; pass the deadline and the cancellation token of this call on.");

    private void UseCompression(ICompressionProvider compression)
    {
        _compression = compression;
        http.Response.Headers.GrpcEncoding = compression.EncodingName;
    }

    private Metadata ReadRequestHeaders()
    {
        var metadata = new Metadata();
        foreach (var (name, values) in http.Request.Headers)
        {
            if (IsProtocolHeader(name))
                continue;
            foreach (var value in values)
                metadata.AddReceived(name, value ?? "");
        }

        return metadata;
    }

    private static bool IsProtocolHeader(string name) =>
        name.StartsWith(':')
        || name.Equals(GrpcProtocol.EncodingHeader, StringComparison.OrdinalIgnoreCase)
        || name.Equals(GrpcProtocol.AcceptEncodingHeader, StringComparison.OrdinalIgnoreCase)
        || name.Equals(GrpcProtocol.TimeoutHeader, StringComparison.OrdinalIgnoreCase)
        || name.Equals("content-type", StringComparison.OrdinalIgnoreCase)
        || name.Equals("content-encoding", StringComparison.OrdinalIgnoreCase)
        || name.Equals("accept-encoding", StringComparison.OrdinalIgnoreCase)
        || name.Equals("te", StringComparison.OrdinalIgnoreCase)
        || name.Equals("host", StringComparison.OrdinalIgnoreCase);

    private void TagStart(Activity activity)
    {
        activity.SetTag("rpc.system", "grpc");
        activity.SetTag("rpc.service", method.ServiceName);
        activity.SetTag("rpc.method", method.Name);
        activity.SetTag("grpc.method", method.FullName);
    }

    private void TagEnd()
    {
        if (_activity is not { IsAllDataRequested: true } activity)
            return;
        activity.SetTag("rpc.grpc.status_code", (int)_status.StatusCode);
        activity.SetTag("grpc.status_code", StatusHeaders.CodeText(_status.StatusCode));
    }

    [LoggerMessage(1, LogLevel.Debug, "Invalid grpc-timeout header value '{Timeout}' has been ignored.", EventName = "InvalidTimeoutIgnored")]
    private static partial void LogInvalidTimeout(ILogger logger, string timeout);
}
