using System.Text.Json;

namespace ContactCenter.FollowUpScheduler.Templates;

/// <summary>JSON whose strings are templates: values are encoded as JSON, never concatenated into it (FUP-36).</summary>
public sealed class JsonTemplate
{
    private const int Deepest = 64;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Deepest };

    private readonly JsonElement _root;
    private readonly Dictionary<string, Template> _templates = new(StringComparer.Ordinal);

    private JsonTemplate(JsonElement root) => _root = root;

    /// <summary>What it refers to.</summary>
    public IEnumerable<Reference> References => _templates.Values.SelectMany(template => template.References);

    /// <summary>Parses a body.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="problem">What is wrong with it, or null.</param>
    /// <returns>Null if it is wrong.</returns>
    public static JsonTemplate? Parse(string text, out TemplateProblem? problem)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            var template = new JsonTemplate(document.RootElement.Clone());
            problem = template.Read(template._root);
            return problem is null ? template : null;
        }
        catch (JsonException exception)
        {
            problem = new($"is no JSON, in line {exception.LineNumber + 1}", 1);
            return null;
        }
    }

    /// <summary>The body with values, as UTF-8.</summary>
    /// <param name="values">The values.</param>
    /// <exception cref="RenderException">A text is too long.</exception>
    public byte[] Render(TemplateValues values)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, _root, values);
        return buffer.ToArray();
    }

    private TemplateProblem? Read(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return element.EnumerateObject().Select(property => Read(property.Value)).FirstOrDefault(problem => problem is not null);
            case JsonValueKind.Array:
                return element.EnumerateArray().Select(Read).FirstOrDefault(problem => problem is not null);
            case JsonValueKind.String when element.GetString()! is var text && !_templates.ContainsKey(text):
                if (Template.Parse(text, out var problem) is { } template)
                    _templates.Add(text, template);
                return problem;
            default:
                return null;
        }
    }

    private void Write(Utf8JsonWriter writer, JsonElement element, TemplateValues values)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, values);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(writer, item, values);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String when _templates[element.GetString()!] is { Lone: not null } lone && lone.Value(values) is { } value:
                value.WriteTo(writer);
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(_templates[element.GetString()!].Render(values));
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
