using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Notifications;
using FsCheck;
using FsCheck.Fluent;

namespace ContactCenter.FollowUpScheduler.Tests.Notifications;

public sealed class QuietHoursTests
{
    private static readonly TimeZoneInfo Lisbon = TimeZoneInfo.FindSystemTimeZoneById("Europe/Lisbon");

    [Theory]
    [Rule("FUP-71")]
    [Rule("FUP-73")]
    [InlineData("22:00", "07:00", "2026-03-28T23:10Z", "2026-03-29T06:00Z")]
    [InlineData("22:00", "07:00", "2026-10-24T22:30Z", "2026-10-25T07:00Z")]
    [InlineData("23:00", "01:30", "2026-03-28T23:30Z", "2026-03-29T01:00Z")]
    [InlineData("23:00", "01:30", "2026-10-24T23:00Z", "2026-10-25T01:30Z")]
    [InlineData("22:00", "07:00", "2026-03-10T21:30Z", "2026-03-10T21:30Z")]
    [InlineData("22:00", "07:00", "2026-03-10T22:30Z", "2026-03-11T07:00Z")]
    [InlineData("22:00", "07:00", "2026-03-11T08:00Z", "2026-03-11T08:00Z")]
    public void A_time_within_quiet_hours_moves_to_their_end(string start, string end, string due, string effective) =>
        Assert.Equal(DateTimeOffset.Parse(effective), QuietWindow.FirstOpen([Window(start, end)], Lisbon, DateTimeOffset.Parse(due)));

    [Fact]
    [Rule("FUP-72")]
    public void Windows_that_touch_count_as_one_and_days_are_those_on_which_they_begin()
    {
        // 6 March 2026 is a Friday.
        QuietWindow[] windows = [Window("18:00", "00:00", 5), Window("00:00", "23:00", 6)];
        Assert.Equal(DateTimeOffset.Parse("2026-03-07T23:00Z"), QuietWindow.FirstOpen(windows, TimeZoneInfo.Utc, DateTimeOffset.Parse("2026-03-06T18:00Z")));
        Assert.Equal(DateTimeOffset.Parse("2026-03-08T18:00Z"), QuietWindow.FirstOpen(windows, TimeZoneInfo.Utc, DateTimeOffset.Parse("2026-03-08T18:00Z")));
    }

    [Theory]
    [Rule("FUP-72")]
    [InlineData("00:00", "23:00", true)]
    [InlineData("00:00", "23:52", false)]
    [InlineData("22:00", "21:00", true)]
    public void An_hour_of_the_week_stays_open(string start, string end, bool isEnough) => Assert.Equal(isEnough, QuietWindow.LeavesEnoughOpen([Window(start, end)]));

    [Theory]
    [InlineData("24:00", "07:00")]
    [InlineData("7:00", "08:00")]
    [InlineData("07:00", "07:00")]
    [InlineData("", "07:00")]
    public void A_window_has_two_different_times(string start, string end) => Assert.Null(QuietWindow.Parse(new() { Start = start, End = end }));

    [Fact]
    [Rule("FUP-71")]
    [Rule("FUP-73")]
    public void The_first_open_instant_is_not_earlier_is_open_and_has_no_open_one_before_it()
    {
        string[] zones = ["Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"];
        var cases =
            from zone in Gen.Elements(zones)
            from windows in Gen.Choose(0, 1_439).Two().Where(pair => pair.Item1 != pair.Item2).ListOf(3)
            from minute in Gen.Choose(0, 365 * 1_440)
            select (Zone: TimeZoneInfo.FindSystemTimeZoneById(zone), Windows: windows.Select(pair => Window(Clock(pair.Item1), Clock(pair.Item2))).ToArray(), Due: new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minute));
        Prop.ForAll(Arb.From(cases), sample =>
        {
            if (!QuietWindow.LeavesEnoughOpen(sample.Windows))
                return true;
            var open = QuietWindow.FirstOpen(sample.Windows, sample.Zone, sample.Due);
            var between = Enumerable.Range(0, (int)(open - sample.Due).TotalMinutes).Select(minute => sample.Due.AddMinutes(minute));
            return open >= sample.Due
                && QuietWindow.FirstOpen(sample.Windows, sample.Zone, open) == open
                && between.All(time => QuietWindow.FirstOpen(sample.Windows, sample.Zone, time) == open);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    private static string Clock(int minute) => new TimeOnly(0, 0).AddMinutes(minute).ToString("HH:mm");

    private static QuietWindow Window(string start, string end, params int[] days) => QuietWindow.Parse(new QuietHours { Start = start, End = end, Days = { days } })!;
}
