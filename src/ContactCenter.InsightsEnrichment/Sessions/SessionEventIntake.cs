using System.Security.Cryptography;
using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>An event as it came in.</summary>
/// <param name="EventId">Its id as given; empty if it has none that can be read.</param>
/// <param name="Raw">To be stored; null if it is too large to be kept.</param>
/// <param name="Violations">Why it is rejected; empty if it is accepted.</param>
public sealed record IncomingSessionEvent(string EventId, RawEvent? Raw, IReadOnlyList<FieldViolation> Violations);

/// <summary>Makes raw events of session events and judges each by itself (INS-25 to INS-30).</summary>
public static class SessionEventIntake
{
    /// <summary>Deepest nesting of JSON that is read.</summary>
    public const int DeepestJson = 64;

    /// <summary>Most events of one request.</summary>
    public const int MostEvents = 500;

    /// <summary>Largest event in bytes.</summary>
    public const int LargestEvent = 256 * 1024;

    private const int MostNames = 1_000;
    private const int LongestName = 128;

    /// <summary>Takes one event.</summary>
    /// <param name="receivedTime">When it came.</param>
    /// <param name="contentType">Content type of the request.</param>
    /// <param name="body">The text of the event.</param>
    public static IncomingSessionEvent Take(DateTimeOffset receivedTime, string? contentType, byte[] body)
    {
        if (body.Length > LargestEvent)
            return new("", null, [new("", $"{InsightsErrors.BodyTooLarge}: an event has at most {LargestEvent} bytes")]);
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DeepestJson });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Judge(receivedTime, contentType, body, document.RootElement)
                : Unreadable(receivedTime, contentType, body);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text with an unpaired surrogate.
            return Unreadable(receivedTime, contentType, body);
        }
    }

    /// <summary>Takes what is no event: it is kept as failed.</summary>
    /// <param name="receivedTime">When it came.</param>
    /// <param name="contentType">Content type of the request.</param>
    /// <param name="body">What came.</param>
    public static IncomingSessionEvent Unreadable(DateTimeOffset receivedTime, string? contentType, byte[] body) => new(
        "",
        Raw(receivedTime, contentType, body) with { Status = RawEventStatus.Failed, Error = InsightsErrors.BodyUnreadable },
        [new("", "must be a JSON object")]);

    private static IncomingSessionEvent Judge(DateTimeOffset receivedTime, string? contentType, byte[] body, JsonElement element)
    {
        var violations = new List<FieldViolation>();
        var envelope = SessionData.Of(element);
        var data = envelope.Nested("data");
        var eventId = Name(envelope, "event_id", violations);
        var source = Name(envelope, "source", violations);
        var type = Name(envelope, "type", violations)?.ToLowerInvariant();
        var stated = EventTime.Read(envelope.Text("event_time"));
        var outOfRange = stated is { } time && !EventTime.IsAccepted(time);
        if (stated is null || outOfRange)
            violations.Add(new("event_time", "must be a time of 1901 to 2049: ISO 8601, epoch seconds or milliseconds"));
        if (envelope.Element("data") is { ValueKind: not JsonValueKind.Object })
            violations.Add(new("data", "must be an object"));
        if (HasTooManyNames(element))
            violations.Add(new("", $"an object has at most {MostNames} names"));

        string? resource = null;
        if (type is not null && SessionEventTypes.AreRecognised(type))
        {
            resource = ResourceOf(type, envelope, data, violations);
            violations.AddRange(SessionEventTypes.Check(type, data));
        }

        var raw = Raw(receivedTime, contentType, body) with
        {
            EventTime = outOfRange ? null : stated ?? receivedTime,
            EventType = type ?? "",
            AccountSid = envelope.Text("account_sid") is { Length: <= LongestName } account && !account.Contains('\0') ? account : null,
        };
        return violations.Count == 0
            ? new(eventId!, raw with { EventKey = $"{source}/{eventId}", ResourceSid = resource, Status = RawEventStatus.Received, Error = null }, [])
            : new(eventId ?? "", raw with { Error = outOfRange ? InsightsErrors.TimeOutOfRange : InsightsErrors.EventInvalid }, violations);
    }

    /// <summary>What the event belongs to: a session, a screen share that belongs to one, or an agent.</summary>
    private static string? ResourceOf(string type, SessionData envelope, SessionData data, List<FieldViolation> violations)
    {
        if (SessionEventTypes.AreOfAgent(type))
            return data.Number("agent_id") is { } agent ? $"agent:{agent}" : null;
        var hasSession = envelope.Element("session_kind") is not null || envelope.Element("session_id") is not null;
        if (!hasSession && SessionEventTypes.AreOfScreenShare(type))
            return data.Text("cobrowse_session_id") is { Length: <= LongestName } share && !share.Contains('\0') ? ScreenShare(share) : null;

        var kind = SessionName.ReadKind(envelope.Text("session_kind"));
        var id = envelope.Number("session_id");
        if (kind is null)
            violations.Add(new("session_kind", "must be call or chat"));
        if (id is not > 0)
            violations.Add(new("session_id", "must be a whole number from 1"));
        if (kind is not { } known || id is not > 0)
            return null;
        if (data.Text("session_type") is { } sessionType && SessionTypes.KindOf(sessionType) is { } typeKind && typeKind != known)
            violations.Add(new("data.session_type", "contradicts session_kind"));
        return new SessionName(known, id.Value).ToString();
    }

    /// <summary>Names a screen share as a resource.</summary>
    /// <param name="id">Its id.</param>
    internal static string ScreenShare(string id) => $"cobrowse:{id}";

    private static string? Name(SessionData envelope, string field, List<FieldViolation> violations)
    {
        if (envelope.Element(field) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } && envelope.Text(field) is { Length: <= LongestName } text && !text.Contains('\0'))
            return text;
        violations.Add(new(field, $"must be a text of 1 to {LongestName} characters"));
        return null;
    }

    private static bool HasTooManyNames(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Count() > MostNames || element.EnumerateObject().Any(member => HasTooManyNames(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(HasTooManyNames),
        _ => false,
    };

    /// <summary>An event of which nothing is known yet; it counts as failed until it is judged.</summary>
    private static RawEvent Raw(DateTimeOffset receivedTime, string? contentType, byte[] body)
    {
        var hash = SHA256.HashData(body);
        return new()
        {
            RawEventId = Guid.CreateVersion7(receivedTime),
            Source = RawEventSource.Session,
            ReceivedTime = receivedTime,
            EventTime = receivedTime,
            EventKey = Convert.ToHexStringLower(hash),
            EventType = "",
            ContentType = contentType is { Length: > LongestName } ? contentType[..LongestName] : contentType,
            Body = body,
            BodySha256 = hash,
            Status = RawEventStatus.Failed,
            Error = InsightsErrors.EventInvalid,
        };
    }
}
