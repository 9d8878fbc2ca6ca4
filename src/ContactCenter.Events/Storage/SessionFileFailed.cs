using MassTransit;

namespace ContactCenter.Events.Storage;

/// <summary>A file of a session could not be got or stored, and is not tried again unless an operator wants it.</summary>
[MessageUrn("contactcenter:storage:session-file-failed")]
public sealed record SessionFileFailed
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened; of several about one thing the latest counts.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When it was stored.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>); empty if the session names none.</summary>
    public required string AccountSid { get; init; }

    /// <summary><c>call</c> or <c>chat</c>.</summary>
    public required string SessionKind { get; init; }

    /// <summary>Number of the session within its kind.</summary>
    public required long SessionId { get; init; }

    /// <summary><c>recording</c>, <c>transcript</c>, <c>voicemail</c>, <c>photo</c>, <c>video</c> or <c>metadata</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The file.</summary>
    public required string FileId { get; init; }

    /// <summary>Why, such as <c>SOURCE_GONE</c> or <c>STORE_PERMISSION_DENIED</c>.</summary>
    public required string Reason { get; init; }
}
