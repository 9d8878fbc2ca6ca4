using System.Globalization;
using System.Text.Json;

namespace ContactCenter.Sandbox.Rbm;

/// <summary>What the platform reports of messages, as JSON.</summary>
public static class RbmReport
{
    /// <summary>A receipt.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="messageId">The message.</param>
    /// <param name="phone">The recipient.</param>
    /// <param name="kind"><c>DELIVERED</c>, <c>READ</c>, or what became of a message that was too old.</param>
    /// <param name="time">When it happened.</param>
    public static string Receipt(string agent, string messageId, string phone, string kind, DateTimeOffset time)
    {
        var eventId = $"{messageId}-{kind}-{time.ToUnixTimeMilliseconds()}";
        return kind.StartsWith("TTL", StringComparison.Ordinal)
            ? JsonSerializer.Serialize(new { phoneNumber = phone, messageId, agentId = agent, eventType = kind, eventId, sendTime = Text(time) })
            : JsonSerializer.Serialize(new { senderPhoneNumber = phone, messageId, agentId = agent, eventType = kind, eventId, sendTime = Text(time) });
    }

    /// <summary>A tap on a suggestion.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="message">The message.</param>
    /// <param name="suggestion">What was tapped.</param>
    /// <param name="time">When.</param>
    public static string Tap(string agent, RbmMessage message, (string Text, string PostbackData) suggestion, DateTimeOffset time) => JsonSerializer.Serialize(new
    {
        senderPhoneNumber = message.Phone,
        agentId = agent,
        messageId = $"tap-{message.Id}",
        sendTime = Text(time),
        suggestionResponse = new { postbackData = suggestion.PostbackData, text = suggestion.Text, type = "REPLY" },
    });

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
