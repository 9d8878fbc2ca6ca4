using System.Diagnostics;
using ContactCenter.Faults.Tests.Load;
using Grpc.Core;

namespace ContactCenter.Faults.Tests.Cells;

/// <summary>All connections of the pools are taken for a while.</summary>
public sealed class PoolExhaustionTests(TestServers servers) : LoadTest(servers)
{
    private const int PoolSize = 10;

    // On a machine whose processors all the tests share, a process may have to wait for its turn.
    private static readonly TimeSpan Allowance = LoadPlan.Choose(TimeSpan.FromSeconds(5), TimeSpan.Zero);

    [Fact]
    [Rule("DUR-56")]
    public async Task pool_exhaustion_sheds_calls_soon_and_leaves_health_to_answer()
    {
        Settings["Durable:PoolSize"] = $"{PoolSize}";
        var plan = LoadPlan.Standard with { FaultEnd = LoadPlan.Standard.FaultStart + LoadPlan.Choose(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)) };
        var slowest = TimeSpan.Zero;
        var report = await RunAsync("pool_exhaustion", plan, HoldAsync, CellPickUpFactor);
        var shed = report.Calls.Where(call => call.Status != StatusCode.OK).ToList();
        Assert.NotEmpty(shed);
        Assert.InRange(shed.Max(call => call.Latency), TimeSpan.Zero, TimeSpan.FromSeconds(1.5) + Allowance);
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(1) + Allowance);

        async Task HoldAsync()
        {
            var hold = new HoldRequest { Connections = PoolSize, Milliseconds = (int)plan.FaultLength.TotalMilliseconds };
            await Task.WhenAll(Workers.Select(worker => worker.Client.HoldConnectionsAsync(hold, cancellationToken: Cancellation).ResponseAsync));
            slowest = await SlowestHealthAsync(plan.FaultLength);
        }
    }

    private async Task<TimeSpan> SlowestHealthAsync(TimeSpan length)
    {
        using var http = new HttpClient();
        var slowest = TimeSpan.Zero;
        for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < length;)
        {
            var asked = Stopwatch.GetTimestamp();
            await http.GetAsync(new Uri(Workers[0].Http, "/health"), Cancellation);
            var took = Stopwatch.GetElapsedTime(asked);
            slowest = took > slowest ? took : slowest;
            await Task.Delay(100, Cancellation);
        }

        return slowest;
    }
}
