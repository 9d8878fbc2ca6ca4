using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Durable.Idempotency;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Reprocessing;
using ContactCenter.InsightsEnrichment.Retention;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>Serves the backup of everything received; <c>raw_event_service.proto</c> is its specification.</summary>
/// <param name="store">Where it is.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="backlog">Told of what waits again.</param>
/// <param name="reprocessings">The runs that work out again what events say.</param>
/// <param name="letters">Closes the dead letters of what is replayed.</param>
/// <param name="timeProvider">Now.</param>
public sealed partial class RawEventService(
    RawEventStore store, IdempotentCalls calls, EnrichmentBacklog backlog, ReprocessingStore reprocessings, DeadLetterDesk letters, TimeProvider timeProvider) : V1.RawEventService.RawEventServiceBase
{
    private const string Domain = InsightsErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override async Task<V1.ListRawEventsResponse> ListRawEvents(V1.ListRawEventsRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        var query = QueryOf(filter);
        var size = Pages.Size(request.PageSize);
        var before = Pages.Position(request.PageToken, filter, 1)?.Id(0);
        var found = await store.ListAsync(query, before, size + 1, context.CancellationToken);

        var response = new V1.ListRawEventsResponse();
        response.RawEvents.AddRange(found.Take(size).Select(raw => Message(raw)));
        if (found.Count > size)
            response.NextPageToken = Paging.Token(filter, found[size - 1].RawEventId.ToString());
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.GetRawEventResponse> GetRawEvent(V1.GetRawEventRequest request, ServerCallContext context)
    {
        var found = await FindAsync(request.RawEventId, context.CancellationToken);
        var message = Message(found);
        message.Body = UnsafeByteOperations.UnsafeWrap(found.Body);
        return new() { RawEvent = message };
    }

    /// <inheritdoc />
    public override async Task<V1.ReplayRawEventResponse> ReplayRawEvent(V1.ReplayRawEventRequest request, ServerCallContext context)
    {
        var found = await FindAsync(request.RawEventId, context.CancellationToken);
        if (found.EventTime is null)
            throw RpcErrors.FailedPrecondition(Domain, InsightsErrors.TimeOutOfRange, "The event has no usable time; processing it again would fail again.");
        if (found.Error == InsightsErrors.ConversationSealed)
            throw SealedStore.Refusal(found.TaskSid ?? found.ResourceSid ?? found.WorkerSid ?? "the conversation");
        var response = await calls.RunAsync(context, request, async transaction =>
        {
            if (await RawEventStore.ReplayAsync(transaction.Connection, found.RawEventId))
                found = found with { Status = RawEventStatus.Received, Error = null };
            await FailedEventHandler.SupersedeAsync(transaction, letters, [found.RawEventId]);
            transaction.Audit(new AuditEntry(context.GetCaller().Actor, "rawEvents.replay", $"rawEvents/{found.RawEventId}", request.RequestId));
            return new V1.ReplayRawEventResponse { RawEvent = Message(found) };
        });
        backlog.Add(1);
        return response;
    }

    private static RawEventQuery QueryOf(V1.RawEventFilter filter)
    {
        var (start, end) = Range(filter.StartTime, filter.EndTime, "");
        var (eventStart, eventEnd) = Range(filter.EventStartTime, filter.EventEndTime, "event_");
        return new()
        {
            StartTime = start,
            EndTime = end,
            EventStartTime = eventStart,
            EventEndTime = eventEnd,
            AccountSid = Given(filter.AccountSid, "account_sid"),
            TaskSid = Given(filter.TaskSid, "task_sid"),
            EventType = Given(filter.EventType, "event_type"),
            EventKey = Given(filter.EventKey, "event_key"),
            Status = Given<V1.RawEventStatus, RawEventStatus>(filter.Status, "status"),
            Source = Given<V1.RawEventSource, RawEventSource>(filter.Source, "source"),
            ConversationId = Given(filter.ConversationId, "conversation_id"),
        };
    }

    private static (DateTimeOffset? Start, DateTimeOffset? End) Range(Timestamp? from, Timestamp? to, string prefix)
    {
        var start = RpcTimes.Read(from, Domain, $"filter.{prefix}start_time");
        var end = RpcTimes.Read(to, Domain, $"filter.{prefix}end_time");
        return start >= end ? throw RpcErrors.InvalidArgument(Domain, InsightsErrors.RangeInvalid, $"filter.{prefix}end_time", $"must be after {prefix}start_time") : (start, end);
    }

    private async Task<RawEvent> FindAsync(string text, CancellationToken cancellationToken) =>
        Guid.TryParseExact(text, "D", out var id) && await store.FindAsync(id, cancellationToken) is { } found
            ? found
            : throw RpcErrors.NotFound(Domain, InsightsErrors.RawEventNotFound, "raw event", text);

    // A filter is kept for as long as a run works by it: the store would refuse the character only then.
    private static string? Given(string value, string field) => value.Contains('\0')
        ? throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, $"filter.{field}", "must not contain the character U+0000")
        : value.Length > 0 ? value : null;

    private static TOurs? Given<TTheirs, TOurs>(TTheirs value, string field)
        where TTheirs : struct, System.Enum
        where TOurs : struct, System.Enum
    {
        if (!System.Enum.IsDefined(value))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, $"filter.{field}", "is not known");
        var number = Convert.ToInt32(value, null);
        return number == 0 ? null : (TOurs)System.Enum.ToObject(typeof(TOurs), number);
    }

    private static V1.RawEvent Message(RawEvent raw)
    {
        var message = new V1.RawEvent
        {
            RawEventId = raw.RawEventId.ToString(),
            Source = (V1.RawEventSource)raw.Source,
            ReceivedTime = raw.ReceivedTime.ToTimestamp(),
            EventTime = raw.EventTime?.ToTimestamp(),
            EventKey = raw.EventKey,
            EventType = raw.EventType,
            AccountSid = raw.AccountSid ?? "",
            WorkspaceSid = raw.WorkspaceSid ?? "",
            ResourceSid = raw.ResourceSid ?? "",
            TaskSid = raw.TaskSid ?? "",
            WorkerSid = raw.WorkerSid ?? "",
            ContentType = raw.ContentType ?? "",
            BodySha256 = Convert.ToHexStringLower(raw.BodySha256),
            Status = (V1.RawEventStatus)raw.Status,
            Error = raw.Error ?? "",
        };
        if (raw.Headers is { } headers)
            message.Headers.Add(JsonSerializer.Deserialize<Dictionary<string, string>>(headers));
        return message;
    }
}
