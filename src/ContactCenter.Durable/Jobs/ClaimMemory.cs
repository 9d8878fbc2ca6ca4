using System.Diagnostics;

namespace ContactCenter.Durable.Jobs;

/// <summary>
/// What a process remembers from one claim to the next, so that claims are fair and do not read again what is claimed:
/// entries of finished jobs stay in the index until it is vacuumed, and as long as any transaction could still see them.
/// </summary>
/// <remarks>
/// Nothing of it is needed for correctness. Every five seconds a claim looks from the beginning: for jobs whose transaction
/// committed late, that were locked when they were passed, or whose kind or group was paused.
/// </remarks>
internal sealed class ClaimMemory
{
    // Between the time of a job and its commit; more is found by a full look.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FullLookInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AbandonedInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, (double Start, bool Served)> _shares = [];
    private readonly Dictionary<(string Kind, string Group), DateTimeOffset> _lanes = [];
    private long? _fullLook;
    private long? _abandonedLook;

    /// <summary>All that was ready until then is claimed, or null for a look at everything.</summary>
    public DateTimeOffset? After { get; private set; }

    /// <summary>Whether the last claim was full, so that the next has to choose.</summary>
    public bool IsBacklog { get; private set; }

    /// <summary>Whether to look for leases that have ended.</summary>
    public bool TakesAbandoned { get; private set; }

    /// <summary>Place of the last claimed job in start-time fair queueing.</summary>
    public double VirtualTime { get; private set; }

    /// <summary>Where each group that was served is in the queueing, and whether the last claim served it.</summary>
    public IReadOnlyDictionary<string, (double Start, bool Served)> Shares => _shares;

    /// <summary>Up to when each pair of kind and group is claimed.</summary>
    public IReadOnlyDictionary<(string Kind, string Group), DateTimeOffset> Lanes => _lanes;

    /// <summary>Called before each claim.</summary>
    public void Begin()
    {
        TakesAbandoned = IsOver(ref _abandonedLook, AbandonedInterval);
        if (IsOver(ref _fullLook, FullLookInterval))
        {
            After = null;
            _lanes.Clear();
        }
    }

    /// <summary>Called with what a claim has brought: the jobs' lanes with the times at which they were ready, and their groups' weights if there was a backlog.</summary>
    public void End(IReadOnlyList<(ClaimedJob Job, DateTimeOffset ReadyTime, int? Weight)> claimed, bool isDrained, ClaimRequest request)
    {
        IsBacklog = !isDrained && claimed.Count == request.Limit;
        After = isDrained ? request.Now - Margin : null;

        var isShared = claimed.Count > 0 && claimed[0].Weight is not null;
        foreach (var group in _shares.Keys.ToList())
            _shares[group] = _shares[group] with { Served = false };
        if (!IsBacklog)
            _lanes.Clear();
        if (!isShared)
            return;

        var start = VirtualTime;
        foreach (var (job, _, weight) in claimed)
        {
            var place = Math.Max(start, _shares.TryGetValue(job.Group, out var share) ? share.Start : start);
            _shares[job.Group] = (place + (1.0 / weight!.Value), true);
            VirtualTime = Math.Max(VirtualTime, place);
        }

        // Who is not ahead of the others needs no entry, unless to say that it was served.
        foreach (var group in _shares.Where(share => !share.Value.Served && share.Value.Start <= VirtualTime).Select(share => share.Key).ToList())
            _shares.Remove(group);
        if (IsBacklog)
        {
            foreach (var lane in claimed.GroupBy(row => (row.Job.Kind, row.Job.Group), row => row.ReadyTime))
                _lanes[lane.Key] = lane.Min();
        }
    }

    private static bool IsOver(ref long? since, TimeSpan interval)
    {
        if (since is { } start && Stopwatch.GetElapsedTime(start) < interval)
            return false;
        since = Stopwatch.GetTimestamp();
        return true;
    }
}
