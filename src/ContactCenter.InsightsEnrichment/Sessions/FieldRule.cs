using System.Collections.Frozen;
using System.Text.Json;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>A field of an event that is not as it should be.</summary>
/// <param name="Field">Its path, such as <c>data.rating</c>.</param>
/// <param name="Description">What would be right; it repeats nothing of the value.</param>
public sealed record FieldViolation(string Field, string Description);

/// <summary>What one field of the data of an event may hold.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Form">Name of its form, such as <c>number</c>.</param>
/// <param name="IsRequired">Whether it has to be there.</param>
public sealed record FieldRule(string Name, string Form, bool IsRequired)
{
    private static readonly FrozenDictionary<string, (Func<JsonElement, bool> Accepts, string Description)> Forms =
        new Dictionary<string, (Func<JsonElement, bool>, string)>
        {
            ["text"] = (IsText, "must be a text"),
            ["number"] = (value => Number(value) >= 0, "must be a whole number, not negative"),
            ["flag"] = (value => value.ValueKind is JsonValueKind.True or JsonValueKind.False, "must be true or false"),
            ["time"] = (IsTime, "must be a time of 1901 to 2049: ISO 8601, epoch seconds or milliseconds"),
            ["object"] = (value => value.ValueKind == JsonValueKind.Object, "must be an object"),
            ["array"] = (value => value.ValueKind == JsonValueKind.Array, "must be an array"),
            ["message"] = (value => value.ValueKind == JsonValueKind.Object || IsText(value), "must be a text or the body of a message"),
            ["author"] = (value => value.ValueKind == JsonValueKind.Object || IsText(value), "must be a text or an object with role and name"),
            ["rating"] = (value => value.ValueKind == JsonValueKind.Number && Number(value) is >= 1 and <= 5, "must be a whole number from 1 to 5"),
            ["recording"] = (value => Number(value) >= 0 || (value.ValueKind == JsonValueKind.String && SessionForTask.IsSid(value.GetString())), "must be a whole number, not negative, or the SID of a recording (RE…)"),
            ["participant"] = OneOf("end_user", "agent"),
            ["party"] = OneOf("agent", "end_user", "end-user"),
            ["ender"] = OneOf("agent", "end_user", "end-user", "api"),
            ["sharing"] = OneOf("off", "requested", "rejected", "on"),
            ["media"] = OneOf("photo", "video", "voicemail", "recording", "transcript"),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads rules such as <c>rating:rating!, feedback</c>: name, form (without: a text), <c>!</c> if it is required.</summary>
    /// <param name="own">Rules of the type.</param>
    /// <param name="common">Rules of every type; those of the type come before them.</param>
    public static FieldRule[] Parse(string own, string common) =>
        [.. Parse(own).Concat(Parse(common)).DistinctBy(rule => rule.Name)];

    /// <summary>Checks the field.</summary>
    /// <param name="data">The data of the event.</param>
    /// <returns>Null if it is in order.</returns>
    public FieldViolation? Check(SessionData data)
    {
        var form = Forms[Form];
        return data.Element(Name) switch
        {
            null or { ValueKind: JsonValueKind.String } when data.Text(Name) is null => IsRequired ? new($"data.{Name}", "is required") : null,
            { } value when !form.Accepts(value) => new($"data.{Name}", form.Description),
            _ => null,
        };
    }

    private static IEnumerable<FieldRule> Parse(string rules) => rules.Split(", ").Select(rule =>
    {
        var parts = rule.TrimEnd('!').Split(':');
        return new FieldRule(parts[0], parts.Length > 1 ? parts[1] : "text", rule.EndsWith('!'));
    });

    private static (Func<JsonElement, bool> Accepts, string Description) OneOf(params string[] words) =>
        (value => value.ValueKind == JsonValueKind.String && words.Contains(value.GetString(), StringComparer.OrdinalIgnoreCase), $"must be one of {string.Join(", ", words)}");

    private static bool IsText(JsonElement value) =>
        value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;

    private static long? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var number) => number,
        JsonValueKind.String when long.TryParse(value.GetString(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    private static bool IsTime(JsonElement value) =>
        value.ValueKind is JsonValueKind.String or JsonValueKind.Number
        && EventTime.Read(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText()) is { } time && EventTime.IsAccepted(time);
}
