using System.Text.Json;
using ContactCenter.Durable.Jobs;

namespace ContactCenter.Durable.Recurring;

/// <summary>Plans the occurrences of a recurring job: one waits or runs at a time, and whoever ends it plans the next in the same commit (DUR-42).</summary>
/// <param name="Schedule">When it recurs.</param>
/// <param name="Missed">What becomes of missed occurrences.</param>
internal sealed record Recurrence(Schedule Schedule, MissedOccurrences Missed)
{
    /// <summary>The de-duplication key that makes the occurrence of a kind the only one.</summary>
    public const string DeduplicationKey = "recurring";

    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <summary>The occurrence to begin with.</summary>
    public QueuedJob First(string kind, DateTimeOffset now) => Plan(kind, Schedule.Next(now), now);

    /// <summary>Whether an occurrence is to be left out. One that has begun is not, nor one that was put off.</summary>
    public bool Skips(ClaimedJob job, DateTimeOffset now) =>
        Missed == MissedOccurrences.Skip && job is { Attempt: 1, DeduplicationKey: DeduplicationKey } && now - job.DueTime > Tolerance;

    /// <summary>The occurrence after one that ends now. Those that passed before its last attempt began are done with it, and those since then are missed.</summary>
    public QueuedJob After(ClaimedJob job, DateTimeOffset begun, DateTimeOffset now) =>
        Plan(job.Kind, Schedule.Next(TimeOf(job), Missed == MissedOccurrences.Once ? begun : now), now);

    private QueuedJob Plan(string kind, DateTimeOffset time, DateTimeOffset now) =>
        // It gets old from its time on, and no occurrence is caused by the one before it.
        QueuedJob.Create(kind, new Occurrence(time, Schedule.ToString()), new JobOptions { DeduplicationKey = DeduplicationKey, DueTime = time }, now) with
        {
            EnqueuedTime = time,
            TraceParent = null,
        };

    // A job of this kind may also have been enqueued by hand, with any payload.
    private static DateTimeOffset TimeOf(ClaimedJob job)
    {
        try
        {
            return job.DeduplicationKey == DeduplicationKey ? JsonSerializer.Deserialize<Occurrence>(job.Payload, JsonSerializerOptions.Web)!.Time : job.DueTime;
        }
        catch (JsonException)
        {
            return job.DueTime;
        }
    }
}
