using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>A message that was sent in the name of an agent (MSG-12, MSG-13). In JSON its names are those of the contract.</summary>
public sealed record SentMessage
{
    private const int LongestId = 64;
    private const int LongestLabel = 256;
    private const int MostSuggestions = 200;
    private const int LongestText = 2_048;

    /// <summary>Id that its sender gave it.</summary>
    [JsonPropertyName("message_id")]
    public string MessageId { get; init; } = "";

    /// <summary>The agent in whose name it was sent.</summary>
    [JsonPropertyName("agent_id")]
    public string AgentId { get; init; } = "";

    /// <summary>The recipient: <c>+</c> and 7 to 15 digits.</summary>
    [JsonPropertyName("phone_number")]
    public string PhoneNumber { get; init; } = "";

    /// <summary>When; null for the time of recording.</summary>
    [JsonPropertyName("send_time")]
    public DateTimeOffset? SendTime { get; init; }

    /// <summary>False if the platform refused it (MSG-15).</summary>
    [JsonPropertyName("accepted")]
    public bool Accepted { get; init; } = true;

    /// <summary><c>text</c>, <c>file</c>, <c>rich_card</c> or <c>carousel</c>; empty if not known.</summary>
    [JsonPropertyName("format")]
    public string Format { get; init; } = "";

    /// <summary>Traffic type of the platform; empty if not known.</summary>
    [JsonPropertyName("traffic_type")]
    public string TrafficType { get; init; } = "";

    /// <summary>What could be tapped, in the order offered.</summary>
    [JsonPropertyName("suggestions")]
    public IReadOnlyList<Suggestion> Suggestions { get; init; } = [];

    /// <summary>Who wrote it; empty if not known.</summary>
    [JsonPropertyName("responder")]
    public string Responder { get; init; } = "";

    /// <summary>What it was sent for; empty for none.</summary>
    [JsonPropertyName("campaign")]
    public string Campaign { get; init; } = "";

    /// <summary>What it was made from; empty for nothing.</summary>
    [JsonPropertyName("template")]
    public string Template { get; init; } = "";

    /// <summary>The conversation that it belongs to; empty for none.</summary>
    [JsonPropertyName("conversation_id")]
    public string ConversationId { get; init; } = "";

    /// <summary>What it is called: unique for its agent.</summary>
    [JsonIgnore]
    public (string AgentId, string MessageId) Key => (AgentId, MessageId);

    /// <summary>Of everything but the time of the send: the same content gives the same hash (MSG-14).</summary>
    public byte[] ContentHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var text in (IEnumerable<string>)[
            PhoneNumber, Accepted ? "1" : "0", Format, TrafficType, Responder, Campaign, Template, ConversationId,
            .. Suggestions.SelectMany(suggestion => (string[])[suggestion.Kind, suggestion.Text, suggestion.PostbackData])])
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>What is wrong with it, field by field; empty if it can be recorded (MSG-13).</summary>
    /// <param name="agents">The agents whose messages are taken.</param>
    public IEnumerable<FieldViolation> Violations(RbmAgents agents)
    {
        if (MessageId.Length is 0 or > LongestId)
            yield return new("message_id", $"must be 1 to {LongestId} characters");
        if (!Notification.IsAgentId(AgentId))
            yield return new("agent_id", "must be the id of an agent, such as brand@rbm.goog");
        else if (!agents.Takes(AgentId))
            yield return new("agent_id", $"'{AgentId}' is no agent that is configured in Rbm:Agents", ContactCenter.Contracts.InsightsErrors.AgentUnknown);
        if (PhoneNumber is not ['+', >= '1' and <= '9', .. { Length: >= 6 and <= 14 } digits] || digits.AsSpan().ContainsAnyExceptInRange('0', '9'))
            yield return new("phone_number", "must be + and 7 to 15 digits");
        if (SendTime is { } time && !EventTime.IsAccepted(time))
            yield return new("send_time", "must be in 1901 to 2049");
        if (Format is not ("" or "text" or "file" or "rich_card" or "carousel"))
            yield return new("format", "must be text, file, rich_card or carousel");
        foreach (var (name, value) in (IEnumerable<(string, string)>)[("traffic_type", TrafficType), ("responder", Responder), ("campaign", Campaign), ("template", Template), ("conversation_id", ConversationId)])
        {
            if (value.Length > LongestLabel)
                yield return new(name, $"must be at most {LongestLabel} characters");
        }

        if (Suggestions.Count > MostSuggestions)
            yield return new("suggestions", $"must be at most {MostSuggestions}");
        for (var i = 0; i < Suggestions.Count; i++)
        {
            if (Suggestions[i].Kind is not ("reply" or "action"))
                yield return new($"suggestions[{i}].kind", "must be reply or action");
            if (Suggestions[i].PostbackData.Length is 0 or > LongestText)
                yield return new($"suggestions[{i}].postback_data", $"must be 1 to {LongestText} characters");
            if (Suggestions[i].Text.Length > LongestText)
                yield return new($"suggestions[{i}].text", $"must be at most {LongestText} characters");
        }

        if (((IEnumerable<string>)[MessageId, TrafficType, Responder, Campaign, Template, ConversationId, .. Suggestions.SelectMany(s => (string[])[s.Text, s.PostbackData])]).Any(text => text.Contains('\0', StringComparison.Ordinal)))
            yield return new("", "no text may have U+0000");
    }
}

/// <summary>A reply or action that is offered with a message.</summary>
public sealed record Suggestion
{
    /// <summary><c>reply</c> or <c>action</c>.</summary>
    [JsonPropertyName("kind")]
    public string Kind { get; init; } = "";

    /// <summary>What the recipient sees; empty if not known.</summary>
    [JsonPropertyName("text")]
    public string Text { get; init; } = "";

    /// <summary>What a tap returns.</summary>
    [JsonPropertyName("postback_data")]
    public string PostbackData { get; init; } = "";
}

/// <summary>What is wrong with a field.</summary>
/// <param name="Field">The field; empty for the whole.</param>
/// <param name="Description">What it should be.</param>
/// <param name="Reason">Reason in capitals; that of an invalid field unless it is another.</param>
public sealed record FieldViolation(string Field, string Description, string Reason = ContactCenter.Contracts.SharedErrors.FieldInvalid);

/// <summary>What became of a message that was to be recorded.</summary>
public enum RecordResult
{
    /// <summary>It is recorded.</summary>
    Recorded = 1,

    /// <summary>It was recorded before, with the same content.</summary>
    Unchanged = 2,

    /// <summary>It is not recorded, see the violations.</summary>
    Rejected = 3,
}

/// <summary>A message that was to be recorded, and what became of it.</summary>
/// <param name="Message">As given.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Violations">Why it was rejected.</param>
public sealed record RecordedMessage(SentMessage Message, RecordResult Result, IReadOnlyList<FieldViolation> Violations);
