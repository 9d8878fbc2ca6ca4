using System.Text.Json;
using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>The customer of a session chose a menu.</summary>
[MessageUrn("contactcenter:insights:queue-selected")]
public sealed record QueueSelected
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

    /// <summary>The menu, unchanged.</summary>
    public JsonElement? Menu { get; init; }

    /// <summary>Its path, unchanged.</summary>
    public JsonElement? MenuPath { get; init; }
}
