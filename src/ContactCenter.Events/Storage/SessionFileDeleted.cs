using MassTransit;

namespace ContactCenter.Events.Storage;

/// <summary>A file of a session is gone for good, from the external store and from the service.</summary>
[MessageUrn("contactcenter:storage:session-file-deleted")]
public sealed record SessionFileDeleted
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

    /// <summary>Why: <c>BY_HAND</c>.</summary>
    public required string Cause { get; init; }

    /// <summary>The path that it had in the store; null if the store had not got it.</summary>
    public string? Location { get; init; }
}
