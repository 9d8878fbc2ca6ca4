using System.Text.Json;
using ContactCenter.StorageExport.Files;

namespace ContactCenter.StorageExport.Documents;

/// <summary>The schemas of metadata documents, one of calls and one of chats (STO-80); their texts are files beside this one.</summary>
internal sealed class MetadataSchema
{
    private static readonly MetadataSchema Call = new("call");
    private static readonly MetadataSchema Chat = new("chat");

    private readonly JsonSchema _schema;

    private MetadataSchema(string kind)
    {
        var assembly = typeof(MetadataSchema).Assembly;
        using var resource = assembly.GetManifestResourceStream(assembly.GetManifestResourceNames().Single(name => name.EndsWith($".metadata-{kind}.schema.json", StringComparison.Ordinal)))!;
        using var reader = new StreamReader(resource);
        Text = reader.ReadToEnd();
        _schema = JsonSchema.Parse(Text);
    }

    /// <summary>The schema, as JSON.</summary>
    public string Text { get; }

    /// <summary>The schema of a kind of session.</summary>
    /// <param name="kind">The kind.</param>
    public static MetadataSchema Of(SessionKind kind) => kind == SessionKind.Call ? Call : Chat;

    /// <summary>All that keeps bytes from being the document of a session; nothing if they are.</summary>
    /// <param name="bytes">UTF-8 without BOM, as they are to be stored.</param>
    /// <param name="sessionId">The session.</param>
    public IReadOnlyList<SchemaFault> Check(byte[] bytes, long sessionId)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var faults = _schema.Check(document.RootElement);
            return faults.Count > 0 || document.RootElement.GetProperty("id").TryGetInt64(out var id) && id == sessionId
                ? faults
                : [new("/id", "another session")];
        }
        catch (JsonException)
        {
            return [new("", "no JSON")];
        }
    }
}
