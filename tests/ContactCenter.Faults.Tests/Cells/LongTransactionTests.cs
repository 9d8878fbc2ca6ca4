using System.Data;
using ContactCenter.Faults.Tests.Load;
using Npgsql;

namespace ContactCenter.Faults.Tests.Cells;

/// <summary>Somebody keeps old row versions alive: what was deleted since cannot be vacuumed.</summary>
public sealed class LongTransactionTests(TestServers servers) : LoadTest(servers)
{
    // The head of the queue gets longer with every finished job; a claim must not get slower in proportion.
    private const double PickUpFactor = 3;

    private static readonly LoadPlan Plan = LoadPlan.IsFull
        ? LoadPlan.Standard with { Duration = TimeSpan.FromMinutes(12), FaultEnd = TimeSpan.FromMinutes(11), Calm = TimeSpan.Zero }
        : LoadPlan.Standard with { Duration = TimeSpan.FromSeconds(10), FaultEnd = TimeSpan.FromSeconds(9), Calm = TimeSpan.Zero };

    [Fact]
    [Rule("DUR-39")]
    public Task idle_in_tx_slows_the_queue_down_by_little_and_leaves_no_dead_rows() => RunAsync("idle_in_tx", async () =>
    {
        await using var connection = new NpgsqlConnection(Database);
        await HoldSnapshotAsync(connection, Plan.FaultLength);
    });

    [Fact]
    [Rule("DUR-39")]
    public Task active_readers_slow_the_queue_down_by_little_and_leave_no_dead_rows() => RunAsync("active_readers", async () =>
    {
        var snapshot = LoadPlan.Choose(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var connection = new NpgsqlConnection(Database);
            for (var i = 0; i < Plan.FaultLength / snapshot; i++)
                await HoldSnapshotAsync(connection, snapshot);
        }));
    });

    private async Task RunAsync(string name, Func<Task> fault)
    {
        var dead = 0L;
        var report = await RunAsync(
            name,
            Plan,
            async () =>
            {
                await fault();
                dead = await DeadRowsAsync();
            },
            PickUpFactor);

        // Each job leaves the version before its claim and the one that was finished; some are claimed twice.
        Assert.InRange(dead, 0, 4L * report.Committed + 10_000);
        await Eventually.TrueAsync(async () => await DeadRowsAsync() < 10_000, TimeSpan.FromMinutes(2));
        Console.WriteLine($"    {name}: {dead:N0} dead rows at the end of the fault, {await DeadRowsAsync():N0} later");
    }

    private static async Task HoldSnapshotAsync(NpgsqlConnection connection, TimeSpan length)
    {
        if (connection.State == ConnectionState.Closed)
            await connection.OpenAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, Cancellation);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM durable.jobs", connection, transaction);
        await command.ExecuteScalarAsync(Cancellation);
        await Task.Delay(length, Cancellation);
    }
}

/// <summary>Nothing happens but load.</summary>
[Collection(nameof(Undisturbed))]
public sealed class SustainedLoadTests(TestServers servers) : LoadTest(servers)
{
    private static readonly LoadPlan Plan = LoadPlan.IsFull
        ? LoadPlan.Standard with { Duration = TimeSpan.FromMinutes(30), FaultStart = TimeSpan.FromSeconds(1), FaultEnd = TimeSpan.FromMinutes(30), Calm = TimeSpan.Zero }
        : LoadPlan.Standard with { Rate = 200, Duration = TimeSpan.FromSeconds(10), FaultStart = TimeSpan.FromSeconds(1), FaultEnd = TimeSpan.FromSeconds(9), Calm = TimeSpan.Zero };

    private static readonly TimeSpan MaxAge = LoadPlan.Choose(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));

    [Fact]
    [Rule("DUR-55")]
    [Rule("DUR-39")]
    public async Task sustained_load_keeps_the_queue_short_and_dead_rows_and_memory_flat()
    {
        var samples = new List<(double DeadRows, double Memory, double Age)>();
        var report = await RunAsync("sustained_load", Plan, async () =>
        {
            for (var begin = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(begin) < Plan.FaultLength;)
            {
                var age = await ScalarAsync<double>("SELECT coalesce(extract(epoch FROM now() - min(due_time)), 0)::float8 FROM durable.jobs WHERE lease_end IS NULL AND due_time <= now()");
                samples.Add((await DeadRowsAsync(), Workers.Sum(worker => worker.Memory), age));
                await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
            }
        });

        var third = samples.Count / 3;
        var (first, last) = (samples.Take(third).ToList(), samples.TakeLast(third).ToList());
        Console.WriteLine(
            $"    sustained_load: dead rows {first.Average(sample => sample.DeadRows):N0} then {last.Average(sample => sample.DeadRows):N0}, " +
            $"memory {first.Average(sample => sample.Memory) / 1e6:F0} MB then {last.Average(sample => sample.Memory) / 1e6:F0} MB, oldest {samples.Max(sample => sample.Age):F1} s");
        Assert.Empty(report.RefusedCalls);
        Assert.InRange(samples.Max(sample => sample.Age), 0, MaxAge.TotalSeconds);

        // In seconds neither a vacuum nor a collection of garbage has taken place yet: there is nothing to compare.
        if (LoadPlan.IsFull)
        {
            Assert.InRange(last.Average(sample => sample.DeadRows), 0, 1.1 * first.Average(sample => sample.DeadRows));
            Assert.InRange(last.Average(sample => sample.Memory), 0, 1.1 * first.Average(sample => sample.Memory));
        }
    }
}

/// <summary>Very many jobs come at once.</summary>
[Collection(nameof(Undisturbed))]
public sealed class EventBurstTests(TestServers servers) : LoadTest(servers)
{
    private static readonly int Count = LoadPlan.Choose(5_000, 100_000);

    [Fact]
    [Rule("DUR-26")]
    [Rule("DUR-56")]
    public async Task event_burst_is_drained_without_a_refusal_to_other_callers()
    {
        var plan = LoadPlan.Standard with { Rate = 20, DrainLimit = TimeSpan.FromMinutes(LoadPlan.Choose(1, 5)) };
        var report = await RunAsync("event_burst", plan, async () =>
        {
            // Keys and numbers of its own.
            var burst = new ManyRequest { First = 10_000_000, Count = Count, Keys = 1_000 };
            await Workers[0].Client.EnqueueManyAsync(burst, cancellationToken: Cancellation);
            await Eventually.TrueAsync(async () => await ScalarAsync<long>("SELECT count(*) FROM effects WHERE number >= 10000000") == Count, plan.DrainLimit);
        });
        Assert.Empty(report.RefusedCalls);
        Assert.InRange(report.Committed, Count + 1, int.MaxValue);
    }
}
