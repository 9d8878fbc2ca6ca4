using System.Collections.Concurrent;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Framing;
using Grpc.Net.Compression;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Grpc.Net.Client;

/// <summary>A channel to a server over HTTP/2. Costly to make and safe for concurrent use: make one and keep it.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly ConcurrentDictionary<string, Uri> _methodUris = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<IDisposable, byte> _callsUnderWay = new(ReferenceEqualityComparer.Instance);
    private readonly Uri _address;
    private readonly bool _ownsInvoker;
    private volatile bool _disposed;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        if (options is { HttpClient: not null, HttpHandler: not null })
            throw new ArgumentException("HttpClient and HttpHandler have been configured. Only one HTTP caller can be specified.", nameof(options));

        _address = address;
        IsSecure = Secured(address, options);
        MaxSendMessageSize = options.MaxSendMessageSize;
        MaxReceiveMessageSize = options.MaxReceiveMessageSize;
        ThrowOperationCanceledOnCancellation = options.ThrowOperationCanceledOnCancellation;
        CallCredentials = options.Credentials?.Call;
        SendsCallCredentials = IsSecure || options.UnsafeUseInsecureChannelCallCredentials;
        CompressionProviders = options.CompressionProviders is { } providers ? [.. providers] : [new GzipCompressionProvider(CompressionLevel.Fastest)];
        AcceptEncoding = string.Join(',', MessageReader.AcceptedEncodings(CompressionProviders));
        Logger = (options.LoggerFactory ?? options.ServiceProvider?.GetService(typeof(ILoggerFactory)) as ILoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<GrpcChannel>();

        _ownsInvoker = options.DisposeHttpClient || options is { HttpClient: null, HttpHandler: null };
        Invoker = options.HttpClient ?? new HttpMessageInvoker(options.HttpHandler ?? DefaultHandler());
    }

    internal bool IsSecure { get; }

    internal HttpMessageInvoker Invoker { get; }

    internal int? MaxSendMessageSize { get; }

    internal int? MaxReceiveMessageSize { get; }

    internal bool ThrowOperationCanceledOnCancellation { get; }

    internal CallCredentials? CallCredentials { get; }

    internal bool SendsCallCredentials { get; }

    internal IReadOnlyList<ICompressionProvider> CompressionProviders { get; }

    internal string AcceptEncoding { get; }

    internal ILogger Logger { get; }

    /// <summary>Creates a channel; the connection is made by the first call.</summary>
    /// <param name="address">Scheme, host and port, such as http://localhost:5000; a path is ignored.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>Creates a channel; the connection is made by the first call.</summary>
    /// <param name="address">Scheme, host and port, such as http://localhost:5000; a path is ignored.</param>
    /// <param name="channelOptions">How the server is reached.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    /// <summary>Creates a channel; the connection is made by the first call.</summary>
    /// <param name="address">Scheme, host and port; a path is ignored.</param>
    /// <returns>The channel.</returns>
    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>Creates a channel; the connection is made by the first call.</summary>
    /// <param name="address">Scheme, host and port; a path is ignored.</param>
    /// <param name="channelOptions">How the server is reached.</param>
    /// <returns>The channel.</returns>
    /// <exception cref="ArgumentException">The address has no host, or the options contradict each other.</exception>
    /// <exception cref="InvalidOperationException">The address and the credentials contradict each other.</exception>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return new GrpcChannel(address, channelOptions);
    }

    /// <inheritdoc/>
    public override CallInvoker CreateCallInvoker()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new HttpCallInvoker(this);
    }

    /// <summary>Ends the calls under way and closes the connections, unless the HTTP caller was given and is kept.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        foreach (var call in _callsUnderWay.Keys)
            call.Dispose();
        if (_ownsInvoker)
            Invoker.Dispose();
    }

    /// <summary>The handler of a channel that is given none.</summary>
    internal static SocketsHttpHandler DefaultHandler() => new() { EnableMultipleHttp2Connections = true };

    /// <summary>The address of a method.</summary>
    internal Uri UriOf(IMethod method) => _methodUris.GetOrAdd(method.FullName, static (path, address) => new Uri(address, path), _address);

    /// <summary>The URL that call credentials are made for: the service's, without a port that goes without saying.</summary>
    internal string ServiceUrlOf(IMethod method) =>
        $"{_address.Scheme}://{(_address.IsDefaultPort && IsSecure ? _address.Host : _address.Authority)}/{method.ServiceName}";

    /// <summary>Notes a call, so that it ends with the channel.</summary>
    internal void Begin(IDisposable call)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _callsUnderWay.TryAdd(call, 0);
        if (_disposed)
            call.Dispose();
    }

    /// <summary>Forgets a call that is over.</summary>
    internal void End(IDisposable call) => _callsUnderWay.TryRemove(call, out _);

    /// <inheritdoc/>
    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    private static bool Secured(Uri address, GrpcChannelOptions options)
    {
        var byScheme = address.Scheme switch
        {
            "http" => false,
            "https" => true,
            _ => throw new InvalidOperationException($"No address resolver configured for the scheme '{address.Scheme}'."),
        };
        if (address.Host.Length == 0)
            throw new ArgumentException($"Address '{address.OriginalString}' doesn't have a host. Address should include a scheme, host, and optional port. For example, 'https://localhost:5001'.", nameof(address));
        if (options.Credentials is { } credentials && credentials.IsSecure != byScheme)
            throw new InvalidOperationException($"Channel is configured with {(credentials.IsSecure ? "secure" : "insecure")} channel credentials and can't use a HttpClient with a '{address.Scheme}' scheme.");

        return byScheme;
    }
}
