namespace ContactCenter.Durable;

/// <summary>Tells a loop of this process that work was committed; telling it often costs nothing.</summary>
public sealed class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _signals = new(0, 1);

    /// <summary>Wakes the loop, or lets its next wait return at once.</summary>
    public void Set()
    {
        try
        {
            if (_signals.CurrentCount == 0)
                _signals.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another thread was quicker: the signal is set.
        }
    }

    /// <summary>Waits for the next signal, at most for the given time.</summary>
    /// <returns>False if the time passed without a signal.</returns>
    public Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellationToken) => _signals.WaitAsync(limit, cancellationToken);

    /// <summary>Releases the wait handle.</summary>
    public void Dispose() => _signals.Dispose();
}
