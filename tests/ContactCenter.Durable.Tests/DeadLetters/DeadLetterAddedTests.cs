using ContactCenter.Durable.DeadLetters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Durable.Tests.DeadLetters;

public sealed class DeadLetterAddedTests(TestServers servers) : DeadLetterTest(servers)
{
    protected override Task<string> TakeBrokerAsync() => Servers.ShareVirtualHostAsync();

    [Fact]
    [Rule("DUR-52")]
    public async Task Letters_of_one_kind_and_reason_are_reported_once_a_minute_over_all_replicas()
    {
        var (first, second) = (await StartStoppedAsync(), await StartStoppedAsync());
        await AddLetterAsync(first, Letter() with { TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" });
        await AddLetterAsync(second, Letter(), Letter());
        await AddLetterAsync(first, Letter() with { Reason = "TOO_OLD" });
        Assert.Equal(["MAX_ATTEMPTS 1", "TOO_OLD 1"], await ReportsAsync());

        await ExecuteAsync("UPDATE durable.dead_letter_notices SET reported_time = now() - interval '1 minute'");
        await ChangeAsync(second, async transaction =>
        {
            await second.Services.GetRequiredService<DeadLetterStore>().ReportAsync(transaction.Connection);
            return true;
        });

        Assert.Equal(["MAX_ATTEMPTS 1", "TOO_OLD 1", "MAX_ATTEMPTS 2"], await ReportsAsync());
        Assert.Equal(
            $"tests {Urn} 0af7651916cd43dd8448eb211c80319c deadLetters/{(await ListAsync(first)).Single(letter => letter.TraceParent is not null).Id} f",
            await ScalarAsync<string>(
                "SELECT concat_ws(' ', payload ->> 'service', payload ->> 'kind', payload ->> 'traceId', payload ->> 'resource', mandatory) FROM durable.outbox_messages ORDER BY seq LIMIT 1"));
        Assert.Equal("urn:message:contactcenter:operations:dead-letter-added", await ScalarAsync<string>("SELECT DISTINCT type FROM durable.outbox_messages"));
    }

    [Fact]
    [Rule("DUR-52")]
    public async Task The_number_of_pending_letters_and_the_age_of_the_oldest_are_metrics()
    {
        var host = await StartStoppedAsync();
        await AddLetterAsync(host, Letter(), Letter() with { LastTime = TimeProvider.System.GetUtcNow().AddHours(-1) }, Letter());
        await DiscardAsync(host, (await ListAsync(host))[0].Id, "not needed");

        await host.Services.GetServices<IHostedService>().OfType<DeadLetterWatch>().Single().RefreshAsync(Cancellation);

        using var metrics = new MetricReader(host);
        Assert.Equal(2, metrics.Read("durable.dead_letters.pending"));
        Assert.InRange(metrics.Read("durable.dead_letters.oldest_age"), 3_600, 3_660);
    }

    // Nothing but the test acts on the database, so that messages stay where they can be seen.
    private async Task<IHost> StartStoppedAsync()
    {
        var host = await StartAsync();
        await host.StopAsync(Cancellation);
        return host;
    }

    private async Task<string[]> ReportsAsync() =>
        await ScalarAsync<string[]>("SELECT array_agg(concat_ws(' ', payload ->> 'reason', payload ->> 'count') ORDER BY seq) FROM durable.outbox_messages");
}
