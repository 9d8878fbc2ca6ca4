using System.Text.Json;
using ContactCenter.Durable.Jobs;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ContactCenter.Durable.Tests.Jobs;

public sealed class KeyTests(TestServers servers) : JobTest(servers)
{
    private const string Strict = "strict";

    private const string ClaimSql =
        $$"""
        SELECT * FROM durable.claim_jobs(ARRAY['{{Kind}}'], now(), '1 minute', 100, '-infinity', true, false, 0, '{}', '{}', '{}', '{}', '{}', '{}', '{}')
        """;

    private const string FinishSql = "SELECT durable.finish_jobs(@ids, @fences, 'DONE', now())";

    private static readonly JobOptions K = new() { Key = "K" };

    /// <summary>Example 7.7.</summary>
    [Fact]
    [Rule("DUR-37")]
    [Rule("DUR-51")]
    public async Task In_mode_SKIP_a_dead_letter_frees_its_key_and_joins_its_end_when_it_is_replayed()
    {
        var (host, replica) = BuildReplica();
        foreach (var number in (int[])[1, 2, 3, 4])
            await EnqueueAsync(host, number, K);

        var d1 = await ClaimOneAsync(replica, 1);
        await replica.BuryAsync(d1);
        var d2 = await ClaimOneAsync(replica, 2);
        await replica.BuryAsync(d2);
        await replica.FinishAsync(await ClaimOneAsync(replica, 3));
        await replica.PostponeAsync(await ClaimOneAsync(replica, 4), replica.Now.AddMinutes(5));
        Assert.Empty(await replica.ClaimAsync(10));
        Assert.Equal(2, await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters WHERE state = 'PENDING' AND key = 'K'"));

        await replica.ReplayAsync(d1);
        await replica.ReplayAsync(d2);

        Assert.Empty(await replica.ClaimAsync(10));
        replica.Ahead = TimeSpan.FromMinutes(5);
        Assert.Equal([4, 1, 2], await replica.DrainAsync());
    }

    /// <summary>Example 7.7.</summary>
    [Theory]
    [InlineData(true, new[] { 1, 2, 3 })]
    [InlineData(false, new[] { 2, 3 })]
    [Rule("DUR-37")]
    [Rule("DUR-51")]
    public async Task In_mode_STRICT_a_key_waits_for_its_dead_letter_and_begins_with_it_when_it_is_replayed(bool isReplayed, int[] order)
    {
        var (host, replica) = BuildReplica();
        foreach (var number in (int[])[1, 2, 3])
            await EnqueueAsync(host, Strict, number, K);
        await EnqueueAsync(host, Strict, 4, new JobOptions { Key = "other" });
        var claimed = await replica.ClaimAsync(10);
        Assert.Equal([1, 4], claimed.Select(Replica.NumberOf));
        await replica.FinishAsync(claimed[1]);

        Assert.True(await replica.BuryAsync(claimed[0]));
        Assert.Empty(await replica.ClaimAsync(10));
        Assert.Equal(1, await replica.FinishAsync(claimed[0]));
        await EnqueueAsync(host, 5, new JobOptions { Key = "other" });
        Assert.Equal([5], await replica.DrainAsync());

        await (isReplayed ? replica.ReplayAsync(claimed[0]) : replica.DiscardAsync(claimed[0]));
        Assert.Equal(order, await replica.DrainAsync());
        Assert.Equal(0, await JobsAsync());
    }

    [Fact]
    [Rule("DUR-37")]
    public async Task A_job_behind_one_that_existed_already_in_the_same_transaction_is_not_stuck()
    {
        var (host, replica) = BuildReplica();
        await EnqueueAsync(host, 1, new JobOptions { DeduplicationKey = "d" });
        await using (var transaction = await DatabaseOf(host).BeginAsync(Cancellation))
        {
            Assert.False(transaction.Enqueue(Kind, new Number(2), K with { DeduplicationKey = "d" }).IsExisting);
            transaction.Enqueue(Kind, new Number(3), K);
            transaction.Enqueue(Kind, new Number(4), K);
            await transaction.CommitAsync(Cancellation);
        }

        Assert.Equal([1, 3], (await replica.ClaimAsync(10)).Select(Replica.NumberOf));
    }

    [Fact]
    [Rule("DUR-37")]
    public async Task Claims_in_a_key_with_100_000_jobs_are_as_quick_as_in_any_other()
    {
        var (host, replica) = BuildReplica();
        await EnqueueAsync(host, 0, K);
        await ExecuteAsync(
            """
            INSERT INTO durable.jobs (id, kind, key, payload, state, due_time, ready_time, enqueued_time)
            SELECT gen_random_uuid(), @Kind, 'K', '{}', 'BLOCKED', now(), now(), now() FROM generate_series(1, 100000)
            """,
            new { Kind });
        await EnqueueAsync(host, 1, new JobOptions { Key = "other" });

        // The first of each statement also reads the catalogue.
        await using var connection = await DatabaseOf(host).DataSource.OpenConnectionAsync(Cancellation);
        await PagesOfAsync(connection, ClaimSql);
        var claimed = await ReadLeasedAsync();
        Assert.Equal(2, claimed.Count);
        await PagesOfAsync(connection, FinishSql, claimed);
        await PagesOfAsync(connection, ClaimSql);

        // The table has 2,000 pages, and a look at every job of the key would touch each job.
        Assert.InRange(await PagesOfAsync(connection, FinishSql, await ReadLeasedAsync()), 1, 200);
        Assert.InRange(await PagesOfAsync(connection, ClaimSql), 1, 200);
        Assert.Single(await ReadLeasedAsync());

        async Task<IReadOnlyList<(Guid Id, long Fence)>> ReadLeasedAsync() =>
            (await connection.QueryAsync<(Guid, long)>("SELECT id, fence FROM durable.jobs WHERE state = 'LEASED'")).AsList();
    }

    [Fact]
    [Rule("DUR-37")]
    public async Task A_key_whose_first_job_was_removed_by_hand_goes_on()
    {
        var (host, replica) = BuildReplica();
        foreach (var number in (int[])[1, 2, 3])
            await EnqueueAsync(host, number, K);
        await ExecuteAsync("DELETE FROM durable.jobs WHERE seq = (SELECT min(seq) FROM durable.jobs)");
        Assert.Empty(await replica.ClaimAsync(10));

        var store = host.Services.GetRequiredService<JobStore>();
        Assert.Equal(1, await store.FreeStuckKeysAsync(TimeProvider.System.GetUtcNow(), Cancellation));
        Assert.Equal(0, await store.FreeStuckKeysAsync(TimeProvider.System.GetUtcNow(), Cancellation));

        Assert.Equal([2, 3], await replica.DrainAsync());
    }

    private (IHost Host, Replica Replica) BuildReplica()
    {
        var host = Build(durable => durable.AddJob<AddNumber>(Kind).AddJob<AddNumber>(Strict, keyMode: KeyMode.Strict));
        return (host, new Replica(host));
    }

    private static async Task<ClaimedJob> ClaimOneAsync(Replica replica, int number)
    {
        var job = Assert.Single(await replica.ClaimAsync(10));
        Assert.Equal(number, Replica.NumberOf(job));
        return job;
    }

    private static async Task<int> PagesOfAsync(NpgsqlConnection connection, string sql, IReadOnlyList<(Guid Id, long Fence)>? jobs = null)
    {
        var ids = jobs?.Select(job => job.Id).ToArray();
        var fences = jobs?.Select(job => job.Fence).ToArray();
        var plan = await connection.ExecuteScalarAsync<string>($"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", new { ids, fences });
        using var document = JsonDocument.Parse(plan!);
        var root = document.RootElement[0].GetProperty("Plan");
        return root.GetProperty("Shared Hit Blocks").GetInt32() + root.GetProperty("Shared Read Blocks").GetInt32();
    }
}
