using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>How many stored events wait to be processed, about; wakes who processes them (INS-137).</summary>
/// <param name="options">Says how many may wait.</param>
public sealed class EnrichmentBacklog(IOptions<IngestOptions> options) : IDisposable
{
    /// <summary>So many events in one commit came at once.</summary>
    private const int Burst = 16;

    /// <summary>A burst is over when no more have come at once for so long.</summary>
    private static readonly TimeSpan Lull = TimeSpan.FromMilliseconds(50);

    /// <summary>So long a burst goes first; then some of what waits is processed, however much comes.</summary>
    private static readonly TimeSpan LongestBurst = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _arrived = new(0, 1);
    private long _waiting;
    private long _added;
    private long _burst;

    /// <summary>Whether no more is taken until some is processed.</summary>
    public bool IsFull => Interlocked.Read(ref _waiting) >= options.Value.QueueLimit;

    /// <summary>Counts events that were stored, and wakes the worker.</summary>
    /// <param name="events">How many.</param>
    public void Add(int events)
    {
        if (events >= Burst)
            Interlocked.Exchange(ref _burst, Stopwatch.GetTimestamp());
        Interlocked.Add(ref _added, events);
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

    /// <summary>Takes processed events off the count.</summary>
    /// <param name="events">How many.</param>
    public void Remove(int events) => Interlocked.Add(ref _waiting, -events);

    /// <summary>Corrects the count by what the database says, as other processes store and process too.</summary>
    /// <param name="count">Counts the events that wait.</param>
    public async Task CorrectAsync(Func<Task<long>> count)
    {
        // What is stored meanwhile may be counted twice, but is never forgotten.
        var before = Interlocked.Read(ref _added);
        var waiting = await count();
        Interlocked.Exchange(ref _waiting, waiting + Interlocked.Read(ref _added) - before);
    }

    /// <summary>Waits for the next stored event, at most for the given time.</summary>
    /// <param name="limit">Longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitAsync(TimeSpan limit, CancellationToken cancellationToken) => _arrived.WaitAsync(limit, cancellationToken);

    /// <summary>
    /// Lets a burst pass: whoever waits for the answer to a request goes before those who read results. It ends at once when
    /// no burst is on, and always after half a second; with half of the room taken no burst goes first any more.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task LetBurstPassAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(Interlocked.Read(ref _burst)) < Lull && Interlocked.Read(ref _waiting) < options.Value.QueueLimit / 2
            && Stopwatch.GetElapsedTime(start) < LongestBurst)
            await _arrived.WaitAsync(Lull, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _arrived.Dispose();
}
