using System.Net;
using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Probe.V1;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.ServiceDefaults.Tests.Load;

public sealed class LoadGateTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    [Rule("DUR-56")]
    public async Task Above_the_limit_calls_are_refused_with_a_time_to_wait_and_have_no_effect_while_health_answers()
    {
        var mayEnd = new TaskCompletionSource();
        var begun = 0;
        await using var service = await Probe.ServeAsync(
            async (_, _) =>
            {
                Interlocked.Increment(ref begun);
                await mayEnd.Task;
                return "";
            },
            builder => builder.Services.Configure<DurableOptions>(durable => durable.MaxConcurrentCalls = 20));
        using var channel = Probe.ChannelTo(service);
        var client = new ProbeService.ProbeServiceClient(channel);
        var running = Enumerable.Range(0, 20).Select(_ => client.AskAsync(new(), cancellationToken: Token).ResponseAsync).ToList();
        await Eventually.TrueAsync(() => begun == 20);

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await client.AskAsync(new(), cancellationToken: Token));
        var http = await service.Http.GetAsync("/nowhere/but/here", Token);
        var health = await service.Http.GetAsync("/health", Token);
        var grpcHealth = await new Grpc.Health.V1.Health.HealthClient(channel).CheckAsync(new(), cancellationToken: Token);
        mayEnd.SetResult();
        await Task.WhenAll(running);

        Assert.Equal((StatusCode.ResourceExhausted, SharedErrors.Overloaded), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
        Assert.InRange(failure.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan().TotalSeconds, 1, 30);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, http.StatusCode);
        Assert.InRange(http.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
        Assert.Equal("application/problem+json", http.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal(Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.Serving, grpcHealth.Status);
        Assert.Equal(20, begun);
        Assert.Equal("", (await client.AskAsync(new(), cancellationToken: Token)).Text);
    }

    [Fact]
    [Rule("DUR-54")]
    public async Task A_call_that_does_not_end_is_cut_off_when_the_time_to_stop_is_over()
    {
        var begun = new TaskCompletionSource();
        await using var service = await Probe.ServeAsync(
            async (_, context) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return "";
            },
            builder => builder.Services.Configure<ShutdownOptions>(shutdown => shutdown.Seconds = 1));
        using var channel = Probe.ChannelTo(service);
        var call = new ProbeService.ProbeServiceClient(channel).AskAsync(new(), cancellationToken: Token).ResponseAsync;
        await begun.Task;

        await service.App.StopAsync(Token).WaitAsync(TimeSpan.FromSeconds(60), Token);

        await Assert.ThrowsAsync<RpcException>(() => call);
    }
}
