using ContactCenter.Durable.Idempotency;
using ContactCenter.Durable.Tests.Jobs;
using ContactCenter.Testing.Network;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ContactCenter.Durable.Tests.Idempotency;

/// <summary>The connection is cut while COMMIT is under way: whether it happened is looked up before anything is repeated.</summary>
public sealed class LostCommitTests(TestServers servers) : DurableTest(servers)
{
    private const string R = "5f0c6d0e-2d0b-4c58-9a3e-1b1a7f0c9d11";
    private const string Commit = "COMMIT\0";

    [Theory]
    [Rule("DUR-24")]
    [InlineData(ProxyFlow.ToClient)]
    [InlineData(ProxyFlow.ToServer)]
    public async Task A_call_has_its_effect_once_whether_the_commit_or_its_answer_is_lost(ProxyFlow lost)
    {
        await using var proxy = ChaosProxy.Start(Database.ConnectionString);
        var host = await StartThroughAsync(proxy);
        await host.StopAsync(Cancellation);
        var calls = host.Services.GetRequiredService<IdempotentCalls>();
        Task<IdempotentAnswer<CreateNumberResponse>> CallAsync() => calls.RunAsync(
            "a",
            "m",
            new CreateNumberRequest { RequestId = R, Name = "X" },
            async transaction => new CreateNumberResponse
            {
                Id = await transaction.Connection.ExecuteScalarAsync<long>("INSERT INTO effects (key, number) VALUES ('lost', 0) RETURNING id"),
            },
            Cancellation);

        var trap = proxy.CutAt(lost, Commit, after: "INSERT INTO effects");
        if (lost == ProxyFlow.ToServer)
            await Assert.ThrowsAnyAsync<NpgsqlException>(CallAsync);
        else
            Assert.False((await CallAsync()).Replayed);
        await trap.Sprung;

        Assert.Equal(lost == ProxyFlow.ToClient, (await CallAsync()).Replayed);
        Assert.Equal(1, await ScalarAsync<int>("SELECT count(*) FROM effects"));
    }

    [Fact]
    [Rule("DUR-15")]
    [Rule("DUR-24")]
    public async Task A_message_has_its_effect_once_when_the_answer_to_its_commit_is_lost()
    {
        await using var proxy = ChaosProxy.Start(Database.ConnectionString);
        var host = await StartThroughAsync(proxy, durable => durable.AddConsumer<NumberAddedConsumer>());
        await PublishAsync(host, "k", 1);
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects") == 1);

        var sender = await StartSenderAsync();
        var trap = proxy.CutAt(ProxyFlow.ToClient, Commit, after: "INSERT INTO effects");
        await PublishAsync(sender, "k", 2);
        await trap.Sprung;
        await PublishAsync(sender, "k", 3);

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(DISTINCT number) FROM effects") == 3);
        Assert.Equal((3, 0), (await ScalarAsync<int>("SELECT count(*) FROM effects"), await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters")));
    }

    [Fact]
    [Rule("DUR-24")]
    [Rule("DUR-30")]
    public async Task A_job_has_its_effect_once_when_the_answer_to_its_commit_is_lost()
    {
        await using var proxy = ChaosProxy.Start(Database.ConnectionString);
        var host = await StartThroughAsync(proxy, durable => durable.AddJob<AddNumber>("numbers.add"));
        var sender = await StartSenderAsync();
        await EnqueueAsync(host, 1);
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects") == 1);

        var trap = proxy.CutAt(ProxyFlow.ToClient, Commit, after: "INSERT INTO effects");
        await EnqueueAsync(sender, 2);
        await trap.Sprung;
        await EnqueueAsync(sender, 3);

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(DISTINCT number) FROM effects") == 3);
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.jobs") == 0);
        Assert.Equal(3, await ScalarAsync<int>("SELECT count(*) FROM effects"));
    }

    private static Task<EnqueuedJob> EnqueueAsync(IHost host, int number) =>
        ChangeAsync(host, transaction => Task.FromResult(transaction.Enqueue("numbers.add", new Number(number))));

    private Task<IHost> StartThroughAsync(ChaosProxy proxy, Action<DurableBuilder>? configure = null) =>
        StartAsync(configure, builder => builder.Configuration["ConnectionStrings:database"] = proxy.ConnectionString);

    // Its own commits do not pass the proxy, so that the trap waits for that of the effect.
    private async Task<IHost> StartSenderAsync()
    {
        var host = await StartAsync(durable => durable.AddJob<AddNumber>("numbers.add"));
        await host.StopAsync(Cancellation);
        return host;
    }
}
