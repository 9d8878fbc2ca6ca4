using ContactCenter.FollowUps.V1;
using static ContactCenter.FollowUpScheduler.Tests.Examples;

namespace ContactCenter.FollowUpScheduler.Tests.Notifications;

/// <summary>What happens to a notification whose process stops while the channel has it.</summary>
public sealed class CrashTests(TestServers servers) : FollowUpTest(servers)
{
    [Fact]
    [Rule("FUP-57")]
    [Rule("FUP-67")]
    [Rule("FUP-70")]
    [Rule("FUP-100")]
    public async Task It_is_sent_again_with_the_same_id_and_told_once()
    {
        await PrepareAsync();
        Itsm.HasTickets(Ticket("A"));
        Rbm.Answer = _ => (0, "");
        await CreateAsync(Approvals());
        await Eventually.TrueAsync(() => !Rbm.Requests.IsEmpty);
        var due = (await NotificationsAsync("approvals")).Single(notification => notification.Attempt == 1).EffectiveDueTime;

        await StopAsync();
        Rbm.Answer = _ => (200, "{}");
        await StartAsync();

        var sent = Assert.Single(await SentAsync("approvals", 1));
        Assert.Equal((NotificationState.Sent, due), (sent.State, sent.EffectiveDueTime));
        Assert.Equal(2, Rbm.Requests.Count);
        Assert.Single(Rbm.Requests.Select(request => request.Query).Distinct());
        Assert.Equal([1, 2], (await NotificationsAsync("approvals")).Select(notification => notification.Attempt).Order());
    }
}
