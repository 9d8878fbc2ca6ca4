using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.Durable.DeadLetters;

namespace ContactCenter.Egress.Secrets;

/// <summary>Keeps secrets out of dead letters' errors, and secrets and personal data out of what is shown of their payloads (DUR-48).</summary>
/// <remarks>
/// Which texts are personal no program can tell, so of texts only those are shown that cannot be: ids, times, kinds and
/// states, by the names of their fields or by their form.
/// </remarks>
internal sealed class DeadLetterMask(Redactor redactor) : IDeadLetterMask
{
    private const string Hidden = "[masked]";
    private const long LargestPlainNumber = 999_999;

    private static readonly string[] PlainNames = ["id", "ids", "sid", "key", "kind", "type", "state", "status", "time", "version", "direction", "channel"];

    /// <inheritdoc />
    public string Error(string error) => redactor.Text(error);

    /// <inheritdoc />
    public string Payload(string payload)
    {
        try
        {
            return redactor.Json(Masked(JsonNode.Parse(payload), "")?.ToJsonString() ?? "null");
        }
        catch (JsonException)
        {
            return Hidden;
        }
    }

    private static JsonNode? Masked(JsonNode? node, string name) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, Masked(field.Value, field.Key)))),
        JsonArray items => new JsonArray([.. items.Select(item => Masked(item, name))]),
        JsonValue value when !IsPlain(value, name) => JsonValue.Create(Hidden),
        _ => node?.DeepClone(),
    };

    private static bool IsPlain(JsonValue value, string name) => value.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>() is var text
            && (text.Length == 0 || HasPlainName(text, name) || Guid.TryParse(text, out _)
                || DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _)),
        JsonValueKind.Number => !value.TryGetValue<long>(out var number) || Math.Abs(number) <= LargestPlainNumber || HasPlainName("", name),
        _ => true,
    };

    // A customer's key is often a telephone number or an address.
    private static bool HasPlainName(string text, string name) =>
        Array.Exists(PlainNames, plain => name.EndsWith(plain, StringComparison.OrdinalIgnoreCase))
        && !text.Contains('@') && !text.StartsWith('+') && !text.Any(char.IsWhiteSpace);
}
