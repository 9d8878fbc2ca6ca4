using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Events.Insights;

namespace ContactCenter.CrmConnector.Sessions;

/// <summary>What events have told of a session: of each fact the newest. In which order they come makes no difference (CRM-162).</summary>
public sealed class SessionSheet
{
    private const string Disconnected = "disconnected_by_";

    private readonly SortedDictionary<string, Entry> _entries;

    private SessionSheet(SortedDictionary<string, Entry> entries) => _entries = entries;

    /// <summary>Reads a sheet.</summary>
    /// <param name="json">As <see cref="ToString"/> wrote it.</param>
    public static SessionSheet Parse(string json) =>
        new(new(JsonSerializer.Deserialize<Dictionary<string, Entry>>(json, JsonSerializerOptions.Web)!, StringComparer.Ordinal));

    /// <summary>Notes what every event tells.</summary>
    /// <param name="facts">As far as known by then.</param>
    /// <param name="time">When the event happened.</param>
    public void Note(SessionFacts facts, DateTimeOffset time)
    {
        Note(nameof(facts.SessionType), facts.SessionType);
        Note(nameof(facts.QueueId), facts.QueueId);
        Note(nameof(facts.QueuePath), facts.QueuePath);
        Note(nameof(facts.EndUser), facts.EndUser);
        Note(nameof(facts.Lang), facts.Lang);
        Note(nameof(facts.DeviceType), facts.DeviceType);
        Note(nameof(facts.Sdk), facts.Sdk);
        Note(nameof(facts.OutboundNumber), facts.OutboundNumber);

        void Note(string name, object? value) => this.Note(name, value, time, facts.Sequence);
    }

    /// <summary>Notes a fact.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Null for nothing told.</param>
    /// <param name="time">When the event happened.</param>
    /// <param name="sequence">Number of the event within its session: of two of the same time the higher counts.</param>
    public void Note(string name, object? value, DateTimeOffset time, long sequence)
    {
        if (value is null or JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined })
            return;
        if (!_entries.TryGetValue(name, out var known) || (known.Time, known.Sequence).CompareTo((time, sequence)) <= 0)
            _entries[name] = new(time, sequence, JsonSerializer.SerializeToElement(value, JsonSerializerOptions.Web));
    }

    /// <summary>Notes a fact of which the oldest counts.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Null for nothing told.</param>
    /// <param name="time">When the event happened.</param>
    /// <param name="sequence">Of two of the same time the lower counts.</param>
    public void NoteFirst(string name, object? value, DateTimeOffset time, long sequence)
    {
        if (_entries.TryGetValue(name, out var known) && (known.Time, known.Sequence).CompareTo((time, sequence)) > 0)
            _entries.Remove(name);
        if (!_entries.ContainsKey(name))
            Note(name, value, time, sequence);
    }

    /// <summary>A fact.</summary>
    /// <typeparam name="T">What it was noted as.</typeparam>
    /// <param name="name">Its name.</param>
    /// <returns>The default if it is not known.</returns>
    public T? Get<T>(string name) => _entries.TryGetValue(name, out var entry) ? entry.Value.Deserialize<T>(JsonSerializerOptions.Web) : default;

    /// <summary>How many facts have names that begin with a text.</summary>
    /// <param name="prefix">The text.</param>
    public int Count(string prefix) => _entries.Keys.Count(name => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>The session as requests speak of it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="account">The account's id; none without.</param>
    /// <param name="record">The record's id; none without.</param>
    public Session ToSession(SessionName name, VariableValue account, VariableValue record)
    {
        var (user, agent, ended) = (Get<SessionEndUserFacts>("EndUser"), Get<SessionAgentFacts>("Agent"), Get<EndedFacts>("Ended"));
        var (sdk, path, type) = (Get<JsonElement?>("Sdk"), Get<string>("QueuePath"), Get<string>("SessionType"));
        return new()
        {
            SessionId = name.Id,
            Channel = name.Channel,
            SessionType = type,
            IsMobile = Is(type, "(Mobile") || Is(type, "(App"),
            IsSdk = Is(type, "(Mobile") || Is(type, "(App") || Is(type, "(Web"),
            AgentId = agent?.AgentId,
            AgentCustomId = agent?.AgentCustomId,
            AgentEmail = agent?.AgentEmail,
            Name = user?.Name,
            EndUserId = user?.Id,
            Email = user?.Email,
            PhoneNumber = user?.Phone,
            OutboundPhoneNumber = Get<string>("OutboundNumber"),
            Language = Get<string>("Lang"),
            CustomUserId = user?.CustomUserId,
            AccountId = account,
            RecordId = record,
            MenuPath = path,
            QueueName = LeafOf(path),
            QueueId = long.TryParse(Get<string>("QueueId"), NumberStyles.None, CultureInfo.InvariantCulture, out var queue) ? queue : null,
            SdkName = Of(sdk, "name"),
            SdkEmail = Of(sdk, "email"),
            SdkPhone = Of(sdk, "phone"),
            SdkIdentifier = Of(sdk, "identifier") ?? user?.Identifier,
            Rating = Get<RatingFacts>("Rating")?.Rating,
            Feedback = Get<RatingFacts>("Rating")?.Feedback,
            Duration = ended is null ? null : TimeSpan.FromSeconds(ended.SessionSeconds),
            Hold = ended is null ? null : TimeSpan.FromSeconds(ended.HoldSeconds),
            Wait = ended is null ? null : TimeSpan.FromSeconds(ended.WaitSeconds),
            DeviceType = Get<string>("DeviceType"),
            DisconnectedBy = ended?.DisconnectedBy is { } by && by.StartsWith(Disconnected, StringComparison.Ordinal) ? by[Disconnected.Length..] : ended?.DisconnectedBy,
            Direction = Get<string>("Direction") switch { "inbound" => "incoming", "outbound" => "outgoing", var other => other },
            SmartActionVerified = Get<bool?>("Verified") switch { true => "yes", false => "no", _ => null },
            SmartActionText = Get<string>("SmartActionText"),
        };
    }

    /// <summary>The last level of the path of a queue.</summary>
    /// <param name="path">Levels divided by slashes; null for none.</param>
    public static string? LeafOf(string? path) => path?.Split('/')[^1].Trim();

    /// <summary>The sheet as JSON.</summary>
    public override string ToString() => JsonSerializer.Serialize(_entries, JsonSerializerOptions.Web);

    private static bool Is(string? type, string part) => type?.Contains(part, StringComparison.OrdinalIgnoreCase) is true;

    private static string? Of(JsonElement? data, string field) =>
        data is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed record Entry(
        [property: JsonPropertyName("t")] DateTimeOffset Time, [property: JsonPropertyName("s")] long Sequence, [property: JsonPropertyName("v")] JsonElement Value);
}

/// <summary>How a session ended.</summary>
/// <param name="DisconnectedBy">Who ended it.</param>
/// <param name="SessionSeconds">Its length.</param>
/// <param name="HoldSeconds">How long the end user was on hold.</param>
/// <param name="WaitSeconds">How long the end user waited.</param>
internal sealed record EndedFacts(string? DisconnectedBy, int SessionSeconds, int HoldSeconds, int WaitSeconds);

/// <summary>What the end user said of it.</summary>
/// <param name="Rating">1 to 5.</param>
/// <param name="Feedback">In words; null without.</param>
internal sealed record RatingFacts(int Rating, string? Feedback);
