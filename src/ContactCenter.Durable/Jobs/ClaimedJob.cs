namespace ContactCenter.Durable.Jobs;

/// <summary>A job as a process has claimed it.</summary>
/// <param name="Id">The job.</param>
/// <param name="Kind">Registered kind.</param>
/// <param name="Group">Unit of fair sharing, or empty.</param>
/// <param name="Key">Ordering key, or null.</param>
/// <param name="DeduplicationKey">Unique among live jobs of the kind, or null.</param>
/// <param name="Payload">UTF-8 JSON.</param>
/// <param name="Attempt">1 for the first attempt; counted at the claim.</param>
/// <param name="Fence">Number of the claim.</param>
/// <param name="EnqueuedTime">Its age counts from here.</param>
/// <param name="DueTime">It was not to be run before.</param>
/// <param name="TraceParent">W3C trace context of the cause, or null.</param>
/// <param name="WasAbandoned">Whether its last lease ended without a result.</param>
internal sealed record ClaimedJob(
    Guid Id,
    string Kind,
    string Group,
    string? Key,
    string? DeduplicationKey,
    byte[] Payload,
    int Attempt,
    long Fence,
    DateTimeOffset EnqueuedTime,
    DateTimeOffset DueTime,
    string? TraceParent,
    bool WasAbandoned);

/// <summary>A job to be run later.</summary>
/// <param name="Job">The claim that ends.</param>
/// <param name="DueTime">Not to be run before.</param>
/// <param name="IsCounted">Whether the attempt counts.</param>
/// <param name="Ageless">By how much the job grows older without it counting.</param>
internal sealed record Postponement(ClaimedJob Job, DateTimeOffset DueTime, bool IsCounted, TimeSpan Ageless = default);

/// <summary>What a process wants to claim.</summary>
/// <param name="Kinds">Its registered kinds.</param>
/// <param name="Now">Jobs due until now.</param>
/// <param name="Lease">For how long, by the clock of the database.</param>
/// <param name="Limit">Most jobs; 0 for none.</param>
internal sealed record ClaimRequest(IReadOnlyCollection<string> Kinds, DateTimeOffset Now, TimeSpan Lease, int Limit);

/// <summary>What acknowledging and claiming led to.</summary>
/// <param name="Claimed">Jobs to run.</param>
/// <param name="NextDue">When the next job is due that is not due yet, or null.</param>
/// <param name="Lost">Results that were not taken, as their jobs were claimed again.</param>
internal sealed record Exchange(IReadOnlyList<ClaimedJob> Claimed, DateTimeOffset? NextDue, int Lost);
