using MassTransit;

namespace ContactCenter.Events.Storage;

/// <summary>The bytes of a file of a session are there. Published again for a new revision.</summary>
[MessageUrn("contactcenter:storage:session-file-ready")]
public sealed record SessionFileReady
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

    /// <summary>Its number among those of its kind, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Its name.</summary>
    public required string FileName { get; init; }

    /// <summary>Its content type.</summary>
    public required string ContentType { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of its bytes, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Rises when the file is written anew.</summary>
    public required int Revision { get; init; }

    /// <summary>Link to the file in the storage service; null if it is shown from the CRM alone.</summary>
    public string? StorageUrl { get; init; }

    /// <summary>Whether the CRM gets the file itself; otherwise the link.</summary>
    public required bool SendToCrm { get; init; }
}
