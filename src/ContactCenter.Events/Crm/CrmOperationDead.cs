using MassTransit;

namespace ContactCenter.Events.Crm;

/// <summary>An operation failed for good and waits for a person.</summary>
[MessageUrn("contactcenter:crm:crm-operation-dead")]
public sealed record CrmOperationDead
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

    /// <summary>The operation.</summary>
    public required Guid OperationId { get; init; }

    /// <summary><c>ACCOUNT</c>, <c>RECORD</c>, <c>UPDATE</c> or <c>COMMENT</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Why, such as <c>ID_MISSING</c> or <c>MAX_AGE</c>.</summary>
    public required string Reason { get; init; }
}
