using System.Text.Json;
using MassTransit;

namespace ContactCenter.Events.Insights;

/// <summary>The customer answered a survey.</summary>
[MessageUrn("contactcenter:insights:survey-answered")]
public sealed record SurveyAnswered
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

    /// <summary><c>csat</c>.</summary>
    public required string SurveyType { get; init; }

    /// <summary>Questions and answers, unchanged.</summary>
    public JsonElement? Answers { get; init; }
}
