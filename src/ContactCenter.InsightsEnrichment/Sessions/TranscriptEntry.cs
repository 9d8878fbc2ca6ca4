using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>Something written or shown in a session (STO-82).</summary>
/// <param name="Time">When.</param>
/// <param name="Role"><c>end_user</c>, <c>agent</c>, <c>virtual_agent</c>, …</param>
/// <param name="Name">Who; null for customers and the system.</param>
/// <param name="Body">Object with a <c>type</c>, as transcripts have it.</param>
public sealed record TranscriptEntry(DateTimeOffset Time, string Role, string? Name, JsonElement Body)
{
    private const string EndUser = "end_user";
    private const string System = "system";
    private const string Agent = "agent";

    /// <summary>The type of the body.</summary>
    public string Type => Body.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString()! : "text";

    /// <summary>Whether the one who wrote has a name in transcripts.</summary>
    public bool IsNamed => Role is not (EndUser or System);

    /// <summary>Takes a message.</summary>
    internal static TranscriptEntry OfMessage(SessionEvent current, People people)
    {
        var data = current.Data;
        var message = data.Element("message")!.Value;
        var body = message.ValueKind == JsonValueKind.Object
            ? message
            : JsonSerializer.SerializeToElement(new { type = data.Text("message_type") ?? "text", content = data.Text("message"), lang = data.Text("lang") });
        var isInbound = current.Type == SessionEventTypes.MessageInbound;
        var author = data.Nested("author");
        var role = author.Text("role") ?? data.Text("author") ?? (isInbound ? EndUser : Agent);
        var name = author.Text("name") ?? (current.AgentId is { } id ? people.Handler(id).Name : null);
        return new(current.Time, role, role is EndUser or System ? null : name, body);
    }

    /// <summary>Takes a photo or video; other media do not show in a transcript.</summary>
    internal static TranscriptEntry? OfMedia(SessionEvent current, People people)
    {
        var data = current.Data;
        var kind = data.Text("kind")?.ToLowerInvariant();
        if (kind is not ("photo" or "video"))
            return null;
        var id = data.Text("media_id");
        var body = kind == "photo"
            ? JsonSerializer.SerializeToElement(new { type = kind, media_id = id })
            : JsonSerializer.SerializeToElement(new { type = kind, title = (string?)null, video = new { url = data.Text("location"), text = (string?)null }, media_id = id });
        return current.AgentId is { } agent
            ? new(current.Time, Agent, people.Handler(agent).Name, body)
            : new(current.Time, EndUser, null, body);
    }
}
