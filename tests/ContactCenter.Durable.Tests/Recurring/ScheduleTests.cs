using FsCheck;
using FsCheck.Fluent;

namespace ContactCenter.Durable.Tests.Recurring;

public sealed class ScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(2_000);

    private static readonly Gen<Schedule> Schedules = Gen.OneOf(
        Gen.Choose(1, 200_000).Select(seconds => Schedule.Every(TimeSpan.FromSeconds(seconds))),
        Gen.Choose(1, 200_000).Select(seconds => Schedule.Aligned(TimeSpan.FromSeconds(seconds))),
        from minutes in Gen.Choose(0, 24 * 60 - 1)
        from zone in Gen.Elements("Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Asia/Tehran", "Africa/Casablanca", "UTC")
        select Schedule.Daily(new TimeOnly(0, 0).AddMinutes(minutes), zone));

    private static readonly Gen<DateTimeOffset> Instants = Gen.Choose(0, 11 * 365 * 24 * 60).Select(minutes => new DateTimeOffset(2020, 1, 1, 0, 0, 30, TimeSpan.Zero).AddMinutes(minutes));

    /// <summary>Example 7.9.</summary>
    [Theory]
    [Rule("DUR-42")]
    [Rule("DUR-43")]
    [InlineData("2026-03-27T12:00:00Z", "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")]
    [InlineData("2026-10-23T12:00:00Z", "2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    public void Half_past_one_in_Lisbon_comes_once_a_day_whatever_the_clocks_do(string after, params string[] occurrences)
    {
        var schedule = Schedule.Daily(new TimeOnly(1, 30), "Europe/Lisbon");
        var next = DateTimeOffset.Parse(after);
        foreach (var occurrence in occurrences)
            Assert.Equal(DateTimeOffset.Parse(occurrence), next = schedule.Next(next));
    }

    [Fact]
    [Rule("DUR-42")]
    [Rule("DUR-43")]
    public void The_next_occurrence_is_later_and_none_is_left_out_or_comes_twice() => Check.One(
        Thorough,
        Prop.ForAll(Arb.From(Schedules), Arb.From(Instants), Arb.From(Gen.Choose(0, 100)), (schedule, after, percent) =>
        {
            var next = schedule.Next(after);
            var between = after + (next - after) * (percent / 100.0);
            return next > after
                && next.Offset == TimeSpan.Zero
                && (between < next ? schedule.Next(after, between) == next : schedule.Next(after, between) == schedule.Next(next))
                && schedule.Next(after, next) == schedule.Next(next);
        }));

    [Fact]
    [Rule("DUR-43")]
    public void Intervals_are_the_same_in_all_weeks() => Check.One(
        Thorough,
        Prop.ForAll(Arb.From(Gen.Choose(1, 200_000)), Arb.From(Instants), Arb.From(Gen.Choose(0, 5_000_000)), (seconds, last, passed) =>
        {
            var interval = TimeSpan.FromSeconds(seconds);
            var now = last.AddSeconds(passed);
            var every = Schedule.Every(interval).Next(last, now);
            var aligned = Schedule.Aligned(interval).Next(last, now);
            return (every - last).Ticks % interval.Ticks == 0 && every > now && every - interval <= now
                && aligned.UtcTicks % interval.Ticks == 0 && aligned > now && aligned - interval <= now;
        }));

    [Fact]
    [Rule("DUR-42")]
    public void Each_quarter_of_an_hour_is_at_its_minute()
    {
        var quarter = Schedule.Aligned(TimeSpan.FromMinutes(15));
        Assert.Equal(Start.AddMinutes(15), quarter.Next(Start));
        Assert.Equal(Start.AddMinutes(15), quarter.Next(Start.AddMinutes(14)));
        Assert.Equal(Start.AddHours(2), quarter.Next(Start, Start.AddMinutes(119)));
        Assert.Equal(Start.AddMinutes(7).AddMinutes(15), Schedule.Every(TimeSpan.FromMinutes(15)).Next(Start.AddMinutes(7)));
    }

    [Fact]
    [Rule("DUR-42")]
    public void A_schedule_that_makes_no_sense_is_refused()
    {
        Assert.Throws<TimeZoneNotFoundException>(() => Schedule.Daily(default, "Europe/Nowhere"));
        Assert.Throws<TimeZoneNotFoundException>(() => Schedule.Daily(default, "GMT Standard Time"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Every(TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Aligned(TimeSpan.FromDays(400)));
    }

    [Fact]
    [Rule("DUR-42")]
    public void A_schedule_says_what_it_is() => Assert.Equal(
        ["every 00:15:00", "aligned 00:15:00", "daily 01:30:00 Europe/Lisbon"],
        new[] { Schedule.Every(TimeSpan.FromMinutes(15)), Schedule.Aligned(TimeSpan.FromMinutes(15)), Schedule.Daily(new TimeOnly(1, 30), "Europe/Lisbon") }.Select(schedule => schedule.ToString()));
}
