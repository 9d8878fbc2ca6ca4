using System.IO.Compression;
using Grpc.Framing;
using Grpc.Net.Compression;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Grpc.AspNetCore.Server;

/// <summary>The options of one service, ready for its calls.</summary>
internal sealed class MethodOptions
{
    internal MethodOptions(GrpcServiceOptions options)
    {
        MaxReceiveMessageSize = options.MaxReceiveMessageSize;
        MaxSendMessageSize = options.MaxSendMessageSize;
        EnableDetailedErrors = options.EnableDetailedErrors ?? false;
        IgnoreUnknownServices = options.IgnoreUnknownServices ?? false;
        CompressionProviders = [.. options.CompressionProviders];
        CompressionLevel = options.ResponseCompressionLevel;
        Interceptors = [.. options.Interceptors];
        AcceptedEncodings = string.Join(',', MessageReader.AcceptedEncodings(CompressionProviders));
        if (options.ResponseCompressionAlgorithm is { } algorithm and not GrpcProtocol.IdentityEncoding)
        {
            ResponseCompression = FindCompression(algorithm)
                ?? throw new InvalidOperationException($"The configured response compression algorithm '{algorithm}' does not have a matching compression provider.");
        }
    }

    internal int? MaxReceiveMessageSize { get; }

    internal int? MaxSendMessageSize { get; }

    internal bool EnableDetailedErrors { get; }

    internal bool IgnoreUnknownServices { get; }

    internal ICompressionProvider? ResponseCompression { get; }

    internal CompressionLevel? CompressionLevel { get; }

    internal ICompressionProvider[] CompressionProviders { get; }

    internal StringValues AcceptedEncodings { get; }

    internal InterceptorRegistration[] Interceptors { get; }

    internal ICompressionProvider? FindCompression(string encoding) => Array.Find(CompressionProviders, provider => provider.EncodingName == encoding);
}

/// <summary>A change that <c>AddServiceOptions</c> makes.</summary>
internal sealed record ServiceOptionsChange<TService>(Action<GrpcServiceOptions<TService>> Apply)
    where TService : class;

/// <summary>Builds the options of a service: the ones for all services with the changes for this one.</summary>
internal sealed class ServiceOptionsReader<TService>(IOptions<GrpcServiceOptions> server, IEnumerable<ServiceOptionsChange<TService>> changes)
    where TService : class
{
    internal MethodOptions Read()
    {
        var all = server.Value;
        var options = new GrpcServiceOptions<TService>
        {
            MaxReceiveMessageSize = all.MaxReceiveMessageSize,
            MaxSendMessageSize = all.MaxSendMessageSize,
            EnableDetailedErrors = all.EnableDetailedErrors,
            ResponseCompressionAlgorithm = all.ResponseCompressionAlgorithm,
            ResponseCompressionLevel = all.ResponseCompressionLevel,
            CompressionProviders = [.. all.CompressionProviders],
            IgnoreUnknownServices = all.IgnoreUnknownServices,
        };
        foreach (var interceptor in all.Interceptors)
            options.Interceptors.Add(interceptor);
        foreach (var change in changes)
            change.Apply(options);
        return new MethodOptions(options);
    }
}
