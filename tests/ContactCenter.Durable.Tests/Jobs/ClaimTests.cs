using System.Text.Json;
using ContactCenter.Durable.Jobs;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Durable.Tests.Jobs;

public sealed class ClaimTests(TestServers servers) : JobTest(servers)
{
    [Fact]
    [Rule("DUR-39")]
    public async Task A_claim_does_not_read_the_jobs_that_were_finished_while_somebody_could_still_see_them()
    {
        var host = Build(durable => durable.AddJob<AddNumber>(Kind));
        var replica = new Replica(host);
        await using var reader = await DatabaseOf(host).DataSource.OpenConnectionAsync(Cancellation);
        await using var snapshot = await reader.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, Cancellation);
        await reader.ExecuteAsync("SELECT FROM durable.jobs");
        await using (var transaction = await DatabaseOf(host).BeginAsync(Cancellation))
        {
            for (var i = 0; i < 5_000; i++)
                transaction.Enqueue(Kind, new Number(i));
            await transaction.CommitAsync(Cancellation);
        }

        for (var jobs = await replica.ClaimAsync(1_000); jobs.Count > 0; jobs = await replica.ClaimAsync(1_000))
            await replica.FinishAsync(jobs);
        await EnqueueAsync(host, 1, new JobOptions { DueTime = replica.Now.AddSeconds(10) });
        replica.Ahead = TimeSpan.FromSeconds(11);

        var all = await PagesAsync("-infinity");
        var some = await PagesAsync("now");
        Assert.InRange(all, 50, int.MaxValue);
        Assert.InRange(some, 1, all / 4);
        Assert.Single(await replica.ClaimAsync(10));

        // The first call of a session also reads the catalogue.
        async Task<int> PagesAsync(string after)
        {
            await using var connection = await DatabaseOf(host).DataSource.OpenConnectionAsync(Cancellation);
            var pages = 0;
            for (var call = 0; call < 2; call++)
            {
                using var plan = JsonDocument.Parse((await connection.ExecuteScalarAsync<string>(
                    $$"""
                    EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
                    SELECT * FROM durable.claim_jobs(ARRAY['{{Kind}}'], now(), '1 minute', 100, '{{after}}', false, false, 0, '{}', '{}', '{}', '{}', '{}', '{}', '{}')
                    """))!);
                var root = plan.RootElement[0].GetProperty("Plan");
                pages = root.GetProperty("Shared Hit Blocks").GetInt32() + root.GetProperty("Shared Read Blocks").GetInt32();
            }

            return pages;
        }
    }

    [Fact]
    [Rule("DUR-29")]
    [Rule("DUR-40")]
    public async Task A_job_that_was_committed_late_is_found_by_the_next_full_look()
    {
        var host = await StartAsync(durable => durable.AddJob<AddNumber>(Kind));
        await EnqueueAsync(host, 1);
        var late = await EnqueueAsync(host, 2, new JobOptions { DueTime = TimeProvider.System.GetUtcNow().AddDays(1) });
        await Eventually.TrueAsync(async () => await JobsAsync() == 1);

        await ExecuteAsync("UPDATE durable.jobs SET due_time = now() - interval '1 minute', ready_time = now() - interval '1 minute' WHERE id = @Id", new { late.Id });

        await Eventually.TrueAsync(async () => await JobsAsync() == 0);
    }

    [Fact]
    [Rule("DUR-32")]
    public async Task A_job_that_ends_brings_others_in_the_same_commit_or_not_at_all()
    {
        var host = Build(durable => durable.AddJob<AddNumber>(Kind));
        var store = host.Services.GetRequiredService<JobStore>();
        var replica = new Replica(host);
        await EnqueueAsync(host, 1, new JobOptions { Key = "k", DeduplicationKey = "d" });
        var job = Assert.Single(await replica.ClaimAsync(1));
        await EnqueueAsync(host, 2, new JobOptions { Key = "k" });
        QueuedJob[] next = [QueuedJob.Create(Kind, new Number(3), new JobOptions { Key = "k", DeduplicationKey = "d" }, replica.Now)];

        Assert.True(await store.SettleAsync(job, null, holdsKey: false, next, replica.Now, Cancellation));
        Assert.False(await store.SettleAsync(job, null, holdsKey: false, next, replica.Now, Cancellation));

        Assert.Equal([2, 3], await replica.DrainAsync());
    }
}
