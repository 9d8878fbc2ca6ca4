using MassTransit;

namespace ContactCenter.Events.Crm;

/// <summary>A file of a session was uploaded to the CRM.</summary>
[MessageUrn("contactcenter:crm:crm-file-uploaded")]
public sealed record CrmFileUploaded
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

    /// <summary>The file, as the storage service knows it.</summary>
    public required string FileId { get; init; }

    /// <summary><c>recording</c>, <c>transcript</c>, <c>voicemail</c>, <c>photo</c>, <c>video</c> or <c>metadata</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The file's revision that was uploaded; null if that is not known.</summary>
    public int? Revision { get; init; }

    /// <summary>The attachment in the CRM; null if it names none.</summary>
    public string? AttachmentId { get; init; }

    /// <summary>Its address; null if it has none.</summary>
    public string? Url { get; init; }
}
