namespace ContactCenter.Egress.Http;

/// <summary>The limits of one call after the connection: headers, silence in a body, and the whole (EGR-10).</summary>
/// <remarks>One timer is set anew at each phase; the phase at which it fires names the limit.</remarks>
internal sealed class CallClock : IDisposable
{
    private static readonly HttpRequestOptionsKey<CallClock> Key = new("ContactCenter.Egress.CallClock");

    private readonly EgressTimeouts _limits;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _phaseEnd;
    private readonly CancellationTokenSource? _wholeEnd;
    private readonly CancellationTokenSource _linked;
    private volatile string _phase = "headers";
    private bool _hasBody;

    public CallClock(EgressTimeouts limits, TimeProvider time, CancellationToken caller)
    {
        _limits = limits;
        _caller = caller;
        _phaseEnd = new CancellationTokenSource(limits.Headers, time);
        _wholeEnd = limits.Whole is { } whole ? new CancellationTokenSource(whole, time) : null;
        _linked = CancellationTokenSource.CreateLinkedTokenSource(
            caller, _phaseEnd.Token, _wholeEnd?.Token ?? CancellationToken.None);
    }

    public CancellationToken Token => _linked.Token;

    public static CallClock? Of(HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out var clock) ? clock : null;

    public void Attach(HttpRequestMessage request)
    {
        _hasBody = request.Content is not null;
        request.Options.Set(Key, this);
    }

    /// <summary>While connecting, the connector's own limits count.</summary>
    public void Connecting() => Set("connect", Timeout.InfiniteTimeSpan);

    public void Connected() => Set(_hasBody ? "silence" : "headers", _hasBody ? _limits.Silence : _limits.Headers);

    public void BodyMoved() => Set("silence", _limits.Silence);

    public void RequestSent() => Set("headers", _limits.Headers);

    /// <summary>Stops the phase timer while the reader of a streamed body is busy with what it got.</summary>
    public void Pause() => Set("silence", Timeout.InfiniteTimeSpan);

    /// <summary>Makes of a cancellation what it was: the caller's, or a limit's.</summary>
    public Exception Explain(OperationCanceledException error)
    {
        if (_caller.IsCancellationRequested)
            return error;
        if (_wholeEnd is { IsCancellationRequested: true })
            return EgressException.TimedOut("whole", _limits.Whole.GetValueOrDefault());
        return _phaseEnd.IsCancellationRequested
            ? EgressException.TimedOut(_phase, _phase == "headers" ? _limits.Headers : _limits.Silence)
            : error;
    }

    public void Dispose()
    {
        _linked.Dispose();
        _phaseEnd.Dispose();
        _wholeEnd?.Dispose();
    }

    private void Set(string phase, TimeSpan limit)
    {
        _phase = phase;
        try
        {
            _phaseEnd.CancelAfter(limit);
        }
        catch (ObjectDisposedException)
        {
            // A connection may come up after its call has ended; the pool keeps it.
        }
    }
}
