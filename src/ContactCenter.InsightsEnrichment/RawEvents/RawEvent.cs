using System.Text.Json;
using ContactCenter.InsightsEnrichment.Hipaa;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>Something received, as it was received, with what is needed to find it again (INS-2).</summary>
public sealed record RawEvent
{
    /// <summary>UUIDv7 of the time of receipt.</summary>
    public required Guid RawEventId { get; init; }

    /// <summary>How it came.</summary>
    public required RawEventSource Source { get; init; }

    /// <summary>When it was received.</summary>
    public required DateTimeOffset ReceivedTime { get; init; }

    /// <summary>When it happened; null if its time is out of range.</summary>
    public DateTimeOffset? EventTime { get; init; }

    /// <summary>The event's SID, or a hash of what names it: two arrivals with one key are the same event (INS-13).</summary>
    public required string EventKey { get; init; }

    /// <summary>Such as <c>reservation.created</c>, in lower case; empty if it has none.</summary>
    public required string EventType { get; init; }

    /// <summary>Account (<c>AC…</c>).</summary>
    public string? AccountSid { get; init; }

    /// <summary>Workspace (<c>WS…</c>).</summary>
    public string? WorkspaceSid { get; init; }

    /// <summary>The resource that the event is about.</summary>
    public string? ResourceSid { get; init; }

    /// <summary>Task (<c>WT…</c>).</summary>
    public string? TaskSid { get; init; }

    /// <summary>Worker (<c>WK…</c>).</summary>
    public string? WorkerSid { get; init; }

    /// <summary>Content type as received.</summary>
    public string? ContentType { get; init; }

    /// <summary>The bytes as received: a whole body, or one item of an Event Streams array. What HIPAA mode or a redaction rule keeps out is not in it.</summary>
    public required byte[] Body { get; init; }

    /// <summary>SHA-256 of what was received.</summary>
    public required byte[] BodySha256 { get; init; }

    /// <summary>The original, sealed, if it could not be filtered as it had to be; only while it is stored.</summary>
    public SealedBody? Quarantined { get; init; }

    /// <summary>Redaction rules that were applied to it; only while it is stored.</summary>
    public IReadOnlyList<RedactionRule> Redacted { get; init; } = [];

    /// <summary>What has become of it.</summary>
    public required RawEventStatus Status { get; init; }

    /// <summary>Why it failed or was set aside: a reason in capitals or the last error; null otherwise.</summary>
    public string? Error { get; init; }

    /// <summary>Whether its own time was missing or unreadable, so that the time of receipt stands for it (INS-12).</summary>
    public bool TimeMissing { get; init; }

    /// <summary>How often its processing has failed.</summary>
    public int Attempts { get; init; }

    /// <summary>Header fields of the request that are kept, as a JSON object; null without.</summary>
    public string? Headers { get; init; }

    /// <summary>The form of its text.</summary>
    public RawEventForm Form => Source switch
    {
        RawEventSource.Reconciliation => RawEventForm.Listed,
        RawEventSource.TaskRouterWebhook => RawEventForm.Post,
        RawEventSource.Bulk when RawEventIntake.IsFormPost(ContentType) => RawEventForm.Post,
        _ => RawEventForm.CloudEvent,
    };

    /// <summary>Arrivals of one event, the one that is used first (INS-14).</summary>
    /// <param name="arrivals">Events with one key.</param>
    public static List<RawEvent> ByPreference(IEnumerable<RawEvent> arrivals) =>
        [.. arrivals.OrderBy(raw => raw.Form).ThenBy(raw => Convert.ToHexString(raw.BodySha256), StringComparer.Ordinal).ThenBy(raw => raw.RawEventId)];

    /// <summary>The fields of the event.</summary>
    public EventFields ReadFields()
    {
        if (Form == RawEventForm.Post)
            return EventFields.Read(FormBody.Parse(Body));
        using var item = JsonDocument.Parse(Body);
        return Form == RawEventForm.Listed
            ? EventFields.ReadListed(item.RootElement)
            : EventFields.Read(item.RootElement.GetProperty("data"u8).GetProperty("payload"u8));
    }
}

/// <summary>The form of an event's text. The lower value is used where two arrivals of one event differ (INS-14).</summary>
public enum RawEventForm
{
    /// <summary>An item of an Event Streams request.</summary>
    CloudEvent = 1,

    /// <summary>A form post.</summary>
    Post = 2,

    /// <summary>An item of the REST API's list.</summary>
    Listed = 3,
}

/// <summary>How a raw event came; values as in <c>raw_event.proto</c>.</summary>
public enum RawEventSource
{
    /// <summary>An item of an Event Streams request.</summary>
    EventStreams = 1,

    /// <summary>A TaskRouter event callback.</summary>
    TaskRouterWebhook = 2,

    /// <summary>A bulk call (INS-141).</summary>
    Bulk = 3,

    /// <summary>A session event.</summary>
    Session = 4,

    /// <summary>An event of RCS messaging.</summary>
    Rbm = 5,

    /// <summary>The list of events of the REST API (INS-19).</summary>
    Reconciliation = 6,
}

/// <summary>What has become of a raw event.</summary>
public enum RawEventStatus
{
    /// <summary>Stored, waits to be processed.</summary>
    Received = 1,

    /// <summary>Part of the result.</summary>
    Processed = 2,

    /// <summary>Of a type that is not processed.</summary>
    Ignored = 3,

    /// <summary>Another arrival of the same event is used.</summary>
    Duplicate = 4,

    /// <summary>Of an account or workspace that is not configured.</summary>
    SetAside = 5,

    /// <summary>Cannot be processed; see its error.</summary>
    Failed = 6,
}
