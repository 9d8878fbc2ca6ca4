using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>Reads what the webhook gets: the handshake, the envelope of a notification, and the data within (MSG-2, MSG-3, MSG-7, MSG-11).</summary>
internal static class NotificationReader
{
    private const int LongestData = 256 * 1024;
    private const int LongestId = 512;
    private const int LongestPostbackData = 2_048;
    private const int KeyLength = 16;
    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 64 };

    /// <summary>Reads a body as JSON.</summary>
    /// <returns>Null if it is no JSON object.</returns>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body, Limits);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
        }
        catch (JsonException)
        {
            // No JSON: not an object either.
        }

        return null;
    }

    /// <summary>Reads the envelope.</summary>
    /// <param name="body">The body of the request.</param>
    /// <returns>The envelope, or why it is none.</returns>
    public static (Envelope? Envelope, string? Reason) ReadEnvelope(JsonElement body)
    {
        if (!body.TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.Object || Text(message, "data") is not { } encoded)
            return (null, QuarantineReasons.DataMissing);
        if (!Base64.IsValid(encoded, out var length))
            return (null, QuarantineReasons.DataUnreadable);
        if (length > LongestData)
            return (null, QuarantineReasons.DataTooLarge);
        var attributes = message.TryGetProperty("attributes", out var given) && given.ValueKind == JsonValueKind.Object ? given : default;
        return (new(Convert.FromBase64String(encoded), Text(message, "messageId"), Text(message, "publishTime"), Text(attributes, "type")), null);
    }

    /// <summary>Reads the data of a genuine notification.</summary>
    /// <param name="envelope">What it came in.</param>
    /// <param name="pathAgent">The agent whose webhook was called; null for the partner webhook.</param>
    /// <param name="now">Time of receipt.</param>
    /// <returns>The notification, or why it is none.</returns>
    public static (Notification? Notification, string? Reason) Read(Envelope envelope, string? pathAgent, DateTimeOffset now)
    {
        using var document = Parse(envelope.Data);
        if (document is null || HasNul(envelope.Data))
            return (null, QuarantineReasons.DataUnreadable);
        var data = document.RootElement;
        var agent = Text(data, "agentId") ?? pathAgent;
        if (agent is null || !Notification.IsAgentId(agent))
            return (null, QuarantineReasons.AgentMissing);
        if (pathAgent is not null && agent != pathAgent)
            return (null, QuarantineReasons.AgentMismatch);
        var time = EventTime.Read(Text(data, "sendTime")) ?? EventTime.Read(envelope.PublishTime) ?? now;
        if (!EventTime.IsAccepted(time))
            return (null, QuarantineReasons.TimeOutOfRange);

        var (messageId, eventId) = (Id(data, "messageId"), Id(data, "eventId"));
        var phone = Id(data, "senderPhoneNumber") ?? Id(data, "phoneNumber");
        var (kind, suggestion) = KindOf(data, envelope.Type);
        return (new()
        {
            NotificationId = Guid.CreateVersion7(now),
            DeduplicationKey = KeyOf(envelope, kind, agent, messageId, eventId, phone),
            AgentId = agent,
            Kind = kind,
            Time = time,
            ReceivedTime = now,
            MessageId = messageId,
            EventId = eventId,
            Phone = phone,
            PostbackData = Shortened(Text(suggestion, "postbackData")),
            Text = Text(data, "text") ?? Text(suggestion, "text"),
            Launch = kind == NotificationKinds.Launch ? new(Id(data, "regionId") ?? "", Id(data, "oldLaunchState") ?? "", Id(data, "newLaunchState")!) : null,
            Data = envelope.Data,
        }, null);
    }

    private static (string Kind, JsonElement Suggestion) KindOf(JsonElement data, string? type)
    {
        if (type == "agent_launch_event")
            return (Id(data, "newLaunchState") is null ? NotificationKinds.Unknown : NotificationKinds.Launch, default);
        if (Text(data, "eventType") is { } eventType)
        {
            return (eventType switch
            {
                "DELIVERED" or "READ" => Id(data, "messageId") is null ? NotificationKinds.Unknown : eventType,
                "IS_TYPING" or "SUBSCRIBE" or "UNSUBSCRIBE" => eventType,
                "TTL_EXPIRATION_REVOKED" when Id(data, "messageId") is not null => NotificationKinds.Expired,
                "TTL_EXPIRATION_REVOKE_FAILED" when Id(data, "messageId") is not null => NotificationKinds.ExpireFailed,
                _ => NotificationKinds.Unknown,
            }, default);
        }

        // Of a user's message exactly one is there.
        string[] contents = ["text", "userFile", "location", "suggestionResponse"];
        if (contents.Count(name => data.TryGetProperty(name, out _)) != 1 || (Id(data, "messageId") ?? Id(data, "eventId")) is null || Id(data, "senderPhoneNumber") is null)
            return (NotificationKinds.Unknown, default);
        if (!data.TryGetProperty("suggestionResponse", out var suggestion))
            return (data.TryGetProperty("text", out _) ? NotificationKinds.Text : data.TryGetProperty("location", out _) ? NotificationKinds.Location : NotificationKinds.File, default);
        if (suggestion.ValueKind != JsonValueKind.Object || Text(suggestion, "postbackData") is null)
            return (NotificationKinds.Unknown, default);
        return (Text(suggestion, "type") switch
        {
            "REPLY" => NotificationKinds.SuggestedReply,
            "ACTION" => NotificationKinds.SuggestedAction,
            _ => NotificationKinds.Suggestion,
        }, suggestion);
    }

    /// <summary>The same for every delivery of the same event (MSG-8).</summary>
    private static byte[] KeyOf(Envelope envelope, string kind, string agent, string? messageId, string? eventId, string? phone)
    {
        string?[] parts = eventId is not null
            ? ["event", eventId, agent]
            : messageId is not null && NotificationKinds.IsUserMessage(kind)
                ? ["message", messageId, phone, agent]
                : envelope.MessageId is { } id ? ["envelope", id] : ["data", Convert.ToHexString(SHA256.HashData(envelope.Data))];
        return SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)))[..KeyLength];
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static string? Id(JsonElement element, string name) => Text(element, name) is { Length: <= LongestId } id ? id : null;

    private static string? Shortened(string? postbackData) => postbackData is { Length: > LongestPostbackData } ? postbackData[..LongestPostbackData] : postbackData;

    // Postgres stores no U+0000, neither as itself nor written as an escape.
    private static bool HasNul(ReadOnlySpan<byte> data) => data.Contains((byte)0) || data.IndexOf("\\u0000"u8) >= 0;
}

/// <summary>What a notification comes in.</summary>
/// <param name="Data">The decoded data, as signed.</param>
/// <param name="MessageId">Id of the delivery.</param>
/// <param name="PublishTime">When the platform sent it.</param>
/// <param name="Type">Attribute <c>type</c>.</param>
internal sealed record Envelope(byte[] Data, string? MessageId, string? PublishTime, string? Type);

/// <summary>Why a request to the webhook was not taken in.</summary>
public static class QuarantineReasons
{
    /// <summary>No signature, or none that matches (MSG-5).</summary>
    public const string SignatureInvalid = "SIGNATURE_INVALID";

    /// <summary>The body is no JSON object.</summary>
    public const string BodyUnreadable = "BODY_UNREADABLE";

    /// <summary>There is no message.data.</summary>
    public const string DataMissing = "DATA_MISSING";

    /// <summary>The data is not Base64 of a JSON object without U+0000.</summary>
    public const string DataUnreadable = "DATA_UNREADABLE";

    /// <summary>The decoded data is larger than 256 KiB.</summary>
    public const string DataTooLarge = "DATA_TOO_LARGE";

    /// <summary>Neither data nor path name an agent, or it is no agent id.</summary>
    public const string AgentMissing = "AGENT_MISSING";

    /// <summary>The data is of another agent than the path (MSG-1).</summary>
    public const string AgentMismatch = "AGENT_MISMATCH";

    /// <summary>The time lies outside 1901 to 2049 (MSG-10).</summary>
    public const string TimeOutOfRange = "TIME_OUT_OF_RANGE";
}
