using System.Text.Json;
using ContactCenter.Insights.V1;

namespace ContactCenter.Sandbox.Sessions;

/// <summary>What is true of a session, and what its metadata document must show; times are whole seconds.</summary>
/// <param name="Name"><c>call-1</c>, <c>chat-2</c>.</param>
/// <param name="TaskSid">The task that it belongs to.</param>
/// <param name="ConversationId">The conversation of that task.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Waited">Sum of its waits.</param>
/// <param name="Handled">Talk and wrap-up of all agents.</param>
/// <param name="Agents">How often an agent joined.</param>
/// <param name="Messages">How many messages were written; null for a call.</param>
/// <param name="Rating">What the customer gave.</param>
public sealed record SessionFacts(
    string Name, string TaskSid, string ConversationId, string Status, int Waited, int Handled, int Agents, int? Messages, int? Rating)
{
    /// <summary>Reads the facts of a session that is shown.</summary>
    /// <param name="shown">The session and its document.</param>
    /// <returns>The facts.</returns>
    public static SessionFacts Of((Session Session, SessionMetadata Metadata) shown) =>
        OfDocument(shown.Session.Name, shown.Session.TaskSid, shown.Session.ConversationId, shown.Metadata.Document.Memory);

    /// <summary>Reads the facts of a metadata document.</summary>
    /// <param name="name">The session.</param>
    /// <param name="taskSid">Its task, which the document does not name.</param>
    /// <param name="conversationId">The conversation of that task, which it does not name either.</param>
    /// <param name="json">The document.</param>
    /// <returns>The facts.</returns>
    public static SessionFacts OfDocument(string name, string taskSid, string conversationId, ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var isCall = name.StartsWith("call-", StringComparison.Ordinal);
        var participants = root.GetProperty("participants").EnumerateArray();
        return new(
            name,
            taskSid,
            conversationId,
            root.GetProperty("status").GetString() ?? "",
            root.GetProperty("wait_duration").GetInt32(),
            root.GetProperty(isCall ? "call_duration" : "chat_duration").GetInt32(),
            participants.Count(one => one.GetProperty("type").GetString() == "agent"),
            isCall ? null : root.GetProperty("message_count").GetInt32(),
            root.GetProperty("rating") is { ValueKind: JsonValueKind.Number } rating ? rating.GetInt32() : null);
    }
}
