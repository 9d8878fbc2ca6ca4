using MassTransit;

namespace ContactCenter.Events.Storage;

/// <summary>The external store has a metadata document, or a newer version of one.</summary>
[MessageUrn("contactcenter:storage:session-metadata-written")]
public sealed record SessionMetadataWritten
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

    /// <summary>The file.</summary>
    public required string FileId { get; init; }

    /// <summary>Version of the session's record that the document shows.</summary>
    public required long RecordVersion { get; init; }
}
