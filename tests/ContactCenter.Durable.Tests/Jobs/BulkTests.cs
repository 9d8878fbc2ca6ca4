using ContactCenter.Durable.Jobs;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ContactCenter.Durable.Tests.Jobs;

public sealed class BulkTests(TestServers servers) : JobTest(servers)
{
    /// <summary>Keys in every combination with de-duplication keys, of which every fifth job exists already.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rule("DUR-26")]
    [Rule("DUR-28")]
    [Rule("DUR-37")]
    public async Task Thousands_of_jobs_at_once_keep_the_order_of_their_keys_and_their_uniqueness(bool keysHaveDuplicates)
    {
        const int Jobs = 3_000;
        var host = Build(durable => durable.AddJob<AddNumber>(Kind));
        for (var i = 0; i < Jobs; i += 50)
            await EnqueueAsync(host, -1, new JobOptions { DeduplicationKey = $"d{i}" });
        await using (var transaction = await DatabaseOf(host).BeginAsync(Cancellation))
        {
            var enqueued = Enumerable.Range(0, Jobs).Select(i => transaction.Enqueue(Kind, new Number(i), new JobOptions
            {
                Key = i % 2 == 0 ? $"k{i % 20}" : null,
                DeduplicationKey = i % 10 == (keysHaveDuplicates ? 0 : 1) ? $"d{i - (i % 10)}" : null,
            })).ToList();
            await transaction.CommitAsync(Cancellation);
            Assert.Equal(Jobs / 50, enqueued.Count(job => job.IsExisting));
        }

        Assert.Equal(Jobs, await JobsAsync());
        Assert.Equal(10, await ScalarAsync<int>("SELECT count(DISTINCT key) FROM durable.jobs"));
        Assert.Equal(
            0,
            await ScalarAsync<int>(
                """
                SELECT count(*) FROM (
                  SELECT state = 'READY' AS is_ready, row_number() OVER (PARTITION BY key ORDER BY seq) = 1 AS is_first,
                    (payload ->> 'value')::integer < lag((payload ->> 'value')::integer) OVER (PARTITION BY key ORDER BY seq) AS is_behind
                  FROM durable.jobs WHERE key IS NOT NULL) AS k
                WHERE is_ready <> is_first OR is_behind
                """));
    }

    [Fact]
    [Rule("DUR-26")]
    public async Task Thousands_of_jobs_are_copied_or_none_is_stored()
    {
        var host = Build(durable => durable.AddJob<AddNumber>(Kind));
        await using (var transaction = await DatabaseOf(host).BeginAsync(Cancellation))
        {
            for (var i = 0; i < 1_000; i++)
                transaction.Enqueue(Kind, new Number(i));
            transaction.Enqueue(Kind, new Number(1), new JobOptions { Group = "a\0b" });
            await Assert.ThrowsAsync<PostgresException>(() => transaction.CommitAsync(Cancellation));
        }

        Assert.Equal(0, await JobsAsync());
        await using (var transaction = await DatabaseOf(host).BeginAsync(Cancellation))
        {
            await transaction.Connection.ExecuteAsync(
                "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', current_query(); END $$;"
                + "CREATE TRIGGER refuse BEFORE INSERT ON durable.jobs EXECUTE FUNCTION pg_temp.refuse()");
            for (var i = 0; i < 1_000; i++)
                transaction.Enqueue(Kind, new Number(i));
            var statement = await Assert.ThrowsAsync<PostgresException>(() => transaction.CommitAsync(Cancellation));
            Assert.StartsWith("COPY durable.jobs", statement.MessageText, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Rule("DUR-39")]
    public async Task The_history_has_a_partition_for_each_coming_day_and_drops_old_ones_without_waiting_long()
    {
        var host = Build(durable => durable.AddJob<AddNumber>(Kind));
        var store = host.Services.GetRequiredService<JobStore>();
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        Assert.Equal(8, await PartitionsAsync());
        await ExecuteAsync(
            $"CREATE TABLE durable.job_history_{today.AddDays(-15):yyyyMMdd} PARTITION OF durable.job_history FOR VALUES FROM ('{today.AddDays(-15):O}') TO ('{today.AddDays(-14):O}')");

        await store.DropHistoryAsync(today.AddDays(-15), Cancellation);
        Assert.Equal(9, await PartitionsAsync());
        await using (var reader = await DatabaseOf(host).DataSource.OpenConnectionAsync(Cancellation))
        {
            await using var reading = await reader.BeginTransactionAsync(Cancellation);
            await reader.ExecuteAsync("SELECT FROM durable.job_history");
            var busy = await Assert.ThrowsAsync<PostgresException>(() => store.DropHistoryAsync(today.AddDays(-14), Cancellation));
            Assert.Equal(PostgresErrorCodes.LockNotAvailable, busy.SqlState);
        }

        await store.DropHistoryAsync(today.AddDays(-14), Cancellation);
        Assert.Equal(8, await PartitionsAsync());
    }

    private Task<int> PartitionsAsync() => ScalarAsync<int>("SELECT count(*) FROM pg_inherits WHERE inhparent = 'durable.job_history'::regclass");
}
