using ContactCenter.Faults.Tests.Load;
using Dapper;
using Npgsql;

namespace ContactCenter.Faults.Tests.Cells;

/// <summary>Sixteen processes are released together on an empty database.</summary>
public sealed class BarrierStartTests(TestServers servers) : LoadTest(servers)
{
    private const int Processes = 16;

    [Fact]
    [Rule("DUR-2")]
    [Rule("DUR-3")]
    [Rule("DUR-42")]
    public async Task barrier_start_migrates_and_plans_once_and_gets_all_processes_ready()
    {
        Settings["Faults:Barrier"] = "true";
        Settings["Durable:PoolSize"] = "5";
        await using var barrier = new NpgsqlConnection(Database);
        await barrier.OpenAsync(Cancellation);
        await barrier.ExecuteAsync("SELECT pg_advisory_lock(@Barrier)", new { LoadHost.Barrier });
        var starting = Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => StartWorkerAsync(LoadPlan.Standard)));
        await Eventually.TrueAsync(
            async () => starting.IsFaulted || await ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = @Barrier AND NOT granted", new { LoadHost.Barrier }) == Processes,
            TimeSpan.FromMinutes(4));
        await barrier.CloseAsync();
        await starting;

        Assert.Equal(Processes, Workers.Count);
        await AssertAllAliveAsync();

        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM seeds"));
        await Eventually.TrueAsync(async () => await OccurrencesAsync() > 0);
        Assert.Equal(1, await OccurrencesAsync());
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM durable.schema_migration WHERE set = 'faults'"));
    }

    // Waiting, running and past ones.
    private Task<long> OccurrencesAsync() => ScalarAsync<long>(
        $"SELECT (SELECT count(*) FROM durable.jobs WHERE kind = '{LoadHost.Recurring}') + (SELECT count(*) FROM durable.job_history WHERE kind = '{LoadHost.Recurring}')");
}
