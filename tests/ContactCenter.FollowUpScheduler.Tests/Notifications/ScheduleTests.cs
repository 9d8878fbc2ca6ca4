using ContactCenter.FollowUps.V1;
using static ContactCenter.FollowUpScheduler.Tests.Examples;

namespace ContactCenter.FollowUpScheduler.Tests.Notifications;

public sealed class ScheduleTests(TestServers servers) : FollowUpTest(servers)
{
    private static readonly DateTimeOffset Evening = new(2026, 3, 10, 21, 30, 0, TimeSpan.Zero);

    [Fact]
    [Rule("FUP-65")]
    [Rule("FUP-71")]
    [Rule("FUP-72")]
    [Rule("FUP-73")]
    public async Task No_attempt_is_lost_over_a_quiet_night()
    {
        await PrepareAsync();
        await PassAsync(Evening - Time.GetUtcNow());
        Itsm.HasTickets(Ticket("A"));
        var followUp = Approvals();
        followUp.DataExtraction.PollingFrequencyMinutes = 7_200;
        followUp.NotificationSchedule.TimeZone = "Europe/Lisbon";
        followUp.NotificationSchedule.QuietHours.Add(new QuietHours { Start = "22:00", End = "07:00" });

        await CreateAsync(followUp);
        await SentAsync("approvals", 1);
        await PassAsync(TimeSpan.FromMinutes(60));
        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification is { Attempt: 2, Reason: "QUIET_HOURS" }));
        await PassAsync(TimeSpan.FromMinutes(510));
        await SentAsync("approvals", 2);
        await PassAsync(TimeSpan.FromMinutes(60));
        var sent = await SentAsync("approvals", 3);

        Assert.Equal(
            [Evening, Evening.AddMinutes(570), Evening.AddMinutes(630)], sent.OrderBy(notification => notification.Attempt).Select(notification => notification.EffectiveDueTime.ToDateTimeOffset()));
    }

    [Fact]
    [Rule("FUP-43")]
    public async Task Attempts_are_held_while_polls_fail_and_go_on_after_the_next_one()
    {
        await PrepareAsync();
        Itsm.HasTickets(Ticket("A"));
        var followUp = Approvals();
        followUp.DataExtraction.PollingFrequencyMinutes = 10;
        followUp.NotificationSchedule.NotificationFrequencyMinutes = 35;
        await CreateAsync(followUp);
        await SentAsync("approvals", 1);

        Itsm.Answer = _ => (503, "");
        for (var poll = 2; poll <= 4; poll++)
        {
            await PassAsync(TimeSpan.FromMinutes(10));
            await PolledAsync("approvals", poll);
        }

        await PassAsync(TimeSpan.FromMinutes(5));
        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification is { Attempt: 2, Reason: "SOURCE_STALE" }));
        Itsm.HasTickets(Ticket("A"));
        await PassAsync(TimeSpan.FromMinutes(5));
        await PolledAsync("approvals", 5);
        var sent = await SentAsync("approvals", 2);

        var released = sent.Single(notification => notification.Attempt == 2).EffectiveDueTime.ToDateTimeOffset();
        Assert.Equal(Time.GetUtcNow(), released);
        Assert.Equal(released.AddMinutes(35), (await NotificationsAsync("approvals")).Single(notification => notification.Attempt == 3).DueTime.ToDateTimeOffset());
    }
}
