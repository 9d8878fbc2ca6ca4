using ContactCenter.Faults.Tests.Load;
using ContactCenter.Testing.Network;

namespace ContactCenter.Faults.Tests.Cells;

/// <summary>The network between the workers and Postgres does what networks do.</summary>
public sealed class NetworkFaultTests(TestServers servers) : LoadTest(servers)
{
    private static readonly TimeSpan Step = LoadPlan.Choose(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));

    [Fact]
    [Rule("DUR-24")]
    public async Task network_faults_lead_to_the_right_answers_and_to_no_hang()
    {
        await using var proxy = ChaosProxy.Start(Settings["ConnectionStrings:database"]);
        Settings["ConnectionStrings:database"] = proxy.ConnectionString;
        var report = await RunAsync("network_faults", LoadPlan.Standard, FaultsAsync, right: Grpc.Core.StatusCode.DeadlineExceeded);
        Assert.NotEmpty(report.Refusals);

        async Task FaultsAsync()
        {
            proxy.Latency = TimeSpan.FromMilliseconds(50);
            await Task.Delay(Step, Cancellation);
            proxy.Latency = TimeSpan.Zero;

            proxy.Freeze();
            await Task.Delay(Step, Cancellation);
            proxy.Thaw();

            for (var i = 0; i < 5; i++)
            {
                await Task.Delay(Step / 5, Cancellation);
                proxy.Reset();
            }

            proxy.HalfClose();
            await Task.Delay(Step, Cancellation);

            proxy.BytesPerSecond = 20_000;
            await Task.Delay(Step, Cancellation);
            proxy.BytesPerSecond = null;

            // The answer to a commit is lost: whether it took place is unknown to the worker, and not to the verifier.
            for (var i = 0; i < 5; i++)
                await proxy.CutAt(ProxyFlow.ToClient, "COMMIT").Sprung.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

            proxy.IsRefusing = true;
            proxy.Reset();
            await Task.Delay(Step, Cancellation);
            proxy.IsRefusing = false;
        }
    }
}
