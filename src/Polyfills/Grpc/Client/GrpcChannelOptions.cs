using Grpc.Core;
using Grpc.Net.Compression;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>How a <see cref="GrpcChannel"/> reaches its server.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Whether the channel uses TLS, and metadata for every call; null to take TLS from the address's scheme.</summary>
    public ChannelCredentials? Credentials { get; set; }

    /// <summary>The largest request in bytes, before compression; null for no limit, which is the default.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The largest response in bytes, after decompression; null for no limit. 4 MiB by default.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>The compressions that may be sent and received; null for gzip and deflate.</summary>
    public IList<ICompressionProvider>? CompressionProviders { get; set; }

    /// <summary>Where the channel logs; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Sends the requests. Not together with <see cref="HttpHandler"/>.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>Sends the requests; null for a handler of the channel's own. Not together with <see cref="HttpClient"/>.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether the given <see cref="HttpClient"/> or <see cref="HttpHandler"/> is disposed with the channel.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>
    /// Whether a call that the caller gave up, or whose deadline passed, fails with an
    /// <see cref="OperationCanceledException"/> instead of an <see cref="RpcException"/>.
    /// </summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }

    /// <summary>Whether call credentials are sent without TLS too, where anyone on the way can read them.</summary>
    public bool UnsafeUseInsecureChannelCallCredentials { get; set; }

    /// <summary>Services for the channel's extensions; a logger factory is taken from it when none is set.</summary>
    public IServiceProvider? ServiceProvider { get; set; }
}
