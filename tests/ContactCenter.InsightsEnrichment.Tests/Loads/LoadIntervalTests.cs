using ContactCenter.InsightsEnrichment.Loads;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Tests.Loads;

public sealed class LoadIntervalTests(TestServers servers) : InsightsTest(servers)
{
    private int _minutes = 15;

    protected override IEnumerable<string> Settings => [$"--Load:IntervalMinutes={_minutes}"];

    [Fact]
    [Rule("INS-101")]
    public async Task Loads_may_run_every_15_or_30_minutes_and_another_interval_stops_the_start()
    {
        await PlannedAsync("aligned 00:15:00");
        await StopAsync();
        _minutes = 30;
        await StartAsync();
        await PlannedAsync("aligned 00:30:00");
        await StopAsync();

        foreach (var minutes in new[] { 0, 20, 120, -60 })
        {
            _minutes = minutes;
            var refusal = await Assert.ThrowsAsync<OptionsValidationException>(RunAsync);
            Assert.Contains("Load:IntervalMinutes must be 60, 30 or 15.", refusal.Message, StringComparison.Ordinal);
        }
    }

    private Task PlannedAsync(string schedule) => Eventually.TrueAsync(() => QueryAsync<bool>(
        "SELECT count(*) = 1 FROM durable.jobs WHERE kind = @Kind AND payload ->> 'schedule' LIKE @schedule || '%' AND extract(epoch FROM due_time)::bigint % 900 = 0",
        new { DueLoad.Kind, schedule }));
}
