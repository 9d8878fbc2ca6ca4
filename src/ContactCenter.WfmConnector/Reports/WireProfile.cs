using System.Text.Json;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>
/// What the push interface of CXone is like: paths, names, constants and forms (WFM-88). A profile is a JSON document that maps
/// names of ours to names on the wire; what it does not map is not sent.
/// </summary>
public sealed class WireProfile
{
    private readonly Dictionary<string, IReadOnlyList<KeyValuePair<string, JsonEncodedText>>> _fields;
    private readonly Dictionary<string, IReadOnlyList<KeyValuePair<JsonEncodedText, string>>> _constants;
    private readonly Dictionary<string, string> _paths;
    private readonly Dictionary<string, string> _errors;
    private readonly Lazy<ReportWriter> _writer;

    /// <summary>Reads a document without faults.</summary>
    internal WireProfile(JsonElement document)
    {
        Id = document.GetProperty("id").GetString()!;
        AcdType = document.GetProperty("acdType").GetString()!;
        ReportVersion = document.GetProperty("reportVersion").GetString()!;
        Times = document.GetProperty("time").GetString()!;
        UsesIdToken = document.GetProperty("token").GetString() == "ID_TOKEN";
        HasArraySections = document.GetProperty("sectionShape").GetString() == "ARRAY";
        AllowsSplit = document.TryGetProperty("allowSplit", out var split) && split.ValueKind == JsonValueKind.True;
        _paths = Texts(document.GetProperty("paths"));
        _errors = Texts(document.GetProperty("errors"));
        _fields = document.GetProperty("fields").EnumerateObject().ToDictionary(
            section => section.Name,
            IReadOnlyList<KeyValuePair<string, JsonEncodedText>> (section) =>
                [.. section.Value.EnumerateObject().Select(field => KeyValuePair.Create(field.Name, JsonEncodedText.Encode(field.Value.GetString()!)))],
            StringComparer.Ordinal);
        _constants = document.TryGetProperty("constants", out var constants)
            ? constants.EnumerateObject().ToDictionary(
                section => section.Name,
                IReadOnlyList<KeyValuePair<JsonEncodedText, string>> (section) =>
                    [.. section.Value.EnumerateObject().Select(constant => KeyValuePair.Create(JsonEncodedText.Encode(constant.Name), constant.Value.GetRawText()))],
                StringComparer.Ordinal)
            : [];
        _writer = new(() => new(this));
    }

    /// <summary>JSON of the built-in profile.</summary>
    public static string DefaultDocument { get; } = ReadDefault();

    /// <summary>The built-in profile.</summary>
    public static WireProfile Default { get; } = Parse(DefaultDocument);

    /// <summary>Name and version, such as <c>cxone-acd/1</c>.</summary>
    public string Id { get; }

    /// <summary>What the contact centre calls itself.</summary>
    public string AcdType { get; }

    /// <summary>Version of the reports.</summary>
    public string ReportVersion { get; }

    /// <summary><c>ISO_8601</c>, <c>EPOCH_SECONDS</c> or <c>EPOCH_MILLISECONDS</c> (WFM-91).</summary>
    public string Times { get; }

    /// <summary>Whether calls carry the id token in place of the access token (WFM-8).</summary>
    public bool UsesIdToken { get; }

    /// <summary>Whether the two parts of a queue report are arrays themselves in place of objects with one (WFM-92).</summary>
    public bool HasArraySections { get; }

    /// <summary>Whether a report that is too large may be sent in parts (WFM-86).</summary>
    public bool AllowsSplit { get; }

    /// <summary>Path of a request below the service URL; null if CXone has none.</summary>
    /// <param name="name">Such as <c>queue_report</c>.</param>
    public string? Path(string name) => _paths.GetValueOrDefault(name);

    /// <summary>Writes with this profile.</summary>
    internal ReportWriter Writer => _writer.Value;

    /// <summary>Where answers tell of errors: a name in their JSON; null if nowhere.</summary>
    /// <param name="name"><c>code</c>, <c>message</c>, <c>items</c>, <c>item_field</c>, <c>item_message</c> or <c>item_index</c>.</param>
    public string? ErrorPlace(string name) => _errors.GetValueOrDefault(name);

    /// <summary>The fields of an object: our names and those on the wire, in the order of the wire.</summary>
    /// <param name="section">Such as <c>queue</c>.</param>
    public IReadOnlyList<KeyValuePair<string, JsonEncodedText>> Fields(string section) => _fields.GetValueOrDefault(section) ?? [];

    /// <summary>What every object of a kind has besides its fields: names on the wire and values as JSON.</summary>
    /// <param name="section">Such as <c>queue</c>.</param>
    public IReadOnlyList<KeyValuePair<JsonEncodedText, string>> Constants(string section) => _constants.GetValueOrDefault(section) ?? [];

    /// <summary>Names that a part of a document can have: the built-in profile has them all.</summary>
    /// <param name="part"><c>paths</c>, <c>errors</c>, <c>fields</c>, or a section of the fields.</param>
    internal IReadOnlyCollection<string> NamesOf(string part) => part switch
    {
        "paths" => _paths.Keys,
        "errors" => _errors.Keys,
        "fields" => _fields.Keys,
        _ => [.. Fields(part).Select(field => field.Key)],
    };

    private static Dictionary<string, string> Texts(JsonElement element) =>
        element.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetString()!, StringComparer.Ordinal);

    private static string ReadDefault()
    {
        using var stream = typeof(WireProfile).Assembly.GetManifestResourceStream("cxone-acd-1.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static WireProfile Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return new(document.RootElement);
    }
}
