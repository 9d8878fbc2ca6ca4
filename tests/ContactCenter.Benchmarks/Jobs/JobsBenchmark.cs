using System.Diagnostics;
using System.Globalization;
using ContactCenter.Testing;
using Npgsql;

namespace ContactCenter.Benchmarks.Jobs;

/// <summary>
/// One-off jobs that only count themselves, from the first one's start to the last one's acknowledgement in the database,
/// each side with one worker process and its own database on one server; ours also beside 100,000 and 1,000,000 jobs that
/// are due later.
/// </summary>
internal sealed class JobsBenchmark : IBenchmark
{
    // A run takes a second or more, so that what a server does from time to time (vacuum, checkpoints) is in it.
    private const int Jobs = 100_000;
    private const int QuartzJobs = 20_000;
    private const int QuickJobs = 20_000;
    private const int QuickQuartzJobs = 1_000;
    private const int SpreadPerSecond = 200;

    public string Name => "jobs";

    public async Task RunAsync(BenchmarkReport report, bool isQuick, CancellationToken cancellationToken)
    {
        var rounds = isQuick ? 1 : 3;
        var jobs = isQuick ? QuickJobs : Jobs;
        var quartzJobs = isQuick ? QuickQuartzJobs : QuartzJobs;
        await using var servers = new TestServers();
        var broker = servers.CreateVirtualHostAsync(cancellationToken);
        await using var postgres = await JobsServer.StartAsync(cancellationToken);
        await using var ours = await StartAsync(
            "ours",
            async database => await ChildProcess.StartSelfAsync(DurableWorker.ChildName, postgres.ConnectionString(database), await broker),
            DurableWorker.Unfinished);
        await using var quartz = await StartAsync(
            "quartz",
            database => ChildProcess.StartSelfAsync(QuartzWorker.ChildName, postgres.ConnectionString(database)),
            "EXISTS (SELECT FROM qrtz_triggers) OR EXISTS (SELECT FROM qrtz_fired_triggers)");
        await using var pgBoss = await StartAsync(
            "pgboss",
            database => ChildProcess.StartNodeAsync("Jobs/peers/pg_boss.js", postgres.Uri(database)),
            "EXISTS (SELECT FROM pgboss.job WHERE name = 'count' AND state < 'completed')");
        await using var graphile = await StartAsync(
            "graphile",
            database => ChildProcess.StartNodeAsync("Jobs/peers/graphile_worker.js", postgres.Uri(database)),
            "EXISTS (SELECT FROM graphile_worker.jobs)");

        JobsSide[] peers = [quartz, pgBoss, graphile];
        var rates = peers.Append(ours).ToDictionary(side => side, _ => new List<double>());
        await WarmUpAsync(ours);
        var before = (Commits: await postgres.CommitsAsync(ours.Name, cancellationToken), Statements: await postgres.StatementsAsync(ours.Name, cancellationToken));
        rates[ours].Add(await RateAsync(ours));
        var after = (Commits: await postgres.CommitsAsync(ours.Name, cancellationToken), Statements: await postgres.StatementsAsync(ours.Name, cancellationToken));

        // Ours is idle while the others work for the first time.
        var idle = IdleAsync(TimeSpan.FromSeconds(isQuick ? 20 : 60));
        foreach (var peer in peers)
        {
            await WarmUpAsync(peer);
            rates[peer].Add(await RateAsync(peer));
        }

        report.Add("idle_statements_per_s", await idle, "statements/s", Target.AtMost(1));
        for (var round = 1; round < rounds; round++)
        {
            rates[ours].Add(await RateAsync(ours));
            foreach (var peer in peers)
                rates[peer].Add(await RateAsync(peer));
        }

        report.Add("per_s", BenchmarkReport.Median(rates[ours]), "jobs/s");
        foreach (var peer in peers)
            report.Add($"{peer.Name}_per_s", BenchmarkReport.Median(rates[peer]), "jobs/s");
        report.Add("vs_quartz", Ratio(quartz), "ratio", Target.AtLeast(30));
        report.Add("vs_pgboss", Ratio(pgBoss), "ratio", Target.AtLeast(3));
        report.Add("vs_graphile", Ratio(graphile), "ratio");
        report.Add("commits_per_job", (double)(after.Commits - before.Commits) / jobs, "commits", Target.AtMost(0.05));
        report.Add("statements_per_job", (double)(after.Statements - before.Statements) / jobs, "statements");

        report.Add("per_s_100k", await BesidePendingAsync(100_000), "jobs/s");
        var besideMillion = await BesidePendingAsync(900_000);
        report.Add("per_s_1m", besideMillion, "jobs/s");
        report.Add("slowdown_1m_vs_0", BenchmarkReport.Median(rates[ours]) / besideMillion, "ratio", Target.AtMost(1.2));
        report.Add("lateness_p99_ms", await LatenessAsync(TimeSpan.FromSeconds(isQuick ? 2 : 30)), "ms", Target.AtMost(1_000));

        async Task<JobsSide> StartAsync(string name, Func<string, Task<ChildProcess>> start, string unfinished)
        {
            await postgres.CreateDatabaseAsync(name, cancellationToken);
            return new JobsSide(name, await start(name), NpgsqlDataSource.Create(postgres.ConnectionString(name)), unfinished);
        }

        async Task<double> RateAsync(JobsSide side)
        {
            await postgres.SettleAsync(cancellationToken);
            return await side.RateAsync(side == quartz ? quartzJobs : jobs, cancellationToken);
        }

        // Until the compilers of the runtimes have finished with every method on the way.
        async Task WarmUpAsync(JobsSide side)
        {
            for (var run = 0; run < (side == quartz ? 1 : 3); run++)
                await RateAsync(side);
        }

        double Ratio(JobsSide peer) => BenchmarkReport.Median(rates[ours].Zip(rates[peer], (a, b) => a / b));

        async Task<double> BesidePendingAsync(int pending)
        {
            await ours.Worker.SendAsync($"pend {pending}");
            await ours.ExpectAsync("pending", cancellationToken);

            // As if they had been there for long.
            await ours.ExecuteAsync("VACUUM (ANALYZE) durable.jobs", cancellationToken);
            var beside = new List<double>();
            for (var round = 0; round < rounds; round++)
                beside.Add(await RateAsync(ours));
            return BenchmarkReport.Median(beside);
        }

        async Task<double> LatenessAsync(TimeSpan time)
        {
            await ours.Worker.SendAsync($"spread {time.TotalSeconds * SpreadPerSecond} {time.TotalSeconds}");
            await ours.ExpectAsync("begun", cancellationToken);
            await ours.ExpectAsync("counted", cancellationToken);
            return double.Parse(await ours.Worker.ReadAsync(cancellationToken), CultureInfo.InvariantCulture);
        }

        async Task<double> IdleAsync(TimeSpan time)
        {
            var start = Stopwatch.GetTimestamp();
            var first = await postgres.StatementsAsync(ours.Name, cancellationToken);
            await Task.Delay(time, cancellationToken);
            return (await postgres.StatementsAsync(ours.Name, cancellationToken) - first) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
