using System.Globalization;
using ContactCenter.WfmConnector.AgentStates;
using ContactCenter.WfmConnector.Intervals;

namespace ContactCenter.WfmConnector.Tests.Intervals;

public sealed class PresenceTests
{
    [Theory]
    [InlineData(PresenceAttribution.Clipped, "A 150 C 0 W 0 U 0 | A 730 C 170 W 0 U 0 | A 755 C 100 W 45 U 0 | A 840 C 0 W 0 U 60 | A 0 C 0 W 0 U 900")]
    [InlineData(PresenceAttribution.Completed, "A 0 C 0 W 0 U 0 | A 880 C 0 W 0 U 0 | A 0 C 270 W 45 U 0 | A 1595 C 0 W 0 U 0 | A 0 C 0 W 0 U 0")]
    [Rule("WFM-64"), Rule("WFM-44")]
    public void Time_counts_where_it_passed_or_with_the_whole_activity_where_that_ended(PresenceAttribution attribution, string expected)
    {
        var onContact = new AgentStateKind("ON_CONTACT", "ON_CONTACT");
        Span[] spans =
        [
            Of("08:57:30", "09:12:10", AgentStateKind.Available), Of("09:12:10", "09:16:40", onContact), Of("09:16:40", "09:17:25", new("WRAP_UP", "WRAP_UP")),
            Of("09:17:25", "09:44:00", AgentStateKind.Available), Of("09:44:00", null, new("UNAVAILABLE", "UNAVAILABLE", "BREAK")),
        ];

        var intervals = Presence.Of(spans, Told.At("08:45:00").UtcDateTime, Told.At("10:00:00").UtcDateTime, attribution);

        Assert.Equal(expected, string.Join(" | ", intervals.Select(interval => Text(interval["WK1"]))));
    }

    private static Span Of(string start, string? end, AgentStateKind kind) =>
        new() { AgentSid = "WK1", Start = Told.At(start).UtcDateTime, End = end is null ? null : Told.At(end).UtcDateTime, Kind = kind };

    private static string Text(Presence presence) => string.Create(
        CultureInfo.InvariantCulture,
        $"A {presence.AvailableMs / 1000} C {presence.OnContactMs / 1000} W {presence.WrapUpMs / 1000} U {presence.UnavailableMs.Values.Sum() / 1000}");
}
