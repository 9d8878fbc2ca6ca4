using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>A session with what the store knows about it.</summary>
public sealed record StoredSession
{
    private static readonly JsonSerializerOptions Calls = SessionDocumentJson.Options(SessionKind.Call, TimeZoneInfo.Utc);
    private static readonly JsonSerializerOptions Chats = SessionDocumentJson.Options(SessionKind.Chat, TimeZoneInfo.Utc);
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Which session.</summary>
    public required SessionName Name { get; init; }

    /// <summary>Its account.</summary>
    public required string AccountSid { get; init; }

    /// <summary>See <see cref="SessionRecord.SessionType"/>.</summary>
    public string? SessionType { get; init; }

    /// <summary>See <see cref="SessionRecord.HasStart"/>.</summary>
    public required bool HasStart { get; init; }

    /// <summary>See <see cref="SessionRecord.StartTime"/>.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>See <see cref="SessionRecord.EndTime"/>.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>When its document counts as complete (INS-126).</summary>
    public DateTimeOffset? ReadyTime { get; init; }

    /// <summary>See <see cref="SessionRecord.TaskSid"/>.</summary>
    public string? TaskSid { get; init; }

    /// <summary>See <see cref="SessionRecord.CallSid"/>.</summary>
    public string? CallSid { get; init; }

    /// <summary>See <see cref="SessionRecord.Direction"/>.</summary>
    public string? Direction { get; init; }

    /// <summary>Its conversation; null while its task is not known.</summary>
    public string? ConversationId { get; init; }

    /// <summary>The customer of that, after merges, where it is read to be shown; null as long as there is none.</summary>
    public string? CustomerId { get; init; }

    /// <summary>See <see cref="SessionRecord.Document"/>.</summary>
    public required SessionDocument Document { get; init; }

    /// <summary>See <see cref="SessionRecord.Agents"/>.</summary>
    public required IReadOnlyList<SessionAgent> Agents { get; init; }

    /// <summary>What it says about the task or call that it names; null if it names none.</summary>
    public SessionForTask? ForTask { get; init; }

    /// <summary>See <see cref="SessionRecord.Transcript"/>.</summary>
    public required IReadOnlyList<TranscriptEntry> Transcript { get; init; }

    /// <summary>How often the record has changed, from 1 (INS-127).</summary>
    public required long RecordVersion { get; init; }

    /// <summary>Number of the last published event of the session.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it was changed last.</summary>
    public required DateTimeOffset UpdateTime { get; init; }

    /// <summary>The document as it is stored: times in UTC.</summary>
    internal string DocumentJson => JsonSerializer.Serialize(Document, OptionsOf(Name.Kind));

    /// <summary>The transcript as it is encrypted.</summary>
    internal string TranscriptJson => JsonSerializer.Serialize(Transcript, Relaxed);

    /// <summary>Takes a record for the first time or anew.</summary>
    /// <param name="record">What the events say now.</param>
    /// <param name="before">What is stored; null if nothing is.</param>
    /// <param name="accountSid">The account.</param>
    /// <param name="fileDelay">From the end to the ready time.</param>
    /// <param name="now">Time of the change.</param>
    internal static StoredSession Of(SessionRecord record, StoredSession? before, string accountSid, TimeSpan fileDelay, DateTimeOffset now) => new()
    {
        Name = record.Name,
        AccountSid = accountSid,
        SessionType = record.SessionType,
        HasStart = record.HasStart,
        StartTime = record.StartTime,
        EndTime = record.EndTime,
        ReadyTime = record.EndTime + fileDelay,
        TaskSid = record.TaskSid,
        CallSid = record.CallSid,
        Direction = record.Direction,
        Document = record.Document,
        Agents = record.Agents,
        Transcript = record.Transcript,
        RecordVersion = (before?.RecordVersion ?? 0) + 1,
        Sequence = before?.Sequence ?? 0,
        UpdateTime = now,
    };

    /// <summary>Reads a stored document.</summary>
    internal static SessionDocument ReadDocument(SessionKind kind, string json) => JsonSerializer.Deserialize<SessionDocument>(json, OptionsOf(kind))!;

    /// <summary>What differs from an earlier state, in ordinal order: keys of the document, and <c>transcript</c>.</summary>
    internal IReadOnlyList<string> Changes(StoredSession before)
    {
        var (left, right) = (JsonNode.Parse(before.DocumentJson)!.AsObject(), JsonNode.Parse(DocumentJson)!.AsObject());
        var parts = left.Select(member => member.Key).Union(right.Select(member => member.Key)).Where(key => !JsonNode.DeepEquals(left[key], right[key])).ToList();
        if (TranscriptJson != before.TranscriptJson)
            parts.Add("transcript");
        if (TaskSid != before.TaskSid || CallSid != before.CallSid)
            parts.Add("task");
        if (!Agents.SequenceEqual(before.Agents))
            parts.Add("agents");
        if (HasStart != before.HasStart || StartTime != before.StartTime || EndTime != before.EndTime || Direction != before.Direction)
            parts.Add("session");
        return [.. parts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static JsonSerializerOptions OptionsOf(SessionKind kind) => kind == SessionKind.Call ? Calls : Chats;
}
