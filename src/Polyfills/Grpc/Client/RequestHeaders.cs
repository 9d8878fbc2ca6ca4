using System.Net;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client;

/// <summary>The HTTP request of a call.</summary>
internal static class RequestHeaders
{
    // The form that the gRPC specification gives: grpc-language-variant/version.
    private static readonly string UserAgent = $"grpc-dotnet-contactcenter/{typeof(RequestHeaders).Assembly.GetName().Version!.ToString(3)} (.NET {Environment.Version})";

    /// <summary>Creates the request.</summary>
    /// <param name="channel">Where it goes.</param>
    /// <param name="method">What it calls.</param>
    /// <param name="options">The call's options.</param>
    /// <param name="content">The messages.</param>
    /// <param name="timeLeft">What is left until the deadline; null when there is none.</param>
    internal static HttpRequestMessage Create(GrpcChannel channel, IMethod method, CallOptions options, HttpContent content, TimeSpan? timeLeft)
    {
        content.Headers.TryAddWithoutValidation("Content-Type", GrpcProtocol.ContentType);
        var request = new HttpRequestMessage(HttpMethod.Post, channel.UriOf(method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };

        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        request.Headers.TryAddWithoutValidation(GrpcProtocol.AcceptEncodingHeader, channel.AcceptEncoding);
        if (timeLeft is { } left)
            request.Headers.TryAddWithoutValidation(GrpcProtocol.TimeoutHeader, GrpcTimeout.Format(left));
        if (options.Headers is { } metadata)
        {
            if (metadata.GetValue(Metadata.CompressionRequestAlgorithmKey) is { } encoding)
                request.Headers.TryAddWithoutValidation(GrpcProtocol.EncodingHeader, encoding);
            HeaderMetadata.Add(request.Headers, metadata);
        }

        return request;
    }
}
