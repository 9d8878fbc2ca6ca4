using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Tests.TaskRouter;

public sealed class EventTimeTests
{
    [Theory]
    [InlineData("1772445600", "2026-03-02T10:00:00.000Z")]
    [InlineData("1772445600123", "2026-03-02T10:00:00.123Z")]
    [InlineData("2026-03-02T10:00:00Z", "2026-03-02T10:00:00.000Z")]
    [InlineData("2026-03-02T12:00:00.5+02:00", "2026-03-02T10:00:00.500Z")]
    [InlineData("2026-03-02", "2026-03-02T00:00:00.000Z")]
    [InlineData("-2177452800", "1901-01-01T00:00:00.000Z")]
    [InlineData("177244560012", null)]
    [InlineData("17724456001234", null)]
    [InlineData("10:00:00", null)]
    [InlineData("yesterday", null)]
    [InlineData("--1", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [Rule("INS-12")]
    public void Epoch_seconds_milliseconds_and_ISO_8601_are_read_and_nothing_else(string? text, string? expected) =>
        Assert.Equal(expected, EventTime.Read(text)?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null));

    [Fact]
    [Rule("INS-12")]
    public void Times_are_accepted_from_1901_to_2049()
    {
        Assert.True(EventTime.IsAccepted(EventTime.Read("1901-01-01T00:00:00Z")!.Value));
        Assert.True(EventTime.IsAccepted(EventTime.Read("2049-12-31T23:59:59Z")!.Value));
        Assert.False(EventTime.IsAccepted(EventTime.Read("1900-12-31T23:59:59Z")!.Value));
        Assert.False(EventTime.IsAccepted(EventTime.Read("2050-01-01T00:00:00Z")!.Value));
    }
}
