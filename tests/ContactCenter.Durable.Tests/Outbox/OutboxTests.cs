using ContactCenter.Durable.Outbox;
using Dapper;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Durable.Tests.Outbox;

public sealed class OutboxTests(TestServers servers) : DurableTest(servers)
{
    [Fact]
    [Rule("DUR-8")]
    [Rule("DUR-15")]
    public async Task A_committed_message_has_its_effect_once_and_a_rolled_back_one_none()
    {
        var host = await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>());

        await using (var rolledBack = await DatabaseOf(host).BeginAsync(Cancellation))
            rolledBack.Publish(new NumberAdded { Key = "a", Number = 1 }, key: "a");
        await PublishAsync(host, "a", 2);

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.inbox_messages") == 1);
        Assert.Equal(2, await ScalarAsync<int>("SELECT string_agg(number::text, ',')::int FROM effects"));
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.outbox_messages") == 0);
    }

    [Fact]
    [Rule("DUR-9")]
    public async Task A_message_over_512_KiB_is_refused_before_anything_is_written()
    {
        var host = await StartAsync();
        await using var transaction = await DatabaseOf(host).BeginAsync(Cancellation);

        Assert.Throws<MessageTooLargeException>(() => transaction.Publish(new NumberAdded { Key = new string('x', 512 * 1024), Number = 1 }));

        transaction.Publish(new NumberAdded { Key = new string('x', 512 * 1024 - 100), Number = 1 });
    }

    [Fact]
    [Rule("DUR-10")]
    public async Task An_ordinary_MassTransit_consumer_receives_what_the_relay_publishes()
    {
        var host = await StartAsync();
        var received = new TaskCompletionSource<ConsumeContext<NumberAdded>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(new Uri(Broker));
            rabbit.ReceiveEndpoint("ordinary", endpoint => endpoint.Handler<NumberAdded>(context =>
            {
                received.TrySetResult(context);
                return Task.CompletedTask;
            }));
        });
        await bus.StartAsync(Cancellation);

        var id = await PublishAsync(host, "k", 7);

        var context = await received.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        await bus.StopAsync(Cancellation);
        Assert.Equal(id, context.MessageId);
        Assert.Equal(new NumberAdded { Key = "k", Number = 7 }, context.Message);
        Assert.Equal(["urn:message:contactcenter:tests:number-added"], context.SupportedMessageTypes);
        Assert.NotNull(context.SentTime);
    }

    [Fact]
    [Rule("DUR-11")]
    public async Task Messages_of_one_key_arrive_in_commit_order_from_many_writers_and_two_relays()
    {
        var first = await StartAsync();
        var second = await StartAsync();
        await BindQueueAsync("ordered");
        var numbers = new int[4];

        // The number is drawn inside the transaction from a row that serialises the writers of its key.
        await ExecuteAsync("CREATE TABLE counters (key text PRIMARY KEY, number int NOT NULL); INSERT INTO counters SELECT 'k' || i, 0 FROM generate_series(0, 3) i");
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 12, CancellationToken = Cancellation }, async (i, cancellation) =>
        {
            await using var transaction = await DatabaseOf(i % 2 == 0 ? first : second).BeginAsync(cancellation);
            var key = $"k{i % 4}";
            var number = await transaction.Connection.ExecuteScalarAsync<int>("UPDATE counters SET number = number + 1 WHERE key = @key RETURNING number", new { key });
            transaction.Publish(new NumberAdded { Key = key, Number = number }, key);
            await transaction.CommitAsync(cancellation);
        });

        foreach (var message in await ReceiveAsync("ordered", 200))
        {
            var key = message.Key[1] - '0';
            Assert.Equal(++numbers[key], message.Number);
        }
    }

    [Fact]
    [Rule("DUR-11")]
    public async Task Writers_of_the_same_keys_in_opposite_order_do_not_deadlock()
    {
        var host = await StartAsync();

        await Parallel.ForEachAsync(Enumerable.Range(0, 60), new ParallelOptions { MaxDegreeOfParallelism = 12, CancellationToken = Cancellation }, async (i, cancellation) =>
        {
            await using var transaction = await DatabaseOf(host).BeginAsync(cancellation);
            foreach (var key in i % 2 == 0 ? Enumerable.Range(0, 20) : Enumerable.Range(0, 20).Reverse())
                transaction.Publish(new NumberAdded { Key = $"k{key}", Number = i }, $"k{key}");
            await transaction.CommitAsync(cancellation);
        });
    }

    [Fact]
    [Rule("DUR-12")]
    [Rule("DUR-47")]
    public async Task A_message_refused_while_others_pass_holds_back_its_own_key_and_becomes_a_dead_letter()
    {
        var host = await StartAsync();
        await using (var transaction = await DatabaseOf(host).BeginAsync(Cancellation))
        {
            transaction.Publish(new NobodyListens { Number = 1 }, "lonely");
            transaction.Publish(new NumberAdded { Key = "lonely", Number = 2 }, "lonely");
            await transaction.CommitAsync(Cancellation);
        }

        await BindQueueAsync("others");
        NumberAdded message;
        var others = 0;
        do
        {
            // What counts is that others pass in between; the pause would only make the test long.
            await ExecuteAsync("UPDATE durable.outbox_messages SET due_time = now() WHERE due_time > now()");
            await PublishAsync(host, "busy", others++);
            message = Assert.Single(await ReceiveAsync("others", 1));
        }
        while (message.Key == "busy" && others < 200);

        Assert.Equal(new NumberAdded { Key = "lonely", Number = 2 }, message);
        Assert.Equal("OUTBOX REFUSED PENDING urn:message:contactcenter:tests:nobody-listens lonely", await ScalarAsync<string>(
            "SELECT concat_ws(' ', source, reason, state, kind, key) FROM durable.dead_letters"));
        Assert.InRange(await ScalarAsync<int>("SELECT attempts FROM durable.dead_letters"), 10, 1_000);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [Rule("DUR-12")]
    public async Task A_message_that_needs_no_receiver_or_of_a_service_without_receivers_is_gone_when_nobody_listens(bool mandatory, bool requireReceivers)
    {
        var host = await StartAsync(more: builder => builder.Configuration["Outbox:RequireReceivers"] = $"{requireReceivers}");
        await using (var transaction = await DatabaseOf(host).BeginAsync(Cancellation))
        {
            transaction.Publish(new NobodyListens { Number = 1 }, mandatory: mandatory);
            await transaction.CommitAsync(Cancellation);
        }

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.outbox_messages") == 0);
        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters"));
    }

    [Fact]
    [Rule("DUR-14")]
    public async Task Above_the_limit_no_message_is_taken_until_the_broker_has_caught_up()
    {
        Broker = "amqp://127.0.0.1:1";
        var host = await StartAsync(more: builder => builder.Configuration["Outbox:MaxPending"] = "1000");
        var backlog = host.Services.GetRequiredService<OutboxBacklog>();
        await using (var transaction = await DatabaseOf(host).BeginAsync(Cancellation))
        {
            for (var i = 0; i < 1_000; i++)
                transaction.Publish(new NumberAdded { Key = "k", Number = i });
            await transaction.CommitAsync(Cancellation);
        }

        await backlog.RefreshAsync(Cancellation);
        await Assert.ThrowsAsync<OutboxFullException>(() => PublishAsync(host, "k", 1));

        await ExecuteAsync("DELETE FROM durable.outbox_messages WHERE seq = (SELECT max(seq) FROM durable.outbox_messages)");
        await backlog.RefreshAsync(Cancellation);
        await PublishAsync(host, "k", 1);
    }
}
