namespace ContactCenter.Durable;

/// <summary>Tells a loop of this process that work was committed; telling it often costs nothing.</summary>
public sealed class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _signals = new(0, 1);
    private WakeSignal? _announced;

    /// <summary>Set with each <see cref="Announce"/>, for whoever tells other processes.</summary>
    internal WakeSignal Announced => LazyInitializer.EnsureInitialized(ref _announced, static () => new WakeSignal());

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

    /// <summary>Wakes the loop after a commit of this process, and has other processes told.</summary>
    internal void Announce()
    {
        Set();
        Announced.Set();
    }

    /// <summary>Waits for the next signal, at most for the given time.</summary>
    /// <returns>False if the time passed without a signal.</returns>
    public Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellationToken) => _signals.WaitAsync(limit, cancellationToken);

    /// <summary>Releases the wait handle.</summary>
    public void Dispose()
    {
        _announced?.Dispose();
        _signals.Dispose();
    }
}
