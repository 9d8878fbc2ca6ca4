using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>The responses of a streaming call.</summary>
internal sealed class ResponseStream<T>(HttpServerCallContext call, Action<T, SerializationContext> serializer) : IServerStreamWriter<T>
    where T : class
{
    // Kept from the start: the HTTP context may not be asked from a second thread, nor after the call.
    private readonly CancellationToken _aborted = call.HttpContext.RequestAborted;
    private readonly PipeWriter _body = call.HttpContext.Response.BodyWriter;
    private int _isWriting;

    public WriteOptions? WriteOptions
    {
        get => call.WriteOptions;
        set => call.WriteOptions = value;
    }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        if (call.IsOver || _aborted.IsCancellationRequested)
            return Task.FromException(new InvalidOperationException("Can't write the message because the request is complete."));
        if (Interlocked.Exchange(ref _isWriting, 1) == 1)
            return Task.FromException(new InvalidOperationException("Can't write the message because the previous write is in progress."));

        var isPending = false;
        try
        {
            call.Write(message, serializer);
            if (WriteOptions is { } options && options.Flags.HasFlag(WriteFlags.BufferHint))
                return Task.CompletedTask;

            var flush = _body.FlushAsync(cancellationToken);
            if (flush.IsCompletedSuccessfully && !_aborted.IsCancellationRequested)
                return Task.CompletedTask;
            isPending = true;
            return FlushAsync(flush, cancellationToken);
        }
        catch (Exception e)
        {
            return Task.FromException(e);
        }
        finally
        {
            if (!isPending)
                Volatile.Write(ref _isWriting, 0);
        }
    }

    private async Task FlushAsync(ValueTask<FlushResult> flush, CancellationToken cancellationToken)
    {
        try
        {
            await flush;

            // A flush into a stream that the caller has reset ends without an error.
            if (_aborted.IsCancellationRequested)
                throw new OperationCanceledException("Request aborted while sending the message.", _aborted);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            call.Reset();
            throw;
        }
        finally
        {
            Volatile.Write(ref _isWriting, 0);
        }
    }
}
