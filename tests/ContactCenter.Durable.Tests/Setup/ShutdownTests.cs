using System.Diagnostics;
using ContactCenter.Durable.Tests.Jobs;
using Dapper;
using Npgsql;

namespace ContactCenter.Durable.Tests.Setup;

public sealed class ShutdownTests(TestServers servers) : JobTest(servers)
{
    private const int Killed = 128 + 9;

    [Theory]
    [Rule("DUR-54")]
    [InlineData(1, 0, "READY 0", 8, 10.5)]
    [InlineData(2, Killed, "LEASED 1", 0, 5)]
    public async Task A_job_that_hangs_is_given_back_after_eight_seconds_unless_a_second_signal_ends_the_process_at_once(
        int signals, int exitCode, string job, double atLeast, double atMost)
    {
        var sender = await StartAsync(durable => durable.AddJob<AddNumber>(Kind));
        await sender.StopAsync(Cancellation);
        await EnqueueAsync(sender, 1);
        await using var blocker = new NpgsqlConnection(Database.ConnectionString);
        await blocker.OpenAsync(Cancellation);
        await using var held = await blocker.BeginTransactionAsync(Cancellation);
        await blocker.ExecuteAsync("LOCK TABLE effects");
        await using var replica = await Worker.RunAsync("jobs", Database.ConnectionString, Broker, Cancellation);
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'effects'::regclass") == 1);

        var start = Stopwatch.GetTimestamp();
        for (var signal = 0; signal < signals; signal++)
            await replica.SignalAsync("TERM");
        var code = await replica.ExitCodeAsync(Cancellation);

        Assert.Equal(exitCode, code);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, atLeast, atMost);
        await held.RollbackAsync(Cancellation);
        Assert.Equal(job, await ScalarAsync<string>("SELECT concat_ws(' ', state, attempt) FROM durable.jobs"));
        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) FROM effects"));
    }
}
