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
    private readonly Dictionary<(string Kind, string Group), LanePlace> _lanes = [];
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
    public IReadOnlyDictionary<(string Kind, string Group), LanePlace> Lanes => _lanes;

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

    /// <summary>Called with what a claim has brought: the jobs with their places in their lanes, and how it ended.</summary>
    public void End(IReadOnlyList<(ClaimedJob Job, LanePlace Place)> claimed, ClaimState state, ClaimRequest request)
    {
        IsBacklog = !state.IsDrained && claimed.Count == request.Limit;
        After = state.IsDrained ? request.Now - Margin : null;

        foreach (var group in _shares.Keys.ToList())
            _shares[group] = _shares[group] with { Served = false };
        if (!IsBacklog)
            _lanes.Clear();
        if (state.Weights is not { } weights)
            return;

        var start = VirtualTime;
        foreach (var (job, _) in claimed)
        {
            var place = Math.Max(start, _shares.TryGetValue(job.Group, out var share) ? share.Start : start);
            _shares[job.Group] = (place + (1.0 / weights.GetValueOrDefault(job.Group, 1)), true);
            VirtualTime = Math.Max(VirtualTime, place);
        }

        // Who is not ahead of the others needs no entry, unless to say that it was served.
        foreach (var group in _shares.Where(share => !share.Value.Served && share.Value.Start <= VirtualTime).Select(share => share.Key).ToList())
            _shares.Remove(group);
        if (IsBacklog)
        {
            foreach (var lane in claimed.GroupBy(row => (row.Job.Kind, row.Job.Group), row => row.Place))
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

/// <summary>A job's place in its lane, the jobs of one kind and group.</summary>
/// <param name="ReadyTime">When it could first be claimed.</param>
/// <param name="Seq">Its number, which decides between jobs of one time.</param>
internal readonly record struct LanePlace(DateTimeOffset ReadyTime, long Seq) : IComparable<LanePlace>
{
    /// <inheritdoc />
    public int CompareTo(LanePlace other) => (ReadyTime, Seq).CompareTo((other.ReadyTime, other.Seq));
}

/// <summary>How a claim ended.</summary>
/// <param name="NextDue">When the next job is due that is not due yet, or null.</param>
/// <param name="IsDrained">Whether all that was ready is claimed.</param>
/// <param name="Weights">Weights of the groups that weigh more than 1, if the groups shared the claim; else null.</param>
internal sealed record ClaimState(DateTimeOffset? NextDue, bool IsDrained, IReadOnlyDictionary<string, int>? Weights);
