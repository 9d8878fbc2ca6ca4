using System.Globalization;
using System.Security.Cryptography;
using ContactCenter.Sandbox.Twilio;
using ContactCenter.Sandbox.Twilio.Lives;
using ContactCenter.Sandbox.Twilio.Truth;

namespace ContactCenter.Sandbox.Tests.Twilio;

public sealed class TrafficPlanTests
{
    [Fact]
    public void The_same_seed_and_day_give_the_same_bytes_in_every_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var first = Traffic.BytesOf(TrafficPlan.OfDay(1, Traffic.Day, 220));
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NegativeSign = "~", NumberDecimalSeparator = "," }, DateTimeFormat = { DateSeparator = "." } };
            var second = Traffic.BytesOf(TrafficPlan.OfDay(1, Traffic.Day, 220));

            Assert.Equal(first, second);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void The_bytes_are_those_of_every_other_machine()
    {
        // Changes only together with the generator.
        const string Recorded = "6e1c0544255ca1c2";

        Assert.Equal(Recorded, Convert.ToHexStringLower(SHA256.HashData(Traffic.BytesOf(TrafficPlan.OfDay(1, Traffic.Day, 220)))[..8]));
    }

    [Theory]
    [InlineData(2, "2026-03-02")]
    [InlineData(1, "2026-03-03")]
    public void Another_seed_or_day_gives_other_tasks(int seed, string day)
    {
        var one = TrafficPlan.OfDay(1, Traffic.Day, 220).Lives.SelectMany(Ids);
        var other = TrafficPlan.OfDay(seed, DateOnly.Parse(day, CultureInfo.InvariantCulture), 220).Lives.SelectMany(Ids);

        Assert.Empty(one.Intersect(other));
    }

    [Fact]
    public void A_day_has_every_kind_of_life_over_all_channels_with_a_peak_in_the_morning()
    {
        var lives = TrafficPlan.OfDay(1, Traffic.Day, 220).Lives;
        var offers = lives.SelectMany(l => l.Stays).SelectMany(s => s.Offers).ToList();

        Assert.Equal(220, lives.Count);
        Assert.Equal(Enum.GetValues<OfferEnd>(), offers.Select(o => o.End).Distinct().Order());
        Assert.Equal(Enum.GetValues<StayEnd>(), lives.SelectMany(l => l.Stays).Select(s => s.End).Distinct().Order());
        Assert.Equal(["chat", "sms", "voice"], lives.Select(l => l.Channel.UniqueName).Distinct().Order());
        Assert.Contains(lives, l => l.Reason == TaskLife.TimeToLiveExceeded);
        Assert.Contains(lives, l => l.Stays is [{ End: StayEnd.Answered }, { End: StayEnd.Answered }]);
        Assert.Contains(lives, l => l.Stays is [{ End: StayEnd.Answered }, { End: StayEnd.Canceled }]);
        Assert.Contains(lives, l => l.Contact.ConversationId is not null);
        Assert.Contains(lives, l => l.Contact.Outbound);
        Assert.True(offers.Select(o => o.Worker).Distinct().Count() >= 20);
        Assert.True(lives.Count(l => l.Created.Hour is 9 or 10 or 11) > 3 * lives.Count(l => l.Created.Hour is 18 or 19 or 20));
        Assert.True(lives.Count(l => !l.Canceled) > lives.Count * 0.7, "most tasks are answered");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(42)]
    public void Every_life_goes_forward_in_time_and_ends_on_its_day(int seed)
    {
        var plan = TrafficPlan.OfDay(seed, Traffic.Day, 300);

        Assert.All(plan.Lives, life =>
        {
            Assert.True(life.Created >= plan.Start && life.Ended < plan.Start.AddDays(1), life.TaskSid);
            Assert.Equal(life.Canceled, life.Stays[^1].Answer is null);
            var last = life.Created;
            foreach (var stay in life.Stays)
            {
                Assert.True(stay.WaitStart >= last && stay.Entered >= stay.WaitStart && stay.Left >= stay.Entered && stay.Left <= life.Ended, life.TaskSid);
                Assert.All(stay.Offers, o => Assert.True(o.Created >= stay.Entered && o.Ended > o.Created && o.Ended <= life.Ended, o.ReservationSid));
                Assert.All(stay.Offers, o => Assert.True(o.Handling is null || (o.Handling.TalkEnd > o.Ended && o.Handling.Completed <= life.Ended), o.ReservationSid));
                last = stay.Left;
            }
        });
    }

    [Fact]
    public void No_worker_has_more_tasks_at_a_time_than_the_channel_allows_or_while_on_a_break()
    {
        var plan = TrafficPlan.OfDay(3, Traffic.Day, 600);
        var taken = plan.Lives.SelectMany(l => l.Stays).SelectMany(s => s.Offers.Select(o => (s.Queue.Channel, Offer: o, Until: o.Handling?.Completed ?? o.Ended))).ToList();

        Assert.All(taken, t =>
        {
            var together = taken.Count(u => u.Offer.Worker == t.Offer.Worker && u.Offer.Created <= t.Offer.Created && t.Offer.Created < u.Until);
            Assert.True(together <= t.Channel.Capacity, t.Offer.ReservationSid);
            var activity = plan.Changes.Where(c => c.Worker == t.Offer.Worker && c.Time <= t.Offer.Created).MaxBy(c => c.Time);
            Assert.Equal(Workspace.Available, activity?.Activity);
        });
    }

    [Fact]
    [Rule("WFM-60")]
    public void The_truth_counts_every_inbound_stay_in_one_interval()
    {
        var lives = TrafficPlan.OfDay(1, Traffic.Day, 220).Lives;
        var intervals = QueueIntervalTruth.Intervals(lives);

        Assert.Equal(lives.Where(l => !l.Contact.Outbound).Sum(l => l.Stays.Count), intervals.Sum(i => i.Offered));
        Assert.All(intervals, i => Assert.Equal(i.Offered, i.Answered + i.Abandoned + i.ShortAbandoned + i.Redirected));
    }

    [Fact]
    public void Live_stretches_follow_each_other_without_a_second_login()
    {
        var start = new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero).AddTicks(1234);
        var first = TrafficPlan.OfStretch(1, start, TimeSpan.FromMinutes(10), 100, before: null);
        var second = TrafficPlan.OfStretch(1, start.AddMinutes(10), TimeSpan.FromMinutes(10), 100, first.Roster);

        Assert.Equal(26, first.Changes.Count(c => c.Previous == Workspace.Offline));
        Assert.DoesNotContain(second.Changes, c => c.Previous == Workspace.Offline);
        Assert.Equal(26, second.Roster.LogOut(start.AddMinutes(20)).Count());
        Assert.All(first.Lives, l => Assert.True(l.Ended < start.AddMinutes(25)));
        Assert.All(first.Lives, l => Assert.Equal(0, l.Ended.Ticks % TimeSpan.TicksPerMillisecond));
        Assert.Empty(first.Lives.SelectMany(Ids).Intersect(second.Lives.SelectMany(Ids)));
    }

    private static IEnumerable<string> Ids(TaskLife life) => life.Stays.SelectMany(s => s.Offers).Select(o => o.ReservationSid).Append(life.TaskSid);
}
