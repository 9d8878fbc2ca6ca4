using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.Faults.Tests.Load;
using RabbitMQ.Client;

namespace ContactCenter.Faults.Tests.Cells;

/// <summary>RabbitMQ goes away while messages are sent and consumed.</summary>
public sealed class BrokerFaultTests(TestServers servers) : LoadTest(servers)
{
    private const string VirtualHost = "faults";
    private const string Spy = "spy";

    // To which the outbox publishes the message: named after its type.
    private const string Exchange = "ContactCenter.Faults.Tests.Load:NumberPublished";

    private ServerProcess _broker = null!;

    private static LoadPlan Plan { get; } = LoadPlan.Standard with { Publishes = true };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _broker = Own(await TestServers.StartOwnAsync("rabbitmq", Cancellation));
        await _broker.AddVirtualHostAsync(VirtualHost, Cancellation);
        Settings["ConnectionStrings:rabbitmq"] = $"{_broker.ConnectionString}/{VirtualHost}";
        Settings["Faults:Consumes"] = "true";
    }

    [Fact]
    [Rule("DUR-12")]
    [Rule("DUR-11")]
    [Rule("DUR-15")]
    public async Task broker_restart_and_broker_gone_lose_no_message_and_refuse_no_call()
    {
        await PrepareAsync(Plan);
        await BindSpyAsync();
        var report = await RunAsync("broker_restart, broker_gone", Plan, async () =>
        {
            await _broker.KillAsync(Cancellation);
            await _broker.StartAgainAsync(Cancellation);
            await _broker.StopAsync(Cancellation);
            await Task.Delay(LoadPlan.Choose(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)), Cancellation);
            await _broker.StartAgainAsync(Cancellation);
        });
        Assert.Empty(report.RefusedCalls);
        await AssertSpyHasKeysInOrderAsync(report.Committed);

        // What is in a virtual host goes with it; what is not confirmed yet is sent again when there is one.
        await _broker.DeleteVirtualHostAsync(VirtualHost, Cancellation);
        await ExecuteAsync("TRUNCATE accepted, effects");
        report = await RunAsync("broker_gone (virtual host)", Plan with { FaultStart = TimeSpan.FromSeconds(1) }, () => _broker.AddVirtualHostAsync(VirtualHost, Cancellation));
        Assert.Empty(report.RefusedCalls);
    }

    // Takes a copy of what is published, in the order of publishing.
    private async Task BindSpyAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(Settings["ConnectionStrings:rabbitmq"]) }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        await channel.QueueDeclareAsync(Spy, durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancellation);
        await channel.QueueBindAsync(Spy, Exchange, string.Empty, cancellationToken: Cancellation);
    }

    // A message may come again after the broker was away; its first coming counts.
    private async Task AssertSpyHasKeysInOrderAsync(int committed)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(Settings["ConnectionStrings:rabbitmq"]) }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        var numbers = new List<Number>();
        while (await channel.BasicGetAsync(Spy, autoAck: true, Cancellation) is { } delivery)
            numbers.Add(JsonNode.Parse(delivery.Body.Span)!["message"]!["number"].Deserialize<Number>(JsonSerializerOptions.Web)!);

        var first = numbers.Distinct().ToList();
        Assert.Equal(committed, first.Count);
        Assert.All(first.GroupBy(number => number.Key, number => number.Value), key => Assert.Equal(key.Order(), key));
    }
}
