using System.Globalization;
using System.Text.Json;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Templates;

namespace ContactCenter.FollowUpScheduler.Steps;

/// <summary>Whether conditions hold (FUP-25, FUP-26).</summary>
/// <param name="followUp">Has parsed the templates.</param>
/// <param name="now">The time that OLDER_THAN and NEWER_THAN count from.</param>
public sealed class ConditionCheck(StoredFollowUp followUp, DateTimeOffset now)
{
    /// <summary>Clauses that compared values of unlike types so far.</summary>
    public int TypeErrors { get; private set; }

    /// <summary>Whether a condition holds.</summary>
    /// <param name="condition">The condition; null always holds.</param>
    /// <param name="values">The values.</param>
    public bool Holds(Condition? condition, TemplateValues values) => condition is null
        || (condition.Match == Match.Any ? condition.Clauses.Any(clause => Holds(clause, values)) : condition.Clauses.All(clause => Holds(clause, values)));

    private bool Holds(Clause clause, TemplateValues values)
    {
        var left = Value(clause.Left, values);
        if (left is not { } value)
            return clause.Operator is Operator.NotExists or Operator.NotEquals or Operator.NotIn;
        var right = clause.Right.Length > 0 ? Value(clause.Right, values) : null;
        var text = Template.TextOf(value);
        var other = right is { } given ? Template.TextOf(given) : "";
        return clause.Operator switch
        {
            Operator.Equals => text == other,
            Operator.NotEquals => text != other,
            Operator.In => Elements(right).Contains(text),
            Operator.NotIn => !Elements(right).Contains(text),
            Operator.Contains => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Any(item => Template.TextOf(item) == other) : text.Contains(other, StringComparison.Ordinal),
            Operator.StartsWith => text.StartsWith(other, StringComparison.Ordinal),
            Operator.Greater => Compare(text, other) is > 0,
            Operator.GreaterOrEqual => Compare(text, other) is >= 0,
            Operator.Less => Compare(text, other) is < 0,
            Operator.LessOrEqual => Compare(text, other) is <= 0,
            Operator.OlderThan => Age(text, other) is { } age && age.Age > age.Limit,
            Operator.NewerThan => Age(text, other) is { } age && age.Age < age.Limit,
            _ => clause.Operator == Operator.Exists,
        };
    }

    private JsonElement? Value(string template, TemplateValues values) =>
        followUp.Template(template).Value(values) is { ValueKind: not JsonValueKind.Null } value ? value : null;

    private static IEnumerable<string> Elements(JsonElement? list) => list switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray().Select(Template.TextOf),
        { } text => Template.TextOf(text).Split(',', StringSplitOptions.TrimEntries),
    };

    private int? Compare(string left, string right)
    {
        if (Number(left) is { } number && Number(right) is { } otherNumber)
            return number.CompareTo(otherNumber);
        if (Instant(left) is { } instant && Instant(right) is { } otherInstant)
            return instant.CompareTo(otherInstant);
        TypeErrors++;
        return null;
    }

    private (TimeSpan Age, TimeSpan Limit)? Age(string instant, string minutes)
    {
        if (Instant(instant) is { } time && Number(minutes) is >= 0 and <= int.MaxValue and { } number)
            return (now - time, TimeSpan.FromMinutes((double)number));
        TypeErrors++;
        return null;
    }

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Instant(string text) =>
        text.Length > "2026-03-02T".Length && text[10] is ('T' or 't') && (text.EndsWith('Z') || text.EndsWith('z') || text.LastIndexOfAny(['+', '-']) > 10)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : null;
}
