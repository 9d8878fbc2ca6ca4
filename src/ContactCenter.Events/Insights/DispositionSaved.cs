using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>An agent classified a session.</summary>
[MessageUrn("contactcenter:insights:disposition-saved")]
public sealed record DispositionSaved
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

    /// <summary>The code.</summary>
    public required string Code { get; init; }

    /// <summary>The agent's note.</summary>
    public string? Note { get; init; }

    /// <summary>List of the code.</summary>
    public string? List { get; init; }

    /// <summary>Its path.</summary>
    public string? ListPath { get; init; }

    /// <summary>Number of the code.</summary>
    public long? CodeId { get; init; }

    /// <summary>Number of the list.</summary>
    public long? ListId { get; init; }

    /// <summary>Own id of the code.</summary>
    public string? CustomCodeId { get; init; }

    /// <summary>Own id of the list.</summary>
    public string? CustomListId { get; init; }

    /// <summary>Transfer that brought the agent.</summary>
    public long? TransferId { get; init; }
}
