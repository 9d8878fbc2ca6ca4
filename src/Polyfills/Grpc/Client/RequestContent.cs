using System.Net;

namespace Grpc.Net.Client;

/// <summary>The body of a request of one message.</summary>
internal sealed class UnaryContent<TRequest, TResponse>(ClientCall<TRequest, TResponse> call, TRequest message) : HttpContent
    where TRequest : class
    where TResponse : class
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => call.WriteAsync(stream, message, call.Options.WriteOptions);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

/// <summary>The body of a request of many messages, which lasts until the writer completes it.</summary>
internal sealed class StreamContent<TRequest, TResponse>(ClientStreamWriter<TRequest, TResponse> requests) : HttpContent
    where TRequest : class
    where TResponse : class
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => requests.SendToAsync(stream);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
