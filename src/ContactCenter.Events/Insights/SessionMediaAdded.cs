using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>A photo, video, voicemail, recording or transcript was added to a session.</summary>
[MessageUrn("contactcenter:insights:session-media-added")]
public sealed record SessionMediaAdded
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When Insights stored it.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>).</summary>
    public required string AccountSid { get; init; }

    /// <summary>The session, as far as it was known.</summary>
    public required SessionFacts Session { get; init; }

    /// <summary><c>photo</c>, <c>video</c>, <c>voicemail</c>, <c>recording</c> or <c>transcript</c>.</summary>
    public required string MediaKind { get; init; }

    /// <summary>Id of the medium.</summary>
    public required string MediaId { get; init; }

    /// <summary>Its content type.</summary>
    public string? ContentType { get; init; }

    /// <summary>Its length.</summary>
    public long? Bytes { get; init; }

    /// <summary>Where it can be read.</summary>
    public string? Location { get; init; }
}
