using ContactCenter.Faults.Tests.Load;

namespace ContactCenter.Faults.Tests.Cells;

/// <summary>Postgres is restarted as by a crash.</summary>
public sealed class PostgresRestartTests(TestServers servers) : LoadTest(servers)
{
    [Fact]
    [Rule("DUR-24")]
    [Rule("DUR-30")]
    public async Task postgres_restart_is_survived_without_a_restart_of_a_worker()
    {
        var postgres = await OwnPostgresAsync();
        var processes = new List<int>();
        await RunAsync(
            "postgres_restart",
            LoadPlan.Standard,
            async () =>
            {
                processes.AddRange(Workers.Select(worker => worker.Id));
                await postgres.KillAsync(Cancellation);
                await postgres.StartAgainAsync(Cancellation);
            },
            CellPickUpFactor);
        Assert.Equal(processes, Workers.Select(worker => worker.Id));
    }
}

/// <summary>The workers' connections are ended again and again.</summary>
public sealed class BackendKillTests(TestServers servers) : LoadTest(servers)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    [Fact]
    [Rule("DUR-24")]
    [Rule("DUR-32")]
    public async Task pg_backend_kill_loses_no_acknowledgement_and_doubles_no_effect()
    {
        var plan = LoadPlan.Standard;
        var ended = 0;
        await RunAsync("pg_backend_kill", plan, KillAsync, CellPickUpFactor);
        Assert.NotEqual(0, ended);

        async Task KillAsync()
        {
            for (var i = 0; i < Math.Max(2, plan.FaultLength / Pause); i++)
            {
                await Task.Delay(Pause, Cancellation);
                ended += await ScalarAsync<int>("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'faults'");
            }
        }
    }
}
