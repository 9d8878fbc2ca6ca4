using MassTransit;

namespace ContactCenter.Events.Storage;

/// <summary>The external store has confirmed a file of a session. Published again for a new revision.</summary>
[MessageUrn("contactcenter:storage:session-file-stored")]
public sealed record SessionFileStored
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

    /// <summary>The store that has it.</summary>
    public required string StoreId { get; init; }

    /// <summary>Its path there.</summary>
    public required string Location { get; init; }

    /// <summary>The revision that is stored.</summary>
    public required int Revision { get; init; }
}
