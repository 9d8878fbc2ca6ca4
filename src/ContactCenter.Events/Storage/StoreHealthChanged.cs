using MassTransit;

namespace ContactCenter.Events.Storage;

/// <summary>The external store can no longer be written to, or can be again; or files have come to wait for it for too long, or no longer do.</summary>
[MessageUrn("contactcenter:storage:store-health-changed")]
public sealed record StoreHealthChanged
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened; of several about one thing the latest counts.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When it was stored.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>The store.</summary>
    public required string StoreId { get; init; }

    /// <summary>Whether files are written to it.</summary>
    public required bool Healthy { get; init; }

    /// <summary>Why not, such as <c>STORE_UNREACHABLE</c>; empty where it is healthy.</summary>
    public required string Reason { get; init; }

    /// <summary>How many files wait for it.</summary>
    public required long WaitingFiles { get; init; }

    /// <summary>How many bytes these have.</summary>
    public required long WaitingBytes { get; init; }

    /// <summary>Since when the oldest of them waits; null if none does.</summary>
    public DateTimeOffset? OldestWaitingTime { get; init; }

    /// <summary>Whether a file has waited for more than an hour: an alarm for operators.</summary>
    public bool Overdue { get; init; }
}
