using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.RawEvents;

public sealed partial class EventIngestService
{
    private const int MostEvents = 500;
    private const int MostRefusals = 100;
    private static readonly JsonDocumentOptions Depth = new() { MaxDepth = 64 };

    /// <inheritdoc />
    public override async Task<IngestTaskRouterEventsResponse> IngestTaskRouterEvents(
        IAsyncStreamReader<IngestTaskRouterEventsRequest> requestStream, ServerCallContext context)
    {
        var response = new IngestTaskRouterEventsResponse();
        var texts = 0L;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var message = requestStream.Current;
            if (message.Events.Count > MostEvents)
                throw TooLarge($"has more than {MostEvents} events");
            if (backlog.IsFull)
                throw RpcErrors.ResourceExhausted(Domain, InsightsErrors.Overloaded, "Too many events wait to be processed; the messages before this one are stored.", RetryDelay);

            var events = new List<RawEvent>(message.Events.Count);
            foreach (var text in message.Events)
            {
                if (Take(text, events) is { } reason)
                {
                    response.Refused++;
                    if (response.Refusals.Count < MostRefusals)
                        response.Refusals.Add(new RefusedEvent { Index = texts, Reason = reason });
                }

                texts++;
            }

            await StoreAsync(events, response, context.CancellationToken);
        }

        return response;
    }

    private async Task StoreAsync(List<RawEvent> events, IngestTaskRouterEventsResponse response, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return;
        var known = await store.StoredAsync([.. events.Select(raw => raw.EventKey)], cancellationToken);
        var added = events.Count(raw => known.Add((raw.EventKey, Convert.ToHexStringLower(raw.BodySha256))));
        if (!await writer.StoreAsync(events, cancellationToken))
            throw RpcErrors.Unavailable(Domain, InsightsErrors.StoreUnavailable, "The events could not be stored; the messages before this one are.", RetryDelay);
        response.Stored += added;
        response.Duplicate += events.Count - added;
    }

    /// <summary>Adds the events of a text; the reason if it is refused.</summary>
    private string? Take(TaskRouterEventText text, List<RawEvent> events)
    {
        var isForm = RawEventIntake.IsFormPost(text.ContentType);
        if (!isForm && !text.ContentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
            return InsightsErrors.ContentTypeUnknown;
        if (text.Body.Length > (isForm ? limits.Value.MaxFormBytes : limits.Value.MaxJsonBytes))
        {
            counts.Count(IngestRefusals.TooLarge);
            return InsightsErrors.BodyTooLarge;
        }

        var now = timeProvider.GetUtcNow();
        if (isForm)
        {
            var body = text.Body.ToByteArray();
            events.Add(RawEventIntake.OfCallback(Guid.CreateVersion7(now), now, text.ContentType, body, FormBody.Parse(body)) with { Source = RawEventSource.Bulk });
            return null;
        }

        try
        {
            using var items = JsonDocument.Parse(text.Body.Memory, Depth);
            if (items.RootElement.ValueKind != JsonValueKind.Array)
                return InsightsErrors.NotAnArray;
            events.AddRange(items.RootElement.EnumerateArray()
                .Select(item => RawEventIntake.OfStreamItem(Guid.CreateVersion7(now), now, text.ContentType, item) with { Source = RawEventSource.Bulk }));
            return null;
        }
        catch (JsonException)
        {
            return InsightsErrors.NotAnArray;
        }
    }
}
