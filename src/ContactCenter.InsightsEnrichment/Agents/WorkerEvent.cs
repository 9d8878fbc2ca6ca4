using System.Globalization;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>One event about a worker, as agents are made of it. What an event does not say is null.</summary>
public sealed record WorkerEvent
{
    /// <summary>A worker was made.</summary>
    public const string Created = "worker.created";

    /// <summary>A worker changed the activity.</summary>
    public const string ActivityUpdate = "worker.activity.update";

    /// <summary>A worker was removed.</summary>
    public const string Deleted = "worker.deleted";

    /// <summary>The events that begin or end a status.</summary>
    public static IReadOnlyList<string> StatusTypes { get; } = [Created, ActivityUpdate, Deleted];

    /// <summary>Events of one worker in their order (INS-16).</summary>
    public static Comparer<WorkerEvent> InOrder { get; } = Comparer<WorkerEvent>.Create((left, right) =>
        left.Time.CompareTo(right.Time) is var byTime and not 0 ? byTime : string.CompareOrdinal(left.Key, right.Key));

    /// <summary>Identity of the event.</summary>
    public required string Key { get; init; }

    /// <summary>Such as <c>worker.activity.update</c>, in lower case.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The worker.</summary>
    public required string WorkerSid { get; init; }

    /// <summary>The raw event that was read.</summary>
    public required Guid RawEventId { get; init; }

    /// <summary>Name of the worker.</summary>
    public string? Name { get; init; }

    /// <summary>Name of the worker's activity now.</summary>
    public string? Activity { get; init; }

    /// <summary>The activity now.</summary>
    public string? ActivitySid { get; init; }

    /// <summary>Name of the activity before.</summary>
    public string? PreviousActivity { get; init; }

    /// <summary>The activity before.</summary>
    public string? PreviousActivitySid { get; init; }

    /// <summary>How long the activity before lasted, as TaskRouter measured it.</summary>
    public TimeSpan? InPreviousActivity { get; init; }

    /// <summary>Attributes of the worker.</summary>
    public WorkerAttributes Attributes { get; init; } = WorkerAttributes.Empty;

    /// <summary>Whether the event has attributes at all.</summary>
    public bool HasAttributes { get; init; }

    /// <summary>Whether there are attributes that cannot be read (INS-10).</summary>
    public bool AttributesUnreadable { get; init; }

    /// <summary>Whether the event begins or ends a status.</summary>
    public bool IsOfStatus => StatusTypes.Contains(Type);

    /// <summary>Reads an event of a worker.</summary>
    /// <param name="raw">The stored event; it has a worker and a time.</param>
    public static WorkerEvent Read(RawEvent raw)
    {
        var fields = raw.ReadFields();
        var json = fields.Utf8(EventField.WorkerAttributes);
        var readable = WorkerAttributes.TryRead(json, out var attributes);
        return new()
        {
            Key = raw.EventKey,
            Type = raw.EventType,
            Time = raw.EventTime!.Value,
            WorkerSid = raw.WorkerSid!,
            RawEventId = raw.RawEventId,
            Name = fields[EventField.WorkerName],
            Activity = fields[EventField.WorkerActivityName],
            ActivitySid = fields[EventField.WorkerActivitySid],
            PreviousActivity = fields[EventField.WorkerPreviousActivityName],
            PreviousActivitySid = fields[EventField.WorkerPreviousActivitySid],
            InPreviousActivity = Number(fields[EventField.WorkerTimeInPreviousActivityMs]) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds)
                : Number(fields[EventField.WorkerTimeInPreviousActivity]) is { } seconds ? TimeSpan.FromSeconds(seconds)
                : null,
            Attributes = attributes,
            HasAttributes = readable && !json.IsEmpty,
            AttributesUnreadable = !readable,
        };
    }

    // A century is more than any activity lasts; what is above is no time.
    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 3_153_600_000_000 ? number : null;
}
