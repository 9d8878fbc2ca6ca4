using ContactCenter.InsightsEnrichment.Tests.WriteBack;

namespace ContactCenter.InsightsEnrichment.Tests.RawEvents;

/// <summary>The list of events is read every second instead of every 15 minutes.</summary>
public sealed class ReconciliationTests(TestServers servers) : WriteBackTest(servers)
{
    protected override IEnumerable<string> Settings => [.. base.Settings, "--Reconcile:Interval=00:00:01"];

    [Fact]
    [Rule("INS-19"), Rule("INS-14")]
    public async Task Events_whose_callbacks_never_arrived_are_read_from_the_list_and_those_that_did_are_not_stored_again()
    {
        var start = TimeProvider.System.GetUtcNow().AddMinutes(-30);
        var life = Today(start);
        await SendAsync(life.Where((_, index) => index % 3 == 0));
        foreach (var form in life)
            TaskRouter.Happened(new(form["Sid"], form["EventType"], DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(form["TimestampMs"], null)), [.. form]));

        await Eventually.TrueAsync(async () => await QueryAsync<long>("SELECT count(*) FROM insights.raw_events") == life.Count);
        await Eventually.TrueAsync(async () => (await RowsAsync(TaskLife.Sid("WT", 1))).Count == 4);
        await SettledAsync();
        Assert.Equal(["120", "180"], (await RowsAsync(TaskLife.Sid("WT", 1))).Select(row => row.Split('|')[6]).Where(talk => talk.Length > 0));

        // What arrives after all is the better text of the same event.
        await SendAsync(life);
        await SettledAsync();
        Assert.Equal(
            "reconciliation",
            await QueryAsync<string>("SELECT string_agg(DISTINCT source, ',') FROM insights.raw_events WHERE status = 'duplicate' AND source <> 'taskrouter_webhook'"));
        Assert.Equal(0, await QueryAsync<long>("SELECT count(*) FROM insights.raw_events WHERE status = 'processed' AND source = 'reconciliation'"));
    }

    /// <summary>EX-1 moved to the present.</summary>
    private static List<IReadOnlyDictionary<string, string>> Today(DateTimeOffset start)
    {
        var forms = Examples.ColdTransfer().Forms;
        var shift = start.ToUnixTimeMilliseconds() / 1000 * 1000 - (long.Parse(forms[0]["TimestampMs"], null) / 1000 * 1000);
        return [.. forms.Select(form => new Dictionary<string, string>(form)
        {
            ["Timestamp"] = ((long.Parse(form["TimestampMs"], null) + shift) / 1000).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["TimestampMs"] = (long.Parse(form["TimestampMs"], null) + shift).ToString(System.Globalization.CultureInfo.InvariantCulture),
        })];
    }
}
