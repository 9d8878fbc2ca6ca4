using MassTransit;

namespace ContactCenter.Events.Crm;

/// <summary>The record of a session in the CRM is known.</summary>
[MessageUrn("contactcenter:crm:crm-record-resolved")]
public sealed record CrmRecordResolved
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

    /// <summary>The customer's account there; null without.</summary>
    public string? AccountId { get; init; }

    /// <summary>The record; the account where <see cref="IsAccount"/>; null without.</summary>
    public string? RecordId { get; init; }

    /// <summary>Its address for people; null without.</summary>
    public string? RecordUrl { get; init; }

    /// <summary>Whether the account stands for a record, which was waived.</summary>
    public required bool IsAccount { get; init; }

    /// <summary>Whether the record was there before.</summary>
    public required bool Reused { get; init; }

    /// <summary>Whether the account stands for a customer who is not known yet.</summary>
    public required bool Temporary { get; init; }
}
