using FsCheck;
using FsCheck.Fluent;
using MassTransit;
using RabbitMQ.Client;

namespace ContactCenter.Durable.Tests.Inbox;

public sealed class InboxTests(TestServers servers) : DurableTest(servers)
{
    private const string Queue = "tests.number-added";

    [Fact]
    [Rule("DUR-15")]
    [Rule("DUR-18")]
    public async Task Any_duplication_and_order_of_messages_leads_to_the_same_state()
    {
        await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>());
        var round = 0;

        // Each round: some messages, each sent one to three times, in any order.
        Prop.ForAll(
            Gen.Choose(1, 3).ListOf(8).SelectMany(copies => Gen.Shuffle(copies.SelectMany((count, number) => Enumerable.Repeat(number, count)))).ToArbitrary(),
            numbers =>
            {
                var ids = Enumerable.Range(0, 8).Select(_ => Guid.CreateVersion7(TimeProvider.System.GetUtcNow())).ToArray();
                var key = $"round{++round}";
                SendAsync(numbers.Select(number => (ids[number], Body(ids[number], key, number)))).GetAwaiter().GetResult();
                Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects WHERE key = @key", new { key }) == 8
                    && await WaitingAsync() == 0).GetAwaiter().GetResult();
                return ScalarAsync<string>("SELECT string_agg(number::text, '' ORDER BY number) FROM effects WHERE key = @key", new { key }).GetAwaiter().GetResult() == "01234567";
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));
    }

    [Fact]
    [Rule("DUR-17")]
    [Rule("DUR-47")]
    public async Task A_consumer_that_keeps_failing_is_tried_five_times_and_leaves_one_dead_letter_and_no_effect()
    {
        var host = await StartAsync(durable => durable.AddConsumer<FailingConsumer>());

        var id = await PublishAsync(host, "fails", 1);

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters") == 1);
        Assert.Equal(
            $"{id} INBOX MAX_ATTEMPTS PENDING 5 InvalidOperationException cannot add 1",
            await ScalarAsync<string>("SELECT concat_ws(' ', item_id, source, reason, state, attempts, error_class, error) FROM durable.dead_letters"));
        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) FROM effects"));
        await Eventually.TrueAsync(async () => await WaitingAsync("tests.failing") == 0);
        Assert.False(await QueueExistsAsync("tests.failing_error"));
    }

    [Fact]
    [Rule("DUR-17")]
    public async Task A_failure_that_passes_has_its_effect_once()
    {
        var host = await StartAsync(durable => durable.AddConsumer<FailingConsumer>());

        await PublishAsync(host, "second time", 1);

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.inbox_messages") == 1);
        Assert.Equal(1, await ScalarAsync<int>("SELECT count(*) FROM effects"));
        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters"));
    }

    [Theory]
    [Rule("DUR-17")]
    [InlineData("not json", "UNREADABLE")]
    [InlineData("""{"messageId":"01a1fc69-5af5-7069-8d7f-b08620f7d7dd","messageType":["urn:message:contactcenter:tests:number-added"],"message":{"key":"k","number":"many"}}""", "UNREADABLE")]
    [InlineData("""{"messageId":"01a1fc69-5af5-7069-8d7f-b08620f7d7dd","messageType":["urn:message:contactcenter:tests:unknown"],"message":{"key":"k","number":1}}""", "UNKNOWN_TYPE")]
    [InlineData("""{"messageId":"4e1c1f5a-58cc-4d6a-9cd2-3f6f5b6b5a0b","messageType":["urn:message:contactcenter:tests:number-added"],"message":{"key":"k","number":1}}""", "UNREADABLE")]
    public async Task What_cannot_be_read_is_a_dead_letter_at_once(string body, string reason)
    {
        await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>());

        await SendAsync([(Guid.Empty, body)]);

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters") == 1);
        Assert.Equal(reason, await ScalarAsync<string>("SELECT reason FROM durable.dead_letters"));
        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) FROM effects"));
        await Eventually.TrueAsync(async () => await WaitingAsync() == 0);
    }

    [Fact]
    [Rule("DUR-17")]
    public async Task Unknown_fields_are_ignored()
    {
        await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>());
        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

        await SendAsync([(id, Body(id, "k", 1).Replace("\"number\":1", "\"number\":1,\"colour\":\"red\"", StringComparison.Ordinal))]);

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects") == 1);
    }

    [Fact]
    [Rule("DUR-16")]
    public async Task A_message_older_than_the_retention_has_no_effect()
    {
        await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>());
        var now = TimeProvider.System.GetUtcNow();
        var old = Guid.CreateVersion7(now.AddDays(-31));
        var younger = Guid.CreateVersion7(now.AddDays(-29));

        await SendAsync([(old, Body(old, "old", 1)), (younger, Body(younger, "younger", 2)), (younger, Body(younger, "younger", 2))]);

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters") == 1);
        Assert.Equal("TOO_OLD", await ScalarAsync<string>("SELECT reason FROM durable.dead_letters"));
        await Eventually.TrueAsync(async () => await WaitingAsync() == 0);
        await Eventually.TrueAsync(async () => await ScalarAsync<string?>("SELECT string_agg(key, ',') FROM effects") == "younger");
    }

    [Fact]
    [Rule("DUR-16")]
    public async Task Partitions_past_the_retention_are_dropped_and_those_of_the_coming_days_exist()
    {
        await ExecuteAsync("SELECT durable.add_inbox_partition((now() AT TIME ZONE 'UTC')::date - 40), durable.add_inbox_partition((now() AT TIME ZONE 'UTC')::date - 20)");

        await StartAsync();

        await Eventually.TrueAsync(async () => await ScalarAsync<string>(
            "SELECT string_agg(((now() AT TIME ZONE 'UTC')::date - to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD'))::text, ',' ORDER BY inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'durable.inbox_messages'::regclass")
            == "20,0,-1,-2");
    }

    private static string Body(Guid id, string key, int number) =>
        $$$"""{"messageId":"{{{id}}}","messageType":["urn:message:contactcenter:tests:number-added"],"message":{"key":"{{{key}}}","number":{{{number}}}}}""";

    private async Task SendAsync(IEnumerable<(Guid Id, string Body)> messages)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(Broker) }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        await Eventually.TrueAsync(() => QueueExistsAsync(Queue));
        foreach (var (_, body) in messages)
        {
            var properties = new BasicProperties { ContentType = "application/vnd.masstransit+json", DeliveryMode = DeliveryModes.Persistent };
            await channel.BasicPublishAsync(string.Empty, Queue, true, properties, System.Text.Encoding.UTF8.GetBytes(body), Cancellation);
        }
    }

    private async Task<uint> WaitingAsync(string queue = Queue)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(Broker) }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        return (await channel.QueueDeclarePassiveAsync(queue, Cancellation)).MessageCount;
    }

    private async Task<bool> QueueExistsAsync(string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(Broker) }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, Cancellation);
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return false;
        }
    }
}

/// <summary>Fails always for the key "fails", and at the first attempt for "second time", after having written its effect.</summary>
public sealed class FailingConsumer : IConsumer<NumberAdded>
{
    private static readonly HashSet<Guid?> Tried = [];

    public async Task Consume(ConsumeContext<NumberAdded> context)
    {
        await new NumberAddedConsumer().Consume(context);
        if (context.Message.Key == "fails" || Tried.Add(context.MessageId))
            throw new InvalidOperationException($"cannot add {context.Message.Number}");
    }
}
