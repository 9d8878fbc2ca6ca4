using MassTransit;

namespace ContactCenter.Events.Crm;

/// <summary>A comment was added to the record of a session.</summary>
[MessageUrn("contactcenter:crm:crm-comment-added")]
public sealed record CrmCommentAdded
{
    /// <summary>Identifies this message; the same on every delivery.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredTime { get; init; }

    /// <summary>When it was stored.</summary>
    public required DateTimeOffset RecordedTime { get; init; }

    /// <summary>SID of the account (<c>AC…</c>); empty if the session names none.</summary>
    public required string AccountSid { get; init; }

    /// <summary><c>call</c> or <c>chat</c>.</summary>
    public required string SessionKind { get; init; }

    /// <summary>Number of the session within its kind.</summary>
    public required long SessionId { get; init; }

    /// <summary>The record; null where it is waived.</summary>
    public string? RecordId { get; init; }

    /// <summary>The operation that did it.</summary>
    public required Guid OperationId { get; init; }
}
