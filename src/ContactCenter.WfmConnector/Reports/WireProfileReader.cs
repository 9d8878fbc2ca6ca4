using System.Text.Json;
using System.Text.RegularExpressions;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>Reads wire profiles and finds every fault of a document (WFM-89).</summary>
public sealed partial class WireProfileReader
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private static readonly string[] RequiredPaths = ["authentication", "refresh", "agent_states", "activity_report", "queue_report"];

    private static readonly Dictionary<string, string[]> RequiredFields = new(StringComparer.Ordinal)
    {
        ["agent_states"] = ["rows"],
        ["agent_state"] = ["agent_id", "state"],
        ["activity_report"] = ["start", "end", "rows"],
        ["activity"] = ["agent_id", "activity"],
        ["queue_report"] = ["start", "end", "rows", "agent_queue_report", "agent_performance_report"],
        ["agent_queue"] = ["agent_id"],
        ["agent_performance"] = ["agent_id"],
    };

    private readonly List<(string Pointer, string Reason)> _faults = [];

    /// <summary>Reads a document.</summary>
    /// <param name="document">JSON.</param>
    /// <returns>The profile; null with what is wrong, each with its place as a JSON pointer.</returns>
    public static (WireProfile? Profile, IReadOnlyList<(string Pointer, string Reason)> Faults) Read(string document)
    {
        try
        {
            var reader = new WireProfileReader();
            // Names are not compared before it is clear that they are texts.
            using (var anything = JsonDocument.Parse(document))
                reader.CheckText(anything.RootElement, "");
            if (reader._faults.Count > 0)
                return (null, reader._faults);
            using var json = JsonDocument.Parse(document, Strict);
            reader.Check(json.RootElement);
            return reader._faults.Count > 0 ? (null, reader._faults) : (new(json.RootElement), []);
        }
        catch (JsonException broken)
        {
            return (null, [("", $"is not JSON, or has a name twice: line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}")]);
        }
    }

    /// <summary>Finds escapes of half a character: JSON can hold them, a text cannot, and whoever reads one fails.</summary>
    private void CheckText(JsonElement element, string pointer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    if (IsText(() => property.Name))
                        CheckText(property.Value, $"{pointer}/{property.Name}");
                    else
                        Add(pointer, "has a name with half of a surrogate pair");
                }

                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in element.EnumerateArray().Index())
                    CheckText(item, $"{pointer}/{index}");
                break;
            case JsonValueKind.String when !IsText(element.GetString):
                Add(pointer, "has half of a surrogate pair");
                break;
        }
    }

    private static bool IsText(Func<string?> read)
    {
        try
        {
            return read() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void Check(JsonElement root)
    {
        if (!IsObject(root, ""))
            return;
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name is not ("id" or "acdType" or "reportVersion" or "time" or "token" or "sectionShape" or "allowSplit" or "paths" or "errors" or "fields" or "constants"))
                Add($"/{property.Name}", "is not known");
        }

        Text(root, "", "id", text => Identity().IsMatch(text), "must be name/version: small letters, digits and hyphens, a slash, a number");
        Text(root, "", "acdType", IsName, "must have 1 to 64 characters");
        Text(root, "", "reportVersion", IsName, "must have 1 to 64 characters");
        Text(root, "", "time", text => text is "ISO_8601" or "EPOCH_SECONDS" or "EPOCH_MILLISECONDS", "must be ISO_8601, EPOCH_SECONDS or EPOCH_MILLISECONDS");
        Text(root, "", "token", text => text is "ACCESS_TOKEN" or "ID_TOKEN", "must be ACCESS_TOKEN or ID_TOKEN");
        Text(root, "", "sectionShape", text => text is "OBJECT" or "ARRAY", "must be OBJECT or ARRAY");
        if (root.TryGetProperty("allowSplit", out var split) && split.ValueKind is not (JsonValueKind.False or JsonValueKind.True))
            Add("/allowSplit", "must be true or false");
        Texts(root, "", "paths", "paths", RequiredPaths, text => RelativePath().IsMatch(text), "must be relative, without query");
        Texts(root, "", "errors", "errors", [], IsName, "must have 1 to 64 characters");
        CheckFields(root);
    }

    private void CheckFields(JsonElement root)
    {
        var constants = root.TryGetProperty("constants", out var given) && IsObject(given, "/constants") ? given : default;
        if (constants.ValueKind == JsonValueKind.Object)
        {
            foreach (var section in constants.EnumerateObject().Where(section => IsKnown(section.Name, "fields", "/constants") && IsObject(section.Value, $"/constants/{section.Name}")))
            {
                foreach (var constant in section.Value.EnumerateObject().Where(constant => constant.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array))
                    Add($"/constants/{section.Name}/{constant.Name}", "must be a text, a number, true, false or null");
            }
        }

        if (!root.TryGetProperty("fields", out var fields))
            Add("/fields", "is required");
        else if (IsObject(fields, "/fields"))
        {
            foreach (var section in fields.EnumerateObject())
                IsKnown(section.Name, "fields", "/fields");
            foreach (var section in WireProfile.Default.NamesOf("fields"))
            {
                var names = Texts(fields, "/fields", section, section, RequiredFields.GetValueOrDefault(section) ?? [], IsName, "must have 1 to 64 characters");
                if (constants.ValueKind == JsonValueKind.Object && constants.TryGetProperty(section, out var more) && more.ValueKind == JsonValueKind.Object)
                    names.AddRange(more.EnumerateObject().Select(constant => (constant.Name, $"/constants/{section}/{constant.Name}")));
                foreach (var (name, pointer) in names.GroupBy(name => name.Name, StringComparer.Ordinal).SelectMany(same => same.Skip(1)))
                    Add(pointer, $"uses the name '{name}' again");
            }
        }
    }

    private List<(string Name, string Pointer)> Texts(JsonElement parent, string place, string name, string part, string[] required, Func<string, bool> isValid, string otherwise)
    {
        var texts = new List<(string, string)>();
        if (!parent.TryGetProperty(name, out var element))
        {
            if (required.Length > 0 || part == "errors")
                Add($"{place}/{name}", "is required");
        }
        else if (IsObject(element, $"{place}/{name}"))
        {
            foreach (var missing in required.Where(field => !element.TryGetProperty(field, out _)))
                Add($"{place}/{name}/{missing}", "is required");
            foreach (var property in element.EnumerateObject().Where(property => IsKnown(property.Name, part, $"{place}/{name}")))
            {
                Text(element, $"{place}/{name}", property.Name, isValid, otherwise);
                if (property.Value.ValueKind == JsonValueKind.String)
                    texts.Add((property.Value.GetString()!, $"{place}/{name}/{property.Name}"));
            }
        }

        return texts;
    }

    private bool IsKnown(string name, string part, string place)
    {
        var isKnown = WireProfile.Default.NamesOf(part).Contains(name);
        if (!isKnown)
            Add($"{place}/{name}", "is not known");
        return isKnown;
    }

    private void Text(JsonElement parent, string place, string name, Func<string, bool> isValid, string otherwise)
    {
        if (!parent.TryGetProperty(name, out var value))
            Add($"{place}/{name}", "is required");
        else if (value.ValueKind != JsonValueKind.String || !isValid(value.GetString()!))
            Add($"{place}/{name}", otherwise);
    }

    private bool IsObject(JsonElement element, string pointer)
    {
        if (element.ValueKind != JsonValueKind.Object)
            Add(pointer, "must be an object");
        return element.ValueKind == JsonValueKind.Object;
    }

    private void Add(string pointer, string reason) => _faults.Add((pointer, reason));

    private static bool IsName(string text) => text.Length is > 0 and <= 64;

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}/[0-9]{1,6}$", RegexOptions.CultureInvariant)]
    private static partial Regex Identity();

    [GeneratedRegex(@"^(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)*$", RegexOptions.CultureInvariant)]
    private static partial Regex RelativePath();
}
