using System.Collections.Concurrent;
using ContactCenter.Durable.Jobs;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Durable.Tests.Jobs;

public sealed class LeaseTests(TestServers servers) : JobTest(servers)
{
    /// <summary>Example 7.5; the run that hangs stands for the stopped process.</summary>
    [Fact]
    [Rule("DUR-29")]
    [Rule("DUR-30")]
    public async Task Who_lost_the_lease_changes_nothing_and_the_job_has_one_effect()
    {
        var stopped = new TaskCompletionSource<JobRun>(TaskCreationOptions.RunContinuationsAsynchronously);
        var proceed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        IHost? host = null;
        var fences = new ConcurrentQueue<(int Attempt, long Fence)>();
        var lost = 0;
        host = await StartAsync(async (job, token) =>
        {
            fences.Enqueue((job.Attempt, job.Fence));
            if (job.Attempt == 1)
            {
                stopped.SetResult(job);
                await proceed.Task;
            }

            await using var transaction = await DatabaseOf(host!).BeginAsync(token);
            await transaction.Connection.ExecuteAsync("INSERT INTO effects (number) VALUES (@Attempt)", new { job.Attempt });
            try
            {
                await job.CommitAsync(transaction, token);
            }
            catch (LeaseLostException)
            {
                Interlocked.Increment(ref lost);
                throw;
            }
        });
        await EnqueueAsync(host, 1);
        var first = await stopped.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        await first.CheckAsync(Cancellation);

        await EndLeasesAsync();
        await Assert.ThrowsAsync<LeaseLostException>(() => first.CheckAsync(Cancellation));
        Wake(host);
        await Eventually.TrueAsync(async () => await JobsAsync() == 0);
        proceed.SetResult();

        await Eventually.TrueAsync(() => lost == 1);
        await Eventually.TrueAsync(() => Logs.Lines.Any(line => line.Message.Contains("LEASE_LOST", StringComparison.Ordinal)));
        Assert.Equal("2", await ScalarAsync<string>("SELECT string_agg(number::text, ' ') FROM effects"));
        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters"));
        Assert.Equal([1, 2], fences.Select(claim => claim.Attempt));
        Assert.True(fences.Last().Fence > fences.First().Fence);
    }

    [Fact]
    [Rule("DUR-30")]
    [Rule("DUR-36")]
    [Rule("DUR-47")]
    public async Task A_job_that_its_handler_gives_up_is_a_dead_letter_in_the_commit_of_its_effect()
    {
        var (begun, proceed) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        IHost? host = null;
        host = await StartAsync(
            durable => durable.AddJob<Scripted>(Kind, keyMode: KeyMode.Strict),
            builder => builder.Services.AddSingleton(new Script(async (job, token) =>
            {
                if (job.Attempt == 1)
                {
                    begun.TrySetResult();
                    await proceed.Task;
                }

                await using var transaction = await DatabaseOf(host!).BeginAsync(token);
                await transaction.Connection.ExecuteAsync("INSERT INTO effects (number) VALUES (@Attempt)", new { job.Attempt });
                await job.CommitDeadAsync(transaction, new JobFailedException("refused", "The account is closed."), token);
            })));
        await EnqueueAsync(host, 1, new JobOptions { Key = "account-1" });
        await EnqueueAsync(host, 2, new JobOptions { Key = "account-1" });
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        await EndLeasesAsync();
        Wake(host);

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects") == 1);
        const string Letter = "SELECT string_agg(concat_ws(' ', state, reason, error_class, error, attempts), '; ') FROM durable.dead_letters";
        Assert.Equal("PENDING FINAL refused The account is closed. 2", await ScalarAsync<string>(Letter));
        Assert.Equal(1, await JobsAsync("state = 'BLOCKED'"));

        // Who has lost the lease adds neither.
        proceed.SetResult();
        await Eventually.TrueAsync(() => Logs.Lines.Any(line => line.Message.Contains("LEASE_LOST", StringComparison.Ordinal)));
        Assert.Equal("2", await ScalarAsync<string>("SELECT string_agg(number::text, ' ') FROM effects"));
        Assert.Equal("PENDING FINAL refused The account is closed. 2", await ScalarAsync<string>(Letter));
    }

    [Fact]
    [Rule("DUR-32")]
    public async Task Results_are_acknowledged_in_bulk_and_only_by_the_last_claim()
    {
        var host = await StartAsync(durable => durable.AddJob<AddNumber>(Kind));
        var store = host.Services.GetRequiredService<JobStore>();
        await host.StopAsync(Cancellation);
        for (var i = 0; i < 6; i++)
            await EnqueueAsync(host, i);
        var request = new ClaimRequest([Kind], TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1), 6);
        var first = (await store.ExchangeAsync([], [], request, null, Cancellation)).Claimed;
        await ExecuteAsync("UPDATE durable.jobs SET lease_end = now() WHERE id = @Id", new { first[0].Id });
        var again = Assert.Single((await store.ExchangeAsync([], [], request, null, Cancellation)).Claimed);
        Assert.Equal((first[0].Id, 2, true), (again.Id, again.Attempt, again.WasAbandoned));

        // Four done and two to be tried again, each with one claim that is void; what waits is claimed in the same exchange.
        var later = first.Take(1).Concat(first.Skip(5)).Select(job => new Postponement(job, request.Now, IsCounted: true)).ToList();
        var exchange = await store.ExchangeAsync([.. first.Take(5)], later, request, null, Cancellation);

        Assert.Equal(2, exchange.Lost);
        Assert.Equal((first[5].Id, 2, false), Assert.Single(exchange.Claimed.Select(job => (job.Id, job.Attempt, job.WasAbandoned))));
        Assert.Equal(2, await JobsAsync("lease_end > now()"));
    }

    [Fact]
    [Rule("DUR-31")]
    [Rule("DUR-32")]
    public async Task A_job_that_was_given_back_is_neither_renewed_nor_given_back_again()
    {
        var host = await StartAsync(durable => durable.AddJob<AddNumber>(Kind));
        var store = host.Services.GetRequiredService<JobStore>();
        await host.StopAsync(Cancellation);
        await EnqueueAsync(host, 1);
        var request = new ClaimRequest([Kind], TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1), 1);
        var job = Assert.Single((await store.ExchangeAsync([], [], request, null, Cancellation)).Claimed);
        var back = new Postponement(job, request.Now, IsCounted: false);

        Assert.Equal(0, (await store.ExchangeAsync([], [back], request with { Limit = 0 }, null, Cancellation)).Lost);
        await store.RenewAsync([job], request.Lease, Cancellation);
        Assert.Equal(1, (await store.ExchangeAsync([], [back], request with { Limit = 0 }, null, Cancellation)).Lost);

        Assert.Equal(1, await JobsAsync("attempt = 0 AND lease_end IS NULL"));
    }

    [Fact]
    [Rule("DUR-29")]
    public async Task A_job_is_not_claimed_before_it_is_due_and_only_by_those_who_know_its_kind()
    {
        var host = await StartAsync(durable => durable.AddJob<AddNumber>(Kind).AddJob<AddNumber>("other"));
        var store = host.Services.GetRequiredService<JobStore>();
        await host.StopAsync(Cancellation);
        var now = TimeProvider.System.GetUtcNow();
        var due = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() + 60);
        await EnqueueAsync(host, 1, new JobOptions { DueTime = due });
        var request = new ClaimRequest([Kind], due.AddSeconds(-1), TimeSpan.FromMinutes(1), 10);

        var early = await store.ExchangeAsync([], [], request, null, Cancellation);
        Assert.Empty(early.Claimed);
        Assert.Equal(due, early.NextDue);
        Assert.Empty((await store.ExchangeAsync([], [], request with { Now = due, Kinds = ["other"] }, null, Cancellation)).Claimed);
        Assert.Single((await store.ExchangeAsync([], [], request with { Now = due }, null, Cancellation)).Claimed);
    }

    [Fact]
    [Rule("DUR-31")]
    public async Task The_lease_of_a_running_job_is_renewed()
    {
        var proceed = new TaskCompletionSource();
        var time = new ManualTimeProvider();
        var host = await StartAsync((_, token) => proceed.Task.WaitAsync(token), time: time, settings: ("Durable:Lease", "00:01:00"));
        await EnqueueAsync(host, 1);
        await Eventually.TrueAsync(async () => await JobsAsync("attempt = 1") == 1);
        await ExecuteAsync("UPDATE durable.jobs SET lease_end = now() + interval '5 seconds'");

        time.Advance(TimeSpan.FromSeconds(20));

        await Eventually.TrueAsync(async () => await JobsAsync("lease_end > now() + interval '50 seconds'") == 1);
        proceed.SetResult();
        await Eventually.TrueAsync(async () => await JobsAsync() == 0);
    }

    [Fact]
    [Rule("DUR-54")]
    public async Task At_shutdown_what_ends_in_time_is_acknowledged_and_the_rest_is_given_back_without_counting_the_attempt()
    {
        var host = await StartAsync(
            (job, token) => job.Payload<Number>().Value == 1 ? Task.Delay(300, CancellationToken.None) : Task.Delay(Timeout.Infinite, token),
            settings: ("Shutdown:Seconds", "1"));
        await EnqueueAsync(host, 1);
        await EnqueueAsync(host, 2);
        await Eventually.TrueAsync(async () => await JobsAsync("lease_end IS NOT NULL") == 2);

        await host.StopAsync(Cancellation);

        Assert.Equal("2 0 f", await ScalarAsync<string>("SELECT string_agg(concat_ws(' ', payload ->> 'value', attempt, lease_end IS NOT NULL), ',') FROM durable.jobs"));
    }
}
