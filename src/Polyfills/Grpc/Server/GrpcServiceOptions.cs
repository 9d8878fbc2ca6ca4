using System.IO.Compression;
using Grpc.Net.Compression;

namespace Grpc.AspNetCore.Server;

/// <summary>How the server treats calls; for all services, or with <see cref="GrpcServiceOptions{TService}"/> for one.</summary>
public class GrpcServiceOptions
{
    /// <summary>The largest request message in bytes, compressed and not; null for no limit. 4 MiB unless set.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>The largest response message in bytes before compression; null (the default) for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Whether callers learn the type and message of an unhandled exception. False unless set.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>The compression of responses, used where the caller accepts it; null (the default) for none.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>The level of <see cref="ResponseCompressionAlgorithm"/>; null for the provider's own.</summary>
    public CompressionLevel? ResponseCompressionLevel { get; set; }

    /// <summary>The compressions that the server understands; gzip unless changed.</summary>
    public IList<ICompressionProvider> CompressionProviders { get; set; } = [new GzipCompressionProvider(CompressionLevel.Fastest)];

    /// <summary>Whether calls of unknown services and methods are left to the rest of the application instead of being answered with Unimplemented.</summary>
    public bool? IgnoreUnknownServices { get; set; }

    /// <summary>The interceptors, the first one sees a call first; those for all services come before those of one service.</summary>
    public InterceptorCollection Interceptors { get; } = [];
}

/// <summary>How the server treats calls of one service; starts as a copy of the options for all services.</summary>
/// <typeparam name="TService">The service.</typeparam>
public class GrpcServiceOptions<TService> : GrpcServiceOptions
    where TService : class;
