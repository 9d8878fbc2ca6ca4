using ContactCenter.Testing.Network;

namespace ContactCenter.Faults.Tests.CrashPoints;

/// <summary>Examples 7.3 and 7.4: kill -9 between every two steps of a message's way from the outbox to its effect.</summary>
public sealed class MessageCrashTests(TestServers servers) : CrashPointTest(servers)
{
    // The statement that removes what was confirmed, as the wire shows it.
    private const string Remove = "durable.remove_from_outbox";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Settings["Faults:Consumes"] = "true";
    }

    [Fact]
    [Rule("DUR-8")]
    [Rule("DUR-12")]
    [Rule("DUR-13")]
    public async Task crash_points_of_the_outbox_lose_nothing_and_have_one_effect()
    {
        // Changed, not committed; committed, and the caller not told.
        await CrashAsync(kill => Postgres.CutAt(ProxyFlow.ToServer, Commit, kill, Accept), worker => worker.PublishAsync(Request(1)).ResponseAsync);
        await AssertEffectsAsync(1, 0);
        await CrashAsync(kill => Postgres.CutAt(ProxyFlow.ToClient, Commit, kill, Accept), worker => worker.PublishAsync(Request(2)).ResponseAsync);
        await AssertEffectsAsync(2, 1);

        // Published, not confirmed; confirmed, and the relay not told.
        await CrashAsync(kill => Broker.When(ProxyFlow.ToServer, Publish, kill), worker => worker.PublishAsync(Request(3)).ResponseAsync);
        await AssertEffectsAsync(3, 1);
        await CrashAsync(kill => Broker.CutAt(ProxyFlow.ToClient, Acknowledge, kill), worker => worker.PublishAsync(Request(4)).ResponseAsync);
        await AssertEffectsAsync(4, 1);

        // Confirmed, not removed; removed, and the relay not told.
        await CrashAsync(kill => Postgres.CutAt(ProxyFlow.ToServer, Remove, kill), worker => worker.PublishAsync(Request(5)).ResponseAsync);
        await AssertEffectsAsync(5, 1);
        await CrashAsync(kill => Postgres.When(ProxyFlow.ToServer, Remove, kill), worker => worker.PublishAsync(Request(6)).ResponseAsync);
        await AssertEffectsAsync(6, 1);
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM durable.dead_letters"));
    }

    [Fact]
    [Rule("DUR-15")]
    public async Task crash_points_of_the_inbox_lose_nothing_and_have_one_effect()
    {
        // Delivered, not begun.
        await CrashAsync(kill => Broker.CutAt(ProxyFlow.ToClient, Deliver, kill), worker => worker.PublishAsync(Request(1)).ResponseAsync);
        await AssertEffectsAsync(1, 1);

        // Effect written, not committed; committed, and the consumer not told.
        await CrashAsync(kill => Postgres.CutAt(ProxyFlow.ToServer, Commit, kill, Work), worker => worker.PublishAsync(Request(2)).ResponseAsync);
        await AssertEffectsAsync(2, 1);
        await CrashAsync(kill => Postgres.CutAt(ProxyFlow.ToClient, Commit, kill, Work), worker => worker.PublishAsync(Request(3)).ResponseAsync, Acknowledged);
        await AssertEffectsAsync(3, 1);

        // Committed, not acknowledged; acknowledged.
        await CrashAsync(kill => Broker.CutAt(ProxyFlow.ToServer, Acknowledge, kill), worker => worker.PublishAsync(Request(4)).ResponseAsync, Acknowledged);
        await AssertEffectsAsync(4, 1);
        await CrashAsync(kill => Broker.When(ProxyFlow.ToServer, Acknowledge, kill), worker => worker.PublishAsync(Request(5)).ResponseAsync);
        await AssertEffectsAsync(5, 1);
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM durable.dead_letters"));

        // The redelivery, whose effect has taken place before.
        ProxyTrap Acknowledged() => Broker.When(ProxyFlow.ToServer, Acknowledge, () => Task.CompletedTask);
    }
}
