using System.Text.Json;
using System.Text.RegularExpressions;

namespace ContactCenter.StorageExport.Documents;

/// <summary>
/// Checks JSON against a schema of JSON Schema draft 2020-12, as far as the schemas of this service go. A schema with a keyword
/// that is not known here is refused when it is read, so that nothing in it goes unchecked.
/// </summary>
internal sealed class JsonSchema
{
    private const string Draft = "https://json-schema.org/draft/2020-12/schema";
    private const string Definitions = "#/$defs/";

    private readonly Dictionary<string, Rule> _definitions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _referred = new(StringComparer.Ordinal);
    private readonly Rule _root;

    private JsonSchema(JsonElement schema)
    {
        if (!schema.TryGetProperty("$schema", out var draft) || draft.GetString() != Draft)
            throw new NotSupportedException($"A schema has to say that it is of {Draft}.");
        if (schema.TryGetProperty("$defs", out var definitions))
        {
            foreach (var definition in definitions.EnumerateObject())
                _definitions.Add(definition.Name, Read(definition.Value));
        }

        _root = Read(schema);
        if (_referred.FirstOrDefault(name => !_definitions.ContainsKey(name)) is { } missing)
            throw new NotSupportedException($"The schema has no definition {missing}.");
    }

    /// <summary>Checks a value, and notes what is wrong with it.</summary>
    private delegate void Rule(JsonElement value, Place at, List<SchemaFault> faults);

    /// <summary>Reads a schema.</summary>
    /// <param name="schema">Its text.</param>
    /// <exception cref="NotSupportedException">It is of another draft, or says what is not understood.</exception>
    public static JsonSchema Parse(string schema)
    {
        using var document = JsonDocument.Parse(schema);
        return new(document.RootElement.Clone());
    }

    /// <summary>All that is wrong with a value; nothing if it follows the schema.</summary>
    /// <param name="value">The value.</param>
    public IReadOnlyList<SchemaFault> Check(JsonElement value)
    {
        var faults = new List<SchemaFault>();
        _root(value, new(null, ""), faults);
        return faults;
    }

    private Rule Read(JsonElement schema)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return When(schema.ValueKind is JsonValueKind.True ? _ => true : _ => false, "false");
        var rules = schema.EnumerateObject().Select(Read).OfType<Rule>().ToArray();
        return (value, at, faults) =>
        {
            foreach (var rule in rules)
                rule(value, at, faults);
        };
    }

    private Rule? Read(JsonProperty keyword) => keyword.Name switch
    {
        "$schema" or "$id" or "$defs" or "title" or "description" => null,
        "$ref" => Reference(keyword.Value.GetString()!),
        "type" => OfType(keyword.Value.ValueKind == JsonValueKind.Array ? [.. keyword.Value.EnumerateArray().Select(type => type.GetString()!)] : [keyword.Value.GetString()!]),
        "const" => When(value => JsonElement.DeepEquals(value, keyword.Value), keyword.Name),
        "pattern" => Pattern(keyword.Value.GetString()!),
        "minimum" => Bound(keyword.Name, keyword.Value.GetDecimal(), (value, bound) => value >= bound),
        "maximum" => Bound(keyword.Name, keyword.Value.GetDecimal(), (value, bound) => value <= bound),
        "items" => Items(Read(keyword.Value)),
        "properties" => Properties(keyword.Value.EnumerateObject().ToDictionary(property => property.Name, property => Read(property.Value), StringComparer.Ordinal)),
        "required" => Required([.. keyword.Value.EnumerateArray().Select(name => name.GetString()!)]),
        "anyOf" => AnyOf([.. keyword.Value.EnumerateArray().Select(Read)]),
        _ => throw new NotSupportedException($"The keyword {keyword.Name} is not known."),
    };

    private Rule Reference(string target)
    {
        if (!target.StartsWith(Definitions, StringComparison.Ordinal))
            throw new NotSupportedException($"{target} is no definition of the schema.");
        var name = target[Definitions.Length..];
        _referred.Add(name);
        return (value, at, faults) => _definitions[name](value, at, faults);
    }

    private static Rule OfType(string[] types)
    {
        if (types.FirstOrDefault(type => type is not ("null" or "boolean" or "object" or "array" or "string" or "number" or "integer")) is { } unknown)
            throw new NotSupportedException($"There is no type {unknown}.");
        return When(value => Array.Exists(types, type => Is(value, type)), "type");
    }

    private static bool Is(JsonElement value, string type) => value.ValueKind switch
    {
        JsonValueKind.Null => type == "null",
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        // 1.0 is a whole number too.
        _ => type == "number" || (type == "integer" && (value.TryGetInt64(out _) || double.IsInteger(value.GetDouble()))),
    };

    private static Rule Pattern(string pattern)
    {
        var form = new Regex(pattern, RegexOptions.ECMAScript, TimeSpan.FromSeconds(1));
        // What is no text is a matter of "type".
        return When(value => value.ValueKind != JsonValueKind.String || form.IsMatch(value.GetString()!), "pattern");
    }

    private static Rule Bound(string keyword, decimal bound, Func<double, double, bool> holds) =>
        When(value => value.ValueKind != JsonValueKind.Number || holds(value.GetDouble(), (double)bound), keyword);

    private static Rule Items(Rule item) => (value, at, faults) =>
    {
        if (value.ValueKind != JsonValueKind.Array)
            return;
        foreach (var (index, element) in value.EnumerateArray().Index())
            item(element, new(at, index.ToString(System.Globalization.CultureInfo.InvariantCulture)), faults);
    };

    private static Rule Properties(Dictionary<string, Rule> properties) => (value, at, faults) =>
    {
        if (value.ValueKind != JsonValueKind.Object)
            return;
        foreach (var member in value.EnumerateObject())
        {
            if (properties.TryGetValue(member.Name, out var rule))
                rule(member.Value, new(at, member.Name), faults);
        }
    };

    private static Rule Required(string[] names) => (value, at, faults) =>
    {
        if (value.ValueKind == JsonValueKind.Object)
            faults.AddRange(names.Where(name => !value.TryGetProperty(name, out _)).Select(name => new SchemaFault(new Place(at, name).ToString(), "required")));
    };

    private static Rule AnyOf(Rule[] rules) => When(
        value =>
        {
            return Array.Exists(rules, Accepts);

            bool Accepts(Rule rule)
            {
                var faults = new List<SchemaFault>();
                rule(value, new(null, ""), faults);
                return faults.Count == 0;
            }
        },
        "anyOf");

    private static Rule When(Func<JsonElement, bool> holds, string keyword) => (value, at, faults) =>
    {
        if (!holds(value))
            faults.Add(new(at.ToString(), keyword));
    };

    /// <summary>A place in a document.</summary>
    private sealed record Place(Place? Above, string Name)
    {
        /// <summary>As a JSON pointer.</summary>
        public override string ToString() =>
            Above is null ? "" : $"{Above}/{Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
    }
}

/// <summary>Something in a document that does not follow its schema.</summary>
/// <param name="Pointer">JSON pointer to it, or to where it should be; empty for the document as a whole.</param>
/// <param name="Keyword">The keyword of the schema that it breaks.</param>
internal sealed record SchemaFault(string Pointer, string Keyword);
