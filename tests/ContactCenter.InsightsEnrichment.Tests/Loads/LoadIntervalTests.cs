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
        Assert.Equal(["10:15", "10:30", "10:45", "11:00"], await LoadedAsync());
        await StopAsync();
        _minutes = 30;
        await StartAsync();
        Assert.Equal(["10:30", "11:00"], await LoadedAsync());
        await StopAsync();

        foreach (var minutes in new[] { 0, 20, 120, -60 })
        {
            _minutes = minutes;
            var refusal = await Assert.ThrowsAsync<OptionsValidationException>(RunAsync);
            Assert.Contains("Load:IntervalMinutes must be 60, 30 or 15.", refusal.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Which of the quarters of an hour have a load.</summary>
    private async Task<IReadOnlyList<string>> LoadedAsync()
    {
        await QueryAsync<int>("WITH gone AS (DELETE FROM insights.loads RETURNING 1) SELECT count(*)::int FROM gone");
        await using var replica = await RunAsync();
        var time = new ManualTimeProvider(new DateTimeOffset(2026, 3, 2, 10, 0, 1, TimeSpan.Zero));
        var loads = LoadTest.RunnerOf(replica.Services, time);
        for (var quarter = 1; quarter <= 4; quarter++)
        {
            time.Advance(TimeSpan.FromMinutes(15));
            await loads.RunDueAsync(time.GetUtcNow().AddSeconds(-1), Cancellation);
        }

        return [.. (await QueryAsync<string>("SELECT string_agg(to_char(request_time AT TIME ZONE 'UTC', 'HH24:MI'), ',' ORDER BY load_number) FROM insights.loads")).Split(',')];
    }
}
