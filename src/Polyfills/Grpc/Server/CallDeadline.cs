using Grpc.Framing;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// The deadline of one call. Handler and timer race to end the call; exactly one of them wins, and only the winner writes
/// the status.
/// </summary>
internal sealed class CallDeadline : IAsyncDisposable
{
    private const int Running = 0;
    private const int Stopped = 1;
    private const int Passed = 2;

    private readonly HttpServerCallContext _call;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private int _state;
    private CancellationTokenSource? _cancellation;
    private CancellationTokenRegistration _aborted;
    private TaskCompletionSource? _exceeded;

    private CallDeadline(HttpServerCallContext call, TimeSpan timeout)
    {
        _call = call;
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        Deadline = timeout < DateTime.MaxValue - now ? now + timeout : DateTime.MaxValue;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = TimeProvider.System.CreateTimer(
                static state => ((CallDeadline)state!).Pass(),
                this,
                timeout < GrpcProtocol.MaxTimer ? timeout : GrpcProtocol.MaxTimer,
                Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>When the call has to be finished, in UTC.</summary>
    internal DateTime Deadline { get; }

    /// <summary>Whether the deadline passed before the call had its answer.</summary>
    internal bool HasPassed => Volatile.Read(ref _state) == Passed;

    /// <summary>Ends when a deadline that has passed has answered the call.</summary>
    internal Task Exceeded
    {
        get
        {
            lock (_gate)
                return (_exceeded ?? throw new InvalidOperationException("The deadline has not passed.")).Task;
        }
    }

    /// <summary>Fires when the deadline passes or the caller gives up; made only when somebody asks.</summary>
    internal CancellationToken CancellationToken
    {
        get
        {
            lock (_gate)
            {
                if (_cancellation is null)
                {
                    _cancellation = new CancellationTokenSource();
                    if (_state == Passed)
                        _cancellation.Cancel();
                    else
                        _aborted = _call.HttpContext.RequestAborted.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _cancellation);
                }

                return _cancellation.Token;
            }
        }
    }

    internal static CallDeadline Start(HttpServerCallContext call, TimeSpan timeout) => new(call, timeout);

    /// <summary>Stops the deadline because the call has its answer.</summary>
    /// <returns>False when the deadline was first.</returns>
    internal bool TryStop()
    {
        lock (_gate)
        {
            if (_state == Running)
                _state = Stopped;
            return _state == Stopped;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _aborted.DisposeAsync();
        _cancellation?.Dispose();
    }

    private void Pass()
    {
        lock (_gate)
        {
            if (_state != Running)
                return;
            _state = Passed;
            _exceeded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _ = AnswerAsync(_exceeded);
    }

    private async Task AnswerAsync(TaskCompletionSource exceeded)
    {
        try
        {
            await _call.ExceedDeadlineAsync();
            CancellationTokenSource? cancellation;
            lock (_gate)
                cancellation = _cancellation;
            if (cancellation is not null)
                await cancellation.CancelAsync();
        }
        finally
        {
            exceeded.TrySetResult();
        }
    }
}
