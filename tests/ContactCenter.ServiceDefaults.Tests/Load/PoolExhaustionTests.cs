using System.Diagnostics;
using System.Net;
using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.ServiceDefaults.Tests.Callers;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ContactCenter.ServiceDefaults.Tests.Load;

/// <summary>The test pool_exhaustion: all connections of the pool are held.</summary>
public sealed class PoolExhaustionTests(TestServers servers) : CallerTest(servers)
{
    [Fact]
    [Rule("DUR-56")]
    public async Task Calls_are_shed_within_a_second_and_a_half_health_answers_within_one_and_operators_get_through()
    {
        TestService service = null!;
        var use = ConnectionUse.Call;
        service = await StartAsync(
            map: null,
            [.. TestKey.Settings(Clock, "probe.read", "probe.write"), "--Durable:PoolSize=5"],
            async (_, context) =>
            {
                DurableDatabase.Serve(use);
                await using var transaction = await service.App.Services.GetRequiredService<DurableDatabase>().BeginAsync(context.CancellationToken);
                return "served";
            });
        Assert.Equal("served", await AskWithAsync(service, TestKey.Text));
        var held = new List<NpgsqlConnection>();
        for (var i = 0; i < 5 - ReservedConnections.Count; i++)
            held.Add(await service.App.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(Cancellation));

        var start = Stopwatch.GetTimestamp();
        var failure = await RefusedAsync(service, ("x-api-key", TestKey.Text));
        var shed = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        var health = await service.Http.GetAsync("/health", Cancellation);
        var answered = Stopwatch.GetElapsedTime(start);
        use = ConnectionUse.Operator;
        Assert.Equal("served", await AskWithAsync(service, TestKey.Text));
        foreach (var connection in held)
            await connection.DisposeAsync();
        use = ConnectionUse.Call;

        Assert.Equal((StatusCode.ResourceExhausted, SharedErrors.Overloaded), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
        Assert.InRange(failure.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan().TotalSeconds, 1, 30);
        Assert.InRange(shed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(15));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.InRange(answered, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        Assert.Equal("served", await AskWithAsync(service, TestKey.Text));
    }
}
