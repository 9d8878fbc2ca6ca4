using ContactCenter.Testing.Network;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ContactCenter.Durable.Tests.Inbox;

/// <summary>How consumers come to the broker, whatever happens on the way.</summary>
public sealed class BusKeeperTests(TestServers servers) : DurableTest(servers)
{
    /// <summary>Class and method of what the broker says while a service connects, in its order.</summary>
    private static readonly (byte Class, byte Method)[] Answers = [(10, 10), (10, 30), (10, 41), (20, 11), (60, 11), (50, 11), (40, 11), (50, 21), (40, 31), (60, 21)];

    [Fact]
    [Rule("DUR-12")]
    public async Task Wherever_the_connection_breaks_while_consumers_are_set_up_they_are_there_once_the_broker_is()
    {
        await Parallel.ForEachAsync(Answers, new ParallelOptions { MaxDegreeOfParallelism = 5, CancellationToken = Cancellation }, async (answer, cancellationToken) =>
        {
            await using var proxy = ChaosProxy.Start(Broker);
            var cut = proxy.CutAt(ProxyFlow.ToClient, [0, answer.Class, 0, answer.Method], () =>
            {
                proxy.IsRefusing = true;
                proxy.Reset();
                return Task.CompletedTask;
            });
            using var host = Build(durable => durable.AddConsumer<NumberAddedConsumer>(), builder => builder.Configuration["ConnectionStrings:rabbitmq"] = proxy.ConnectionString);
            await host.StartAsync(cancellationToken);
            await cut.Sprung.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
            var health = host.Services.GetRequiredService<HealthCheckService>();
            await Eventually.TrueAsync(async () => (await health.CheckHealthAsync(cancellationToken)).Status == HealthStatus.Degraded);
            proxy.IsRefusing = false;

            await Eventually.TrueAsync(async () => (await health.CheckHealthAsync(cancellationToken)).Status == HealthStatus.Healthy, text: $"Connected after a cut at {answer}");
            await host.StopAsync(cancellationToken);
        });
    }
}
