using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>How many stored events wait to be processed, about; wakes who processes them (INS-137).</summary>
/// <param name="options">Says how many may wait.</param>
public sealed class EnrichmentBacklog(IOptions<IngestOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private long _waiting;

    /// <summary>Whether no more is taken until some is processed.</summary>
    public bool IsFull => Interlocked.Read(ref _waiting) >= options.Value.QueueLimit;

    /// <summary>Counts events that were stored, and wakes the worker.</summary>
    /// <param name="events">How many.</param>
    public void Add(int events)
    {
        Interlocked.Add(ref _waiting, events);
        if (_arrived.CurrentCount == 0)
        {
            try
            {
                _arrived.Release();
            }
            catch (SemaphoreFullException)
            {
                // Another request was quicker: the worker is awake.
            }
        }
    }

    /// <summary>Corrects the count by what the database says.</summary>
    /// <param name="waiting">Number of events that wait.</param>
    public void Set(long waiting) => Interlocked.Exchange(ref _waiting, waiting);

    /// <summary>Waits for the next stored event, at most for the given time.</summary>
    /// <param name="limit">Longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitAsync(TimeSpan limit, CancellationToken cancellationToken) => _arrived.WaitAsync(limit, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _arrived.Dispose();
}
