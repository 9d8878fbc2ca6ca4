using ContactCenter.FollowUps.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static ContactCenter.FollowUpScheduler.Tests.Examples;

namespace ContactCenter.FollowUpScheduler.Tests.Notifications;

public sealed class HistoryTests(TestServers servers) : FollowUpTest(servers)
{
    [Fact]
    [Rule("FUP-99")]
    [Rule("FUP-100")]
    [Rule("FUP-101")]
    [Rule("FUP-102")]
    public async Task Every_notification_that_was_sent_is_in_the_history_once()
    {
        await PrepareAsync();
        Itsm.HasTickets(Ticket("A"), Ticket("B"));
        await CreateAsync(Approvals());
        var sent = await SentAsync("approvals", 2);

        var events = await ListAsync(new() { InitiatedBy = Initiator.Bot, PageSize = 1 });
        Assert.Equal(2, events.Count);
        Assert.All(events, entry =>
        {
            var notification = sent.Single(notification => notification.NotificationId == entry.NotificationId);
            Assert.Equal(
                ("Follow up notification sent", "The bot sent informative or actionable tracking notifications to the user on the channel", "FOLLOW_UP_NOTIFICATION_SENT"),
                (entry.Title, entry.Description, entry.Code));
            Assert.Equal(
                ($"{notification.RecordId}/1/ana", "approvals", 1, 1, "ana", "rbm-main", false),
                (entry.ConversationId, entry.FollowUpId, entry.Episode, entry.Attempt, entry.UserId, entry.ChannelId, entry.CountsAsSession));
            Assert.Equal(notification.MessageIds, entry.MessageIds);
            Assert.Equal(notification.SentTime, entry.EventTime);
        });
        Assert.Equal(
            ("Notificação de acompanhamento enviada", "O bot enviou as notificações de acompanhamento informativas ou acionáveis para o usuário no canal"),
            ((await ListAsync(new(), "pt-PT, en;q=0.5"))[0].Title, (await ListAsync(new(), "pt"))[0].Description));
        Assert.Empty(await ListAsync(new() { InitiatedBy = Initiator.User }));
        Assert.Single(await ListAsync(new() { ConversationId = events[0].ConversationId }));
        Assert.Empty(await ListAsync(new() { UserId = "bo" }));
        Assert.Empty(await ListAsync(new() { Type = ConversationEventType.Answered }));
        Assert.Empty(await ListAsync(new() { ChannelId = "mail" }));
        Assert.Empty(await ListAsync(new() { EndTime = Time.GetUtcNow().AddHours(25).ToTimestamp() }));
        Assert.Equal(2, (await ListAsync(new() { FollowUpId = "approvals", StartTime = Time.GetUtcNow().AddMinutes(-1).ToTimestamp(), EndTime = Time.GetUtcNow().AddHours(25).ToTimestamp() })).Count);
    }

    private async Task<IReadOnlyList<ConversationEvent>> ListAsync(ListConversationEventsRequest request, string language = "en")
    {
        // The last instant is not part of the range.
        request.EndTime ??= Time.GetUtcNow().AddSeconds(1).ToTimestamp();
        var events = new List<ConversationEvent>();
        do
        {
            var page = await History.ListConversationEventsAsync(request, new Metadata { { "accept-language", language } }, cancellationToken: Cancellation);
            events.AddRange(page.Events);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return events;
    }
}
