using System.Collections.Concurrent;
using ContactCenter.Durable.Retries;
using ContactCenter.Durable.Tests.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Durable.Tests.Retries;

public sealed class PolicyDeskTests(TestServers servers) : JobTest(servers)
{
    private static readonly RetryPolicy Hourly = RetryPolicy.Default with { Name = "hourly", InitialDelay = TimeSpan.FromHours(1), Multiplier = 1, Jitter = 0 };

    [Fact]
    [Rule("DUR-34")]
    public async Task A_changed_policy_applies_to_the_next_failure_of_existing_jobs_in_every_replica()
    {
        var time = new ManualTimeProvider();
        var runs = new ConcurrentQueue<int>();
        Task<IHost> StartAsync() => this.StartAsync(
            (job, _) =>
            {
                runs.Enqueue(job.Attempt);
                throw new InvalidOperationException("always");
            },
            Hourly,
            time);
        var hosts = new[] { await StartAsync(), await StartAsync() };
        await EnqueueAsync(hosts[0], 1);
        await EnqueueAsync(hosts[0], 2);
        await Eventually.TrueAsync(async () => await JobsAsync("attempt = 1 AND lease_end IS NULL") == 2);

        var read = await Desk(hosts[0]).FindAsync("hourly", Cancellation);
        await ChangeAsync(hosts[0], transaction => Desk(hosts[0]).UpdateAsync(transaction, Hourly with { Rules = [new("*", RetryAction.Final)] }, read!.Version));
        time.Advance(TimeSpan.FromHours(1));
        Array.ForEach(hosts, Wake);

        await Eventually.TrueAsync(async () => await JobsAsync() == 0);
        Assert.Equal("FINAL 2, FINAL 2", await ScalarAsync<string>("SELECT string_agg(concat_ws(' ', reason, attempts), ', ') FROM durable.dead_letters"));
        Assert.Equal([1, 1, 2, 2], runs);
    }

    [Fact]
    [Rule("DUR-34")]
    public async Task Failures_within_4_s_share_one_reading_of_the_policies()
    {
        var time = new ManualTimeProvider();
        var host = await StartAsync((_, _) => throw new InvalidOperationException("always"), Hourly, time);
        using var statements = new ActivityCollector("Npgsql");
        for (var i = 0; i < 20; i++)
            await EnqueueAsync(host, i);
        await Eventually.TrueAsync(async () => await JobsAsync("attempt = 1 AND lease_end IS NULL") == 20);

        Assert.Equal(1, statements.Finished.Count(activity => $"{activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")}".Contains("retry_policies", StringComparison.Ordinal)
            && $"{activity.GetTagItem("db.namespace") ?? activity.GetTagItem("db.name")}" == Database.Name));
    }

    [Fact]
    [Rule("DUR-34")]
    [Rule("DUR-35")]
    public async Task Operators_add_change_and_remove_policies_with_the_version_they_have_read()
    {
        var host = await StartAsync((_, _) => Task.CompletedTask, Hourly);
        var desk = Desk(host);
        var own = Hourly with { Name = "own", Rules = [new("status 5xx", RetryAction.RetryOnce)] };

        var created = await ChangeAsync(host, transaction => desk.CreateAsync(transaction, own));
        Assert.Equal(["default", "fast", "week", "hourly", "own"], (await desk.ListAsync(Cancellation)).Select(stored => stored.Policy.Name));
        Assert.Equal(
            [PolicyOrigin.BuiltIn, PolicyOrigin.BuiltIn, PolicyOrigin.BuiltIn, PolicyOrigin.Service, PolicyOrigin.Operator],
            (await desk.ListAsync(Cancellation)).Select(stored => stored.Origin));
        var found = (await desk.FindAsync("own", Cancellation))!;
        Assert.Equal((own with { Rules = found.Policy.Rules }, created.Version), (found.Policy, found.Version));
        Assert.Equal(own.Rules, found.Policy.Rules);

        var updated = await ChangeAsync(host, transaction => desk.UpdateAsync(transaction, own with { MaxAttempts = 3 }, created.Version));
        Assert.NotEqual(created.Version, updated.Version);
        Assert.Equal(PolicyError.Changed, await RefusedAsync(host, transaction => desk.UpdateAsync(transaction, own, created.Version)));
        Assert.Equal(PolicyError.Changed, await RefusedAsync(host, transaction => desk.DeleteAsync(transaction, "own", created.Version)));
        await ChangeAsync(host, async transaction =>
        {
            await desk.DeleteAsync(transaction, "own", updated.Version);
            return true;
        });
        Assert.Null(await desk.FindAsync("own", Cancellation));
        Assert.Equal(PolicyError.NotFound, await RefusedAsync(host, transaction => desk.UpdateAsync(transaction, own, updated.Version)));
    }

    [Fact]
    [Rule("DUR-34")]
    [Rule("DUR-35")]
    public async Task Built_in_policies_are_read_only_and_one_in_use_stays()
    {
        var host = await StartAsync((_, _) => Task.CompletedTask, Hourly);
        var desk = Desk(host);
        var version = (await desk.FindAsync("hourly", Cancellation))!.Version;

        Assert.Equal(PolicyError.ReadOnly, await RefusedAsync(host, transaction => desk.UpdateAsync(transaction, RetryPolicy.Week with { MaxAttempts = 1 }, 0)));
        Assert.Equal(PolicyError.ReadOnly, await RefusedAsync(host, transaction => desk.DeleteAsync(transaction, "week", 0)));
        Assert.Equal(PolicyError.Exists, await RefusedAsync(host, transaction => desk.CreateAsync(transaction, RetryPolicy.Week with { MaxAttempts = 1 })));
        Assert.Equal(PolicyError.Exists, await RefusedAsync(host, transaction => desk.CreateAsync(transaction, Hourly)));
        Assert.Equal(PolicyError.InUse, await RefusedAsync(host, transaction => desk.DeleteAsync(transaction, "hourly", version)));
    }

    [Fact]
    [Rule("DUR-34")]
    public async Task What_an_operator_changed_no_start_changes_back_but_a_release_changes_what_nobody_touched()
    {
        var host = await StartAsync((_, _) => Task.CompletedTask, Hourly);
        await StartAsync((_, _) => Task.CompletedTask, Hourly with { MaxAttempts = 7 });
        var stored = (await Desk(host).FindAsync("hourly", Cancellation))!;
        Assert.Equal(7, stored.Policy.MaxAttempts);

        await ChangeAsync(host, transaction => Desk(host).UpdateAsync(transaction, Hourly with { MaxAttempts = 3 }, stored.Version));
        await StartAsync((_, _) => Task.CompletedTask, Hourly with { MaxAttempts = 8 });

        Assert.Equal(3, (await Desk(host).FindAsync("hourly", Cancellation))!.Policy.MaxAttempts);
    }

    public static TheoryData<string, RetryPolicy> Unusable => new()
    {
        { "name", Hourly with { Name = "No spaces" } },
        { "max_attempts", Hourly with { MaxAttempts = null, MaxAge = null } },
        { "max_attempts", Hourly with { MaxAttempts = 0 } },
        { "max_age", Hourly with { MaxAge = TimeSpan.FromDays(-1) } },
        { "initial_delay", Hourly with { InitialDelay = TimeSpan.Zero } },
        { "multiplier", Hourly with { Multiplier = double.NaN } },
        { "max_delay", Hourly with { MaxDelay = TimeSpan.FromSeconds(1) } },
        { "jitter", Hourly with { Jitter = 1.1 } },
        { "rules", Hourly with { Rules = [] } },
        { "rules[1].error_class", Hourly with { Rules = [new("dns", RetryAction.Retry), new("6xx", RetryAction.Retry)] } },
        { "rules[0].action", Hourly with { Rules = [new("dns", (RetryAction)9)] } },
    };

    [Theory]
    [Rule("DUR-34")]
    [MemberData(nameof(Unusable))]
    public void A_policy_that_cannot_be_used_is_refused_with_the_field(string field, RetryPolicy policy) => Assert.Equal(field, PolicyProblem.Of(policy)?.Field);

    private static PolicyDesk Desk(IHost host) => host.Services.GetRequiredService<PolicyDesk>();

    private static async Task<PolicyError> RefusedAsync(IHost host, Func<DurableTransaction, Task> change)
    {
        await using var transaction = await DatabaseOf(host).BeginAsync(Cancellation);
        return (await Assert.ThrowsAsync<PolicyException>(() => change(transaction))).Error;
    }
}
