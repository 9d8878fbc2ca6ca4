using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Sends the requests of a stream. A write ends when the transport has taken the message, so a slow server slows the writer.</summary>
internal sealed class ClientStreamWriter<TRequest, TResponse>(ClientCall<TRequest, TResponse> call) : IClientStreamWriter<TRequest>
    where TRequest : class
    where TResponse : class
{
    private readonly TaskCompletionSource<Stream> _transport = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Continues at once, so that the end of the stream is on its way before the caller can dispose the call.
    private readonly TaskCompletionSource _completed = new();
    private readonly Lock _lock = new();
    private Task _write = Task.CompletedTask;

    public WriteOptions? WriteOptions { get; set; } = call.Options.WriteOptions;

    internal bool IsComplete { get; private set; }

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        call.ThrowIfDisposed();
        lock (_lock)
        {
            if (IsComplete)
                return Task.FromException(new InvalidOperationException("Request stream has already been completed."));
            if (call.IsOver)
                return Task.FromException(call.Failure());
            if (!_write.IsCompleted)
                return Task.FromException(new InvalidOperationException("Can't write the message because the previous write is in progress."));

            return _write = WriteCoreAsync(message, cancellationToken);
        }
    }

    public Task CompleteAsync()
    {
        call.ThrowIfDisposed();
        lock (_lock)
        {
            if (!_write.IsCompleted)
                return Task.FromException(new InvalidOperationException("Can't complete the client stream writer because the previous write is in progress."));
            IsComplete = true;
        }

        _completed.TrySetResult();
        return Task.CompletedTask;
    }

    /// <summary>Lends the transport's stream to the writer until the last message is written.</summary>
    internal async Task SendToAsync(Stream transport)
    {
        // The server is to see the call before the first message is there.
        await transport.FlushAsync(call.Stop);
        _transport.TrySetResult(transport);
        await _completed.Task;
    }

    /// <summary>Ends what waits for the transport.</summary>
    internal void OnCallOver()
    {
        _transport.TrySetCanceled();
        _completed.TrySetCanceled();
    }

    private async Task WriteCoreAsync(TRequest message, CancellationToken cancellationToken)
    {
        using var registration = call.GiveUpWith(cancellationToken);
        try
        {
            var transport = await _transport.Task;
            await call.WriteAsync(transport, message, WriteOptions);
            await transport.FlushAsync(call.Stop);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            throw await call.WriteFailureAsync(e);
        }
    }
}
