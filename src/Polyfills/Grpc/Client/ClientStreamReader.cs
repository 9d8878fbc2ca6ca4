using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Reads the responses of a stream. Nothing is read ahead beyond what the transport's window holds.</summary>
internal sealed class ClientStreamReader<TRequest, TResponse>(ClientCall<TRequest, TResponse> call, Task<HttpResponseMessage> opening) : IAsyncStreamReader<TResponse>
    where TRequest : class
    where TResponse : class
{
    private readonly Lock _lock = new();
    private PipeReader? _messages;
    private Task<bool> _read = Task.FromResult(false);

    public TResponse Current { get; private set; } = null!;

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        call.ThrowIfDisposed();
        lock (_lock)
        {
            if (!_read.IsCompleted)
                return Task.FromException<bool>(new InvalidOperationException("Can't read the next message because the previous read is still in progress."));

            return _read = ReadAsync(cancellationToken);
        }
    }

    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        using var registration = call.GiveUpWith(cancellationToken);
        var response = await opening;
        if (call.IsOver)
            return AtEnd();

        try
        {
            _messages ??= await ClientCall<TRequest, TResponse>.OpenMessagesAsync(response);
            Current = null!;
            if (await call.ReadNextAsync(response, _messages) is { } message)
            {
                Current = message;
                return true;
            }

            await _messages.CompleteAsync();
            call.FinishFromTrailers(response, messageMissing: false);
        }
        catch (Exception e)
        {
            throw call.Fail("Error reading the next message.", e);
        }

        return AtEnd();
    }

    private bool AtEnd() => call.GetStatus().StatusCode == StatusCode.OK ? false : throw call.Failure();
}
