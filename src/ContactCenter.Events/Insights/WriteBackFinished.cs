using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A change that was to be written back to TaskRouter has ended, well or not. Published again if it was begun again.</summary>
[MessageUrn("contactcenter:insights:write-back-finished")]
public sealed record WriteBackFinished
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored the end.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The write-back.</summary>
    public required Guid WriteBackId { get; init; }

    /// <summary>The task (<c>WT…</c>) or worker (<c>WK…</c>); empty for a run of several workers.</summary>
    public required string Target { get; init; }

    /// <summary><c>DONE</c>, <c>CONFLICT</c>, <c>TASK_GONE</c> or <c>FAILED</c>.</summary>
    public required string Status { get; init; }

    /// <summary>How often it was tried.</summary>
    public required int Attempts { get; init; }
}
