using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.WfmConnector.Tests.Intervals;

public sealed class SealingTests(TestServers servers) : WfmTest(servers)
{
    protected override string Start => "10:10:00";

    [Fact]
    [Rule("WFM-71"), Rule("WFM-72"), Rule("WFM-67"), Rule("WFM-77")]
    public async Task An_interval_is_sealed_two_minutes_after_its_end_once_insights_has_told_all_and_at_last_without()
    {
        await SealAsync();
        await ConnectAsync();
        Time.Set(Told.At("10:18:00"));
        await SealAsync();
        Assert.Empty(await ListAsync());

        await PublishAsync(Told.Watermark("10:15:00"));
        await SealAsync();
        Assert.Equal("10:00 False", Text(Assert.Single(await ListAsync())));
        await Eventually.TrueAsync(async () => (await ListAsync())[0].State == IntervalState.Delivered);

        Time.Set(Told.At("10:59:00"));
        await SealAsync();
        Assert.Single(await ListAsync());
        Time.Set(Told.At("11:15:30"));
        await SealAsync();
        Assert.Equal(["10:00 False", "10:15 True", "10:30 True"], (await ListAsync()).Select(Text));
    }

    private async Task<IReadOnlyList<Interval>> ListAsync() => (await Intervals.ListIntervalsAsync(
        new() { StartTime = Told.At("10:00:00").ToTimestamp(), EndTime = Told.At("12:00:00").ToTimestamp() }, cancellationToken: Cancellation)).Intervals;

    private static string Text(Interval interval) => $"{interval.StartTime.ToDateTime():HH:mm} {interval.Incomplete}";
}
