using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>Makes raw events of what was received: finds what they are stored and found by, and changes nothing of their text.</summary>
public static class RawEventIntake
{
    /// <summary>Error of an event that names no type.</summary>
    public const string TypeMissing = "EVENT_TYPE_MISSING";

    /// <summary>Error of an Event Streams item that is no CloudEvent with a payload.</summary>
    public const string ItemUnreadable = "ITEM_UNREADABLE";

    private const int LongestText = 128;
    private const int LongestKey = 64;
    private const string CloudEventPrefix = "com.twilio.";
    private const string TaskRouterPrefix = "com.twilio.taskrouter.";

    /// <summary>Takes a TaskRouter event callback.</summary>
    /// <param name="id">Id to give.</param>
    /// <param name="receivedTime">When it came.</param>
    /// <param name="contentType">Content type of the request.</param>
    /// <param name="body">The body.</param>
    /// <param name="form">The body, decoded.</param>
    public static RawEvent OfCallback(Guid id, DateTimeOffset receivedTime, string? contentType, byte[] body, FormBody form)
    {
        var fields = EventFields.Read(form);
        return Of(id, RawEventSource.TaskRouterWebhook, receivedTime, contentType, body, fields, fields[EventField.EventType] ?? "");
    }

    /// <summary>Takes one item of an Event Streams request. An item that cannot be read is failed; its neighbours are not.</summary>
    /// <param name="id">Id to give.</param>
    /// <param name="receivedTime">When it came.</param>
    /// <param name="contentType">Content type of the request.</param>
    /// <param name="item">The item.</param>
    public static RawEvent OfStreamItem(Guid id, DateTimeOffset receivedTime, string? contentType, JsonElement item)
    {
        var body = JsonMarshal.GetRawUtf8Value(item).ToArray();
        try
        {
            if (TypeOf(item) is { } type && item.TryGetProperty("data"u8, out var data) && data.ValueKind == JsonValueKind.Object
                && data.TryGetProperty("payload"u8, out var payload) && payload.ValueKind == JsonValueKind.Object)
                return Of(id, RawEventSource.EventStreams, receivedTime, contentType, body, EventFields.Read(payload), type);
        }
        catch (InvalidOperationException)
        {
            // A text with an unpaired surrogate cannot be read.
        }

        return Unreadable(id, receivedTime, contentType, body, ItemUnreadable);
    }

    /// <summary>Takes one item of the list of events of the REST API (INS-19).</summary>
    /// <param name="id">Id to give.</param>
    /// <param name="receivedTime">When it was read.</param>
    /// <param name="item">The item.</param>
    public static RawEvent OfListed(Guid id, DateTimeOffset receivedTime, JsonElement item)
    {
        var fields = EventFields.ReadListed(item);
        var body = JsonMarshal.GetRawUtf8Value(item).ToArray();
        return Of(id, RawEventSource.Reconciliation, receivedTime, "application/json", body, fields, fields[EventField.EventType] ?? "");
    }

    /// <summary>Whether a content type is that of a form post.</summary>
    /// <param name="contentType">As received.</param>
    public static bool IsFormPost(string? contentType) =>
        contentType is not null && contentType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes what is genuine but no event: it is kept as failed.</summary>
    /// <param name="id">Id to give.</param>
    /// <param name="receivedTime">When it came.</param>
    /// <param name="contentType">Content type of the request.</param>
    /// <param name="body">What came.</param>
    /// <param name="error">Why it cannot be read, in capitals.</param>
    public static RawEvent Unreadable(Guid id, DateTimeOffset receivedTime, string? contentType, byte[] body, string error)
    {
        var hash = SHA256.HashData(body);
        return new()
        {
            RawEventId = id,
            Source = RawEventSource.EventStreams,
            ReceivedTime = receivedTime,
            EventTime = receivedTime,
            EventKey = Convert.ToHexStringLower(hash),
            EventType = "",
            ContentType = Short(contentType),
            Body = body,
            BodySha256 = hash,
            Status = RawEventStatus.Failed,
            Error = error,
        };
    }

    /// <summary>The event type of a CloudEvent; that of another product keeps its full name and is ignored later.</summary>
    private static string? TypeOf(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("type"u8, out var type) || type.ValueKind != JsonValueKind.String)
            return null;
        var name = type.GetString()!;
        return name.StartsWith(TaskRouterPrefix, StringComparison.OrdinalIgnoreCase) ? name[TaskRouterPrefix.Length..]
            : name.StartsWith(CloudEventPrefix, StringComparison.OrdinalIgnoreCase) ? name
            : null;
    }

    private static RawEvent Of(
        Guid id, RawEventSource source, DateTimeOffset receivedTime, string? contentType, byte[] body, EventFields fields, string eventType)
    {
        var type = Short(eventType)!.ToLowerInvariant();
        var stated = EventTime.Read(fields[EventField.TimestampMs]) ?? EventTime.Read(fields[EventField.Timestamp]);
        var outOfRange = stated is { } time && !EventTime.IsAccepted(time);
        var error = type.Length == 0 ? TypeMissing : outOfRange ? InsightsErrors.TimeOutOfRange : null;
        return new()
        {
            RawEventId = id,
            Source = source,
            ReceivedTime = receivedTime,
            EventTime = outOfRange ? null : stated ?? receivedTime,
            TimeMissing = stated is null,
            EventKey = KeyOf(fields, type),
            EventType = type,
            AccountSid = Short(fields[EventField.AccountSid]),
            WorkspaceSid = Short(fields[EventField.WorkspaceSid]),
            ResourceSid = Short(fields[EventField.ResourceSid]),
            TaskSid = Short(fields[EventField.TaskSid]),
            WorkerSid = Short(fields[EventField.WorkerSid]),
            ContentType = Short(contentType),
            Body = body,
            BodySha256 = SHA256.HashData(body),
            Status = error is null ? RawEventStatus.Received : RawEventStatus.Failed,
            Error = error,
        };
    }

    private static string KeyOf(EventFields fields, string type)
    {
        if (fields[EventField.Sid] is { Length: <= LongestKey } sid)
            return sid;
        var named = string.Join('\n',
            type, fields[EventField.ResourceSid], fields[EventField.TaskSid], fields[EventField.ReservationSid], fields[EventField.WorkerSid],
            fields[EventField.TimestampMs] ?? fields[EventField.Timestamp], fields[EventField.Sid]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(named)));
    }

    // What is stored to be searched for must fit an index; the body keeps the whole.
    private static string? Short(string? text) =>
        text is not { Length: > LongestText } ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)];
}
