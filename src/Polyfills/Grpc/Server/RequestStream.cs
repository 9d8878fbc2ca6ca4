using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.AspNetCore.Server;

/// <summary>The requests of a streaming call.</summary>
internal sealed class RequestStream<T>(HttpServerCallContext call, Func<DeserializationContext, T> deserializer) : IAsyncStreamReader<T>
    where T : class
{
    private readonly PipeReader _body = call.HttpContext.Request.BodyReader;
    private readonly MessageDecoding _decoding = call.Decoding;
    private T? _current;

    public T Current => _current ?? throw new InvalidOperationException("No message has been read: call MoveNext first.");

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<bool>(cancellationToken);
        if (call.IsOver)
            return Task.FromException<bool>(new InvalidOperationException("Can't read messages after the request is complete."));

        var read = MessageReader.ReadNextAsync(_body, _decoding, deserializer, cancellationToken);
        if (!read.IsCompletedSuccessfully)
            return AwaitAsync(read, cancellationToken);

        _current = read.Result;
        return Task.FromResult(_current is not null);
    }

    private async Task<bool> AwaitAsync(ValueTask<T?> read, CancellationToken cancellationToken)
    {
        try
        {
            _current = await read;
            return _current is not null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            call.Reset();
            throw;
        }
    }
}
