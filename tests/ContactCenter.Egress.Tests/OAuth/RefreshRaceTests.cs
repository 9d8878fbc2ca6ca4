using System.Diagnostics;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.OAuth;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using StackExchange.Redis;

namespace ContactCenter.Egress.Tests.OAuth;

/// <summary>Example 7.15 with real processes: each is this program again, running <see cref="Worker"/> alone.</summary>
public sealed class RefreshRaceTests(TestServers servers)
{
    private const int Processes = 8;
    private const int Calls = 50;
    private const int Gate = 7_150;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Rule("EGR-26")]
    [Rule("EGR-27")]
    public async Task refresh_race_of_eight_processes_with_fifty_calls_each_makes_one_token_request()
    {
        await using var world = await PrepareAsync();
        await using var database = await servers.CreateRedisDatabaseAsync(Cancel);
        await using var gate = await world.Source.OpenConnectionAsync(Cancel);
        await ExecuteAsync(gate, $"SELECT pg_advisory_lock({Gate})");

        var workers = Enumerable.Range(0, Processes).Select(_ => StartWorker(world, database.ConnectionString)).ToList();
        try
        {
            await Eventually.TrueAsync(
                async () => await ScalarAsync(gate, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == Processes,
                TimeSpan.FromSeconds(120));
            world.Provider.ForgetCalls();
            await ExecuteAsync(gate, $"SELECT pg_advisory_unlock({Gate})");
            foreach (var worker in workers)
            {
                await worker.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
                Assert.True(worker.ExitCode == 0, await worker.StandardOutput.ReadToEndAsync(Cancel));
            }
        }
        finally
        {
            workers.ForEach(End);
        }

        Assert.Single(world.Provider.TokenRequests);
        Assert.Equal(Processes * Calls, world.Provider.ApiCalls);
        Assert.Equal(2, await ScalarAsync(gate, "SELECT version FROM egress.oauth_grants"));
    }

    [Fact]
    [Rule("EGR-28")]
    public async Task A_refresher_killed_after_the_answer_leaves_a_grant_to_be_authorised_again()
    {
        await using var world = await PrepareAsync();
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Process? worker = null;
        world.Provider.BeforeAnswer = async () =>
        {
            world.Provider.BeforeAnswer = () => Task.CompletedTask;
            worker!.Kill();
            await worker.WaitForExitAsync(CancellationToken.None);
            killed.SetResult();
        };
        worker = StartWorker(world, "");
        try
        {
            await killed.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        }
        finally
        {
            End(worker);
        }

        // The dead refresher's lease ends.
        await world.ExecuteAsync("UPDATE egress.oauth_grants SET lease_end = now() - interval '1 second'");
        var replica = world.AddReplica();
        var failure = (await world.CallAsync(replica)).Failure!;

        Assert.Equal(("REAUTHORIZATION_REQUIRED", EgressDecision.Wait), (failure.Reason, failure.Decision));
        var view = (await replica.Get<GrantStore>().GetAsync("crm", Cancel))!;
        Assert.Equal((GrantState.ReauthorizationRequired, 1L, true, "invalid_grant"), (view.State, view.Version, view.HasRefreshToken, view.LastError));
        Assert.Equal(2, world.Provider.TokenRequests.Count);
    }

    /// <summary>One of the processes: waits at the gate, then makes its calls at once.</summary>
    [Fact(Explicit = true)]
    public async Task Worker()
    {
        await using var source = NpgsqlDataSource.Create(Setting("POSTGRES"));
        using var redis = Setting("REDIS") is { Length: > 0 } server ? await ConnectionMultiplexer.ConnectAsync(server) : null;
        var origin = Setting("ORIGIN");
        await using var replica = EgressFixture.Create(
            [new Uri(origin).Authority],
            services =>
            {
                if (redis is not null)
                    services.AddSingleton<IConnectionMultiplexer>(redis);
            },
            ("ConnectionStrings:database", Setting("POSTGRES")));
        var destination = Destination.For("api", origin) with { MaxConcurrent = 64, Rate = new RateLimit { PerSecond = 1_000, Burst = 1_000 } };

        // What a process compiles at its first call is done before the race: eight at once would take longer than a caller waits.
        await replica.Get<GrantStore>().GetAsync("crm", Cancel);
        await replica.Client.SendAsync(new EgressRequest(destination, HttpMethod.Get, origin + "/api"), Cancel);
        await using (var gate = await source.OpenConnectionAsync(Cancel))
            await ExecuteAsync(gate, $"SELECT pg_advisory_lock_shared({Gate})");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => replica.Client.SendAsync(
            new EgressRequest(destination, HttpMethod.Get, origin + "/api") { GrantId = "crm" }, Cancel)));

        Assert.All(outcomes, outcome => Assert.Equal(200, outcome.Response?.Status));
    }

    private async Task<GrantFixture> PrepareAsync()
    {
        var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();
        await replica.Get<GrantStore>().SaveAsync(world.RefreshGrant(), Cancel);
        Assert.True((await world.CallAsync(replica)).IsSuccess);
        await world.ExecuteAsync("UPDATE egress.oauth_grants SET renew_time = '2020-01-01'");
        world.Provider.ForgetCalls();
        // What this process still holds has expired as well.
        world.Time.Advance(TimeSpan.FromHours(2));
        return world;
    }

    private static Process StartWorker(GrantFixture world, string redis) => Process.Start(new ProcessStartInfo(
        Path.Combine(AppContext.BaseDirectory, "ContactCenter.Egress.Tests"),
        ["-noLogo", "-noColor", "-explicit", "only", "-method", $"{typeof(RefreshRaceTests).FullName}.{nameof(Worker)}"])
    {
        RedirectStandardOutput = true,
        Environment =
        {
            ["EGRESS_WORKER_POSTGRES"] = world.ConnectionString,
            ["EGRESS_WORKER_REDIS"] = redis,
            ["EGRESS_WORKER_ORIGIN"] = world.Provider.Origin,
        },
    })!;

    private static void End(Process worker)
    {
        if (!worker.HasExited)
            worker.Kill();
        worker.Dispose();
    }

    private static string Setting(string name) => Environment.GetEnvironmentVariable("EGRESS_WORKER_" + name) ?? "";

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private static async Task<long> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
