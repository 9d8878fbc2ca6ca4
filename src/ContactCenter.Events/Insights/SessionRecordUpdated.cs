using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>The record of a session changed after its ready time: read it again.</summary>
[MessageUrn("contactcenter:insights:session-record-updated")]
public sealed record SessionRecordUpdated
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored it.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary><c>call</c> or <c>chat</c>.</summary>
    public required string SessionKind { get; init; }

    /// <summary>Number of the session within its kind.</summary>
    public required long SessionId { get; init; }

    /// <summary>Version of the record.</summary>
    public required long RecordVersion { get; init; }

    /// <summary>Keys of the metadata document, and <c>transcript</c>, <c>task</c>, <c>agents</c>, <c>session</c>; in ordinal order.</summary>
    public required IReadOnlyList<string> ChangedParts { get; init; }
}
