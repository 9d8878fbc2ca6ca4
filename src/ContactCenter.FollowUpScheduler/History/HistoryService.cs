using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.History;

/// <summary>Shows the conversation history of follow-ups; <c>history_service.proto</c> is its specification.</summary>
/// <param name="store">Where it is.</param>
/// <param name="timeProvider">Now.</param>
public sealed class HistoryService(HistoryStore store, TimeProvider timeProvider) : V1.HistoryService.HistoryServiceBase
{
    private const string Domain = FollowUpErrors.Domain;

    private static readonly TimeSpan DefaultRange = TimeSpan.FromHours(24);
    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override async Task<V1.ListConversationEventsResponse> ListConversationEvents(V1.ListConversationEventsRequest request, ServerCallContext context)
    {
        var bound = request.Clone();
        (bound.PageSize, bound.PageToken) = (0, "");
        var size = Pages.Size(request.PageSize);
        var before = Pages.Position(request.PageToken, bound, 2);
        var end = RpcTimes.Read(request.EndTime, Domain, "end_time") ?? timeProvider.GetUtcNow();
        // All conversations of this service were begun by the bot (FUP-101).
        if (request.InitiatedBy == V1.Initiator.User)
            return new();
        var filter = new HistoryFilter(
            HistoryEvent.NameOf(request.Type),
            request.FollowUpId,
            request.ChannelId,
            request.UserId,
            request.ConversationId,
            RpcTimes.Read(request.StartTime, Domain, "start_time") ?? end - DefaultRange,
            end);
        var events = await store.ListAsync(filter, before?.Time(0), before?.Id(1), size + 1, context.CancellationToken);
        var isPortuguese = context.RequestHeaders.GetValue("accept-language")?.TrimStart().StartsWith("pt", StringComparison.OrdinalIgnoreCase) == true;
        var response = new V1.ListConversationEventsResponse { Events = { events.Take(size).Select(entry => entry.ToMessage(isPortuguese)) } };
        if (events.Count > size)
            response.NextPageToken = Paging.Token(bound, Paging.Part(new(events[size - 1].EventTime)), events[size - 1].EventId.ToString());
        return response;
    }
}
