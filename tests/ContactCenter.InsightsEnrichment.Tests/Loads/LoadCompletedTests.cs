using ContactCenter.Events.Insights;

namespace ContactCenter.InsightsEnrichment.Tests.Loads;

public sealed class LoadCompletedTests(TestServers servers) : LoadTest(servers)
{
    protected override Task<string> TakeBrokerAsync() => Servers.CreateVirtualHostAsync(Cancellation);

    [Fact]
    [Rule("INS-102")]
    public async Task A_load_that_has_run_is_published()
    {
        await using var published = await Published.ListenAsync(Broker, typeof(LoadCompleted));
        await SendAsync(Examples.ColdTransfer().Forms);
        var load = await LoadAsync();

        await published.ReceivedAsync<LoadCompleted>(1);
        var completed = Assert.Single(published.Of<LoadCompleted>());
        Assert.Equal((1L, 4L, 0L), (completed.LoadNumber, completed.SegmentsNew, completed.SegmentsChanged));
        Assert.Equal((load.CutOffTime.ToDateTimeOffset(), load.FinishTime.ToDateTimeOffset()), (completed.CutOffTime, completed.OccurredTime));
    }
}
