using System.Diagnostics;
using Dapper;
using Grpc.Core;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace ContactCenter.Faults.Tests.Load;

/// <summary>Two replicas under load, a fault in the middle, and the comparison of what callers were promised with what was done.</summary>
public abstract class LoadTest(TestServers servers) : IAsyncLifetime
{
    /// <summary>How much longer than before the fault the pick-up may take after one of the five chaos cells.</summary>
    protected const double CellPickUpFactor = 2;

    private static readonly TimeSpan ResumeLimit = LoadPlan.Choose(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(10));

    // Calls for at least this long when calm has returned: there is always a pick-up to judge.
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(2);

    // The factor alone would measure the noise of a quiet queue. The short cells run side by side and with other programs:
    // they only tell a queue that moves from one that stands; the full ones hold the specification's factor.
    private static readonly TimeSpan GoodPickUp = LoadPlan.Choose(TimeSpan.FromSeconds(15), TimeSpan.FromMilliseconds(50));

    private readonly List<IAsyncDisposable> _resources = [];
    private string _virtualHost = "";

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected TestServers Servers { get; } = servers;

    /// <summary>The database as the test itself reaches it.</summary>
    protected string Database { get; set; } = null!;

    /// <summary>What the replicas are told; tests add to it before they start.</summary>
    private protected Dictionary<string, string> Settings { get; } = [];

    private protected List<WorkerProcess> Workers { get; } = [];

    /// <summary>The callers of the present load.</summary>
    private protected LoadDriver Driver { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        var database = await Servers.CreateDatabaseAsync(Cancellation);
        _resources.Add(database);
        UseDatabase(database.ConnectionString);
        _virtualHost = await Servers.CreateVirtualHostAsync(Cancellation);
        Settings["ConnectionStrings:rabbitmq"] = _virtualHost;
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var worker in Workers)
            await worker.DisposeAsync();
        foreach (var resource in Enumerable.Reverse(_resources))
            await resource.DisposeAsync();
        await Servers.DropVirtualHostAsync(_virtualHost);
        GC.SuppressFinalize(this);
    }

    private protected T Own<T>(T resource)
        where T : IAsyncDisposable
    {
        _resources.Add(resource);
        return resource;
    }

    /// <summary>Starts a Postgres server of this test alone, and an empty database in it.</summary>
    /// <param name="folder">Where its data are, or null for the usual place.</param>
    protected async Task<ServerProcess> OwnPostgresAsync(string? folder = null)
    {
        var postgres = Own(await ServerProcess.StartAsync("postgres", Cancellation, folder));
        await using var connection = new NpgsqlConnection(postgres.ConnectionString + ";Database=postgres;Pooling=false");
        await connection.ExecuteAsync("CREATE DATABASE faults");
        UseDatabase(postgres.ConnectionString + ";Database=faults");
        return postgres;
    }

    protected void UseDatabase(string connectionString)
    {
        // Without a pool, as it would hand out connections that a fault has ended.
        Database = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        Settings["ConnectionStrings:database"] = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = true }.ConnectionString;
    }

    private protected async Task<WorkerProcess> StartWorkerAsync(LoadPlan plan)
    {
        Settings["Durable:Lease"] = plan.Lease.ToString();
        var worker = await WorkerProcess.StartAsync(Settings, Cancellation);
        lock (Workers)
            Workers.Add(worker);
        return worker;
    }

    /// <summary>Runs the load with a fault and checks what every cell must pass.</summary>
    /// <param name="name">The test's name in the specification.</param>
    /// <param name="plan">Rate and times.</param>
    /// <param name="fault">Begins at the plan's start of the fault; the fault is over when it returns.</param>
    /// <param name="pickUpFactor">How much longer than before the fault the pick-up may take when it is over, where that is a criterion.</param>
    /// <param name="right">Answers to callers that this fault may lead to besides UNAVAILABLE and RESOURCE_EXHAUSTED.</param>
    private protected async Task<LoadReport> RunAsync(string name, LoadPlan plan, Func<Task> fault, double? pickUpFactor = null, params StatusCode[] right)
    {
        await PrepareAsync(plan);
        Driver = new LoadDriver(plan, Workers);
        var calls = Driver.RunAsync();
        await Task.Delay(plan.FaultStart, Cancellation);
        var faultStart = TimeProvider.System.GetUtcNow();
        await fault();
        var faultEnd = TimeProvider.System.GetUtcNow();

        // On a busy machine the fault may have taken longer than planned; what follows it is watched as long all the same.
        var calm = faultEnd + plan.Calm;
        var rest = TimeSpan.FromTicks(Math.Max((plan.Duration - plan.FaultEnd).Ticks, (plan.Calm + Watch).Ticks));
        await Task.Delay(rest, Cancellation);
        Driver.Stop();
        await calls;

        var drain = Stopwatch.GetTimestamp();
        try
        {
            await Eventually.TrueAsync(IsAllDoneAsync, plan.DrainLimit);
        }
        catch (TimeoutException)
        {
            // What is missing is in the report.
        }

        var report = await LoadReport.ReadAsync(Database, Driver.Results, (Driver.Origin, faultStart), faultEnd, calm);
        if (plan.Publishes)
            report = report with { Disordered = 0 };
        Console.WriteLine($"    {name}: {report}, drained in {Stopwatch.GetElapsedTime(drain).TotalSeconds:F1} s");
        report.AssertNothingIsLostOrDoubled(Workers.SelectMany(worker => worker.Output.Split('\n')), right);
        if (pickUpFactor is { } factor)
        {
            Assert.InRange(report.Resumed, TimeSpan.Zero, ResumeLimit);
            Assert.InRange(report.PickUpAfter, TimeSpan.Zero, TimeSpan.FromTicks(Math.Max((long)(factor * report.PickUpBefore.Ticks), GoodPickUp.Ticks)));
        }

        await AssertAllAliveAsync();
        return report;
    }

    /// <summary>No process has ended, and each answers.</summary>
    protected async Task AssertAllAliveAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        foreach (var worker in Workers)
        {
            Assert.False(worker.HasExited, worker.Output);
            await Eventually.TrueAsync(() => IsHealthyAsync(worker), TimeSpan.FromMinutes(2));
        }

        async Task<bool> IsHealthyAsync(WorkerProcess worker)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(worker.Http, "/health"), Cancellation);
                return answer.IsSuccessStatusCode;
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !Cancellation.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    protected async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(Database);
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    protected async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.ExecuteAsync(sql, parameters);
    }

    /// <summary>Dead rows in the tables whose rows come and go with every job and message.</summary>
    protected Task<long> DeadRowsAsync() => ScalarAsync<long>(
        "SELECT coalesce(sum(n_dead_tup), 0)::bigint FROM pg_stat_user_tables WHERE schemaname = 'durable'");

    private async Task<bool> IsAllDoneAsync() =>
        await ScalarAsync<long>("SELECT count(*) FROM accepted a WHERE NOT EXISTS (SELECT FROM effects e WHERE e.number = a.number)") == 0 && await IsIdleAsync();

    /// <summary>Whether no job or message waits or runs.</summary>
    protected async Task<bool> IsIdleAsync() =>
        await ScalarAsync<long>("SELECT (SELECT count(*) FROM durable.jobs) + (SELECT count(*) FROM durable.outbox_messages)") == 0;

    /// <summary>Starts the two workers and gives them a little to do: the first calls pay for compilation in every process, the measured ones do not.</summary>
    private protected async Task PrepareAsync(LoadPlan plan)
    {
        if (Workers.Count > 0)
            return;
        await Task.WhenAll(StartWorkerAsync(plan), StartWorkerAsync(plan));
        var driver = new LoadDriver(plan, Workers);
        var calls = driver.RunAsync();
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
        driver.Stop();
        await calls;
        await Eventually.TrueAsync(IsAllDoneAsync, plan.DrainLimit);
        await ExecuteAsync("TRUNCATE accepted, effects");
    }
}
