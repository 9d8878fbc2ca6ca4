using MassTransit;

namespace ContactCenter.Events.Crm;

/// <summary>The customer of a session is known in the CRM.</summary>
[MessageUrn("contactcenter:crm:crm-account-resolved")]
public sealed record CrmAccountResolved
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

    /// <summary>The customer's account or contact there.</summary>
    public required string AccountId { get; init; }

    /// <summary>Whether it stands for a customer who is not known yet.</summary>
    public required bool Temporary { get; init; }
}
