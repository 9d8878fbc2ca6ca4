using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>A row of <c>insights.raw_events</c>.</summary>
internal sealed class RawEventRow
{
    public Guid RawEventId { get; init; }
    public string Source { get; init; } = "";
    public DateTime ReceivedTime { get; init; }
    public DateTime? EventTime { get; init; }
    public bool TimeMissing { get; init; }
    public string EventKey { get; init; } = "";
    public string EventType { get; init; } = "";
    public string? AccountSid { get; init; }
    public string? WorkspaceSid { get; init; }
    public string? ResourceSid { get; init; }
    public string? TaskSid { get; init; }
    public string? ContentType { get; init; }
    public string? Headers { get; init; }
    public string? Error { get; init; }
    public string? WorkerSid { get; init; }
    public byte[] Body { get; init; } = [];
    public byte[] BodySha256 { get; init; } = [];
    public string Status { get; init; } = "";
    public int Attempts { get; init; }

    public RawEvent ToRawEvent() => new()
    {
        RawEventId = RawEventId,
        Source = RawEventWords.Value<RawEventSource>(Source),
        ReceivedTime = new(ReceivedTime),
        EventTime = EventTime is { } time ? new(time) : null,
        TimeMissing = TimeMissing,
        EventKey = EventKey,
        EventType = EventType,
        AccountSid = AccountSid,
        WorkspaceSid = WorkspaceSid,
        ResourceSid = ResourceSid,
        TaskSid = TaskSid,
        ContentType = ContentType,
        Headers = Headers,
        Error = Error,
        WorkerSid = WorkerSid,
        Body = Body,
        BodySha256 = BodySha256,
        Status = RawEventWords.Value<RawEventStatus>(Status),
        Attempts = Attempts,
    };
}

/// <summary>The words by which sources and statuses are stored.</summary>
internal static class RawEventWords
{
    /// <summary>The word by which a value is stored.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => Words<T>.ByValue[value];

    /// <summary>The value that a word stands for.</summary>
    public static T Value<T>(string word)
        where T : struct, Enum => Words<T>.ByWord[word];

    private static class Words<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue = Enum.GetValues<T>()
            .ToDictionary(value => value, value => value is RawEventSource.TaskRouterWebhook ? "taskrouter_webhook" : JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

        public static readonly Dictionary<string, T> ByWord = ByValue.ToDictionary(pair => pair.Value, pair => pair.Key);
    }
}
