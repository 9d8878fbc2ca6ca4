using Npgsql;

namespace ContactCenter.Durable.Tests.Outbox;

/// <summary>Example 7.3: kill -9 of the relay's process at each step.</summary>
public sealed class OutboxCrashTests(TestServers servers) : DurableTest(servers)
{
    [Fact]
    [Rule("DUR-8")]
    public async Task Killed_before_commit_there_is_no_message()
    {
        await using (var writer = await Worker.RunAsync("uncommitted", Database.ConnectionString, Broker, Cancellation))
        {
            await writer.SaysAsync("written", Cancellation);
            await writer.KillAsync();
        }

        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) FROM durable.outbox_messages"));
    }

    [Fact]
    [Rule("DUR-13")]
    [Rule("DUR-15")]
    public async Task Killed_between_confirm_and_removal_the_message_is_published_again_and_has_one_effect()
    {
        await BindQueueAsync("seen");
        var sender = await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>());
        await ConnectedAsync(sender);
        await sender.StopAsync(Cancellation);
        await PublishAsync(sender, "k", 1);

        // Rows may be read but not removed while the lock is held.
        await using (var connection = new NpgsqlConnection(Database.ConnectionString))
        {
            await connection.OpenAsync(Cancellation);
            await using var held = await connection.BeginTransactionAsync(Cancellation);
            await using var command = new NpgsqlCommand("LOCK TABLE durable.outbox_messages IN SHARE MODE", connection);
            await command.ExecuteNonQueryAsync(Cancellation);
            await using var relay = await Worker.RunAsync("relay", Database.ConnectionString, Broker, Cancellation);
            Assert.Equal(1, Assert.Single(await ReceiveAsync("seen", 1)).Number);

            const string Removing = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            await Eventually.TrueAsync(async () => await ScalarAsync<int>($"SELECT count(*) {Removing}") > 0);
            await relay.KillAsync();

            // The server has the statement already; it goes down with the process for this test's sake.
            Assert.Equal(1, await ScalarAsync<int>($"SELECT count(pg_terminate_backend(pid)) {Removing}"));
        }

        // The dead relay's lanes are free when its lease ends; the test does not wait for that.
        await ExecuteAsync("UPDATE durable.outbox_lanes SET lease_end = '-infinity'");
        await using var again = await Worker.RunAsync("consumer", Database.ConnectionString, Broker, Cancellation);
        await ReceiveAsync("seen", 1);
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects") == 1);
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.outbox_messages") == 0);
        Assert.Equal(1, await ScalarAsync<int>("SELECT count(*) FROM effects"));
    }

    [Fact]
    [Rule("DUR-12")]
    [Rule("DUR-13")]
    [Rule("DUR-15")]
    public async Task Replicas_killed_at_random_moments_lose_nothing_and_do_nothing_twice()
    {
        const int Messages = 600;
        var sender = await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>());
        await sender.StopAsync(Cancellation);
        var random = new Random(7);
        var sending = Task.Run(
            async () =>
            {
                for (var i = 0; i < Messages; i++)
                    await PublishAsync(sender, $"k{i % 10}", i);
            },
            Cancellation);
        for (var kills = 0; kills < 4; kills++)
        {
            await using var replica = await Worker.RunAsync("consumer", Database.ConnectionString, Broker, Cancellation);
            var before = await ScalarAsync<int>("SELECT count(*) FROM effects");
            await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects") > before + random.Next(20) || sending.IsCompleted);
            await replica.KillAsync();
            await ExecuteAsync("UPDATE durable.outbox_lanes SET lease_end = '-infinity'");
        }

        await sending;
        await using var last = await Worker.RunAsync("consumer", Database.ConnectionString, Broker, Cancellation);
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(DISTINCT number) FROM effects") == Messages);
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.outbox_messages") == 0);
        Assert.Equal(Messages, await ScalarAsync<int>("SELECT count(*) FROM effects"));
        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters"));
    }
}
