using ContactCenter.Faults.Tests.Load;
using ContactCenter.Testing.Network;

namespace ContactCenter.Faults.Tests.CrashPoints;

/// <summary>
/// A worker whose connections to Postgres and RabbitMQ are watched: at a message on the wire it is killed, as kill -9 does,
/// and started again. So it ends between exactly two steps, without a hook in the product.
/// </summary>
public abstract class CrashPointTest(TestServers servers) : LoadTest(servers)
{
    /// <summary>AMQP's basic.publish, basic.deliver and basic.ack: class and method of a method frame.</summary>
    protected static readonly byte[] Publish = [0, 60, 0, 40];

    /// <inheritdoc cref="Publish" />
    protected static readonly byte[] Deliver = [0, 60, 0, 60];

    /// <inheritdoc cref="Publish" />
    protected static readonly byte[] Acknowledge = [0, 60, 0, 80];

    /// <summary>The statement, and the server's answer to it. Without the zero, BEGIN ISOLATION LEVEL READ COMMITTED is one, too.</summary>
    protected static readonly byte[] Commit = [.. "COMMIT"u8, 0];

    /// <summary>What a call's transaction sends before it commits.</summary>
    protected const string Accept = "INSERT INTO accepted";

    /// <summary>What the transaction of a job or a consumer sends before it commits.</summary>
    protected const string Work = "INSERT INTO effects";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private protected ChaosProxy Postgres { get; private set; } = null!;

    private protected ChaosProxy Broker { get; private set; } = null!;

    private protected WorkerProcess Worker { get; private set; } = null!;

    /// <summary>Kills the worker where the traps that are set here spring, and starts it again without traps.</summary>
    /// <param name="setTrap">Sets the trap with the given action.</param>
    /// <param name="act">What leads the worker into it; its failure is expected.</param>
    /// <param name="settles">What passes when all consequences are over; nothing if the effects show that.</param>
    private protected async Task CrashAsync(Func<Func<Task>, ProxyTrap> setTrap, Func<LoadService.LoadServiceClient, Task> act, Func<ProxyTrap>? settles = null)
    {
        await StartWatchedAsync();
        var trap = setTrap(Worker.KillAsync);
        await Record.ExceptionAsync(() => act(Worker.Client));
        await trap.Sprung.WaitAsync(Limit, Cancellation);
        Assert.True(Worker.HasExited);

        // A relay's lanes are free when its lease of 30 s ends; the test does not wait for that.
        await ExecuteAsync("UPDATE durable.outbox_lanes SET lease_end = '-infinity'");
        var settled = settles?.Invoke();
        await Worker.StartAgainAsync(Cancellation);
        if (settled is not null)
            await settled.Sprung.WaitAsync(Limit, Cancellation);
    }

    /// <summary>Starts the worker behind the two proxies.</summary>
    private protected async Task StartWatchedAsync()
    {
        if (Worker is not null)
            return;
        Postgres = Own(ChaosProxy.Start(Settings["ConnectionStrings:database"]));
        Broker = Own(ChaosProxy.Start(Settings["ConnectionStrings:rabbitmq"]));
        Settings["ConnectionStrings:database"] = Postgres.ConnectionString;
        Settings["ConnectionStrings:rabbitmq"] = Broker.ConnectionString;
        Worker = await StartWorkerAsync(LoadPlan.Standard with { Lease = TimeSpan.FromSeconds(5) });
    }

    /// <summary>Waits until nothing is left to do, and counts the effects of a number.</summary>
    protected async Task AssertEffectsAsync(int number, int expected)
    {
        if (expected > 0)
            await Eventually.TrueAsync(async () => await ScalarAsync<long>("SELECT count(*) FROM effects WHERE number = @number", new { number }) >= expected, Limit);
        await Eventually.TrueAsync(IsIdleAsync, Limit);
        Assert.Equal(expected, await ScalarAsync<long>("SELECT count(*) FROM effects WHERE number = @number", new { number }));
        Assert.Equal(expected, await ScalarAsync<long>("SELECT count(*) FROM accepted WHERE number = @number", new { number }));
    }

    private protected static LoadRequest Request(int number) => new() { Number = number, Key = "k" };
}
