namespace ContactCenter.Durable.Tests.Outbox;

/// <summary>A broker of these tests alone is killed and started again.</summary>
public sealed class BrokerLossTests(TestServers servers) : DurableTest(servers)
{
    [Fact]
    [Rule("DUR-12")]
    public async Task A_broker_that_is_killed_and_comes_back_loses_nothing_and_changes_are_taken_meanwhile()
    {
        await using var broker = await TestServers.StartOwnAsync("rabbitmq", Cancellation);
        await broker.AddVirtualHostAsync("tests", Cancellation);
        Broker = $"{broker.ConnectionString}/tests";
        var host = await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>());
        await ConnectedAsync(host);
        for (var i = 0; i < 50; i++)
            await PublishAsync(host, $"k{i % 5}", i);

        await broker.KillAsync(Cancellation);
        for (var i = 50; i < 100; i++)
            await PublishAsync(host, $"k{i % 5}", i);
        Assert.InRange(await ScalarAsync<int>("SELECT count(*) FROM durable.outbox_messages"), 50, 100);
        await broker.StartAgainAsync(Cancellation);
        for (var i = 100; i < 150; i++)
            await PublishAsync(host, $"k{i % 5}", i);

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(DISTINCT number) FROM effects") == 150);
        Assert.Equal(150, await ScalarAsync<int>("SELECT count(*) FROM effects"));
        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters"));
    }
}
