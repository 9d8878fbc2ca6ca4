using System.Collections.Concurrent;
using System.Diagnostics;
using ContactCenter.Probe.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.ServiceDefaults.Tests;

public sealed class ServiceClientTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_finds_the_service_by_its_name_and_takes_turns_over_its_addresses()
    {
        await using var one = await Probe.ServeAsync((_, _) => Task.FromResult("one"));
        await using var two = await Probe.ServeAsync((_, _) => Task.FromResult("two"));
        await using var caller = await CallerAsync(
            $"--services:probe:grpc:0={one.GrpcAddress}", $"--services:probe:grpc:1={two.GrpcAddress}");
        var client = caller.App.Services.GetRequiredService<ProbeService.ProbeServiceClient>();

        var answers = new List<string>();
        for (var i = 0; i < 4; i++)
            answers.Add((await client.AskAsync(new(), cancellationToken: Token)).Text);

        Assert.Equal(["one", "two", "one", "two"], answers);
    }

    [Fact]
    public async Task Every_call_has_the_deadline_of_its_method()
    {
        var deadlines = new ConcurrentQueue<TimeSpan>();
        await using var peer = await Probe.ServeAsync((_, context) =>
        {
            deadlines.Enqueue(context.Deadline - TimeProvider.System.GetUtcNow().UtcDateTime);
            return Task.FromResult("");
        });
        await using var caller = await CallerAsync(
            $"--services:probe:grpc:0={peer.GrpcAddress}", "--ServiceClients:probe:Deadline=00:01:00",
            "--ServiceClients:probe:Methods:contactcenter.probe.v1.ProbeService/Collect=00:10:00");
        var client = caller.App.Services.GetRequiredService<ProbeService.ProbeServiceClient>();

        await client.AskAsync(new(), cancellationToken: Token);
        using var collect = client.Collect(cancellationToken: Token);
        await collect.RequestStream.CompleteAsync();
        await collect.ResponseAsync;
        using var watch = client.Watch(new(), cancellationToken: Token);
        await watch.ResponseStream.MoveNext(Token);
        await client.AskAsync(new(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(90), cancellationToken: Token);

        Assert.Collection(
            deadlines,
            ask => Assert.InRange(ask, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(60)),
            collected => Assert.InRange(collected, TimeSpan.FromSeconds(590), TimeSpan.FromSeconds(600)),
            watched => Assert.InRange(watched, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60)),
            own => Assert.InRange(own, TimeSpan.FromSeconds(80), TimeSpan.FromSeconds(90)));
    }

    [Fact]
    [Rule("DUR-58")]
    public async Task A_call_inside_a_call_takes_over_its_deadline_and_trace()
    {
        TimeSpan left = default;
        ActivityTraceId inner = default;
        await using var peer = await Probe.ServeAsync((_, context) =>
        {
            left = context.Deadline - TimeProvider.System.GetUtcNow().UtcDateTime;
            inner = Activity.Current!.TraceId;
            return Task.FromResult("");
        });
        ActivityTraceId outer = default;
        await using var front = await Probe.ServeAsync(
            async (_, context) =>
            {
                outer = Activity.Current!.TraceId;
                var client = context.GetHttpContext().RequestServices.GetRequiredService<ProbeService.ProbeServiceClient>();
                return (await client.AskAsync(new())).Text;
            },
            builder => builder.AddServiceClient<ProbeService.ProbeServiceClient>("probe"),
            $"--services:probe:grpc:0={peer.GrpcAddress}", "--ServiceClients:probe:Deadline=00:10:00");
        using var channel = Probe.ChannelTo(front);

        await new ProbeService.ProbeServiceClient(channel).AskAsync(
            new(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(20), cancellationToken: Token);

        Assert.InRange(left, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20));
        Assert.Equal(outer, inner);
    }

    [Fact]
    [Rule("SEC-8")]
    public async Task The_key_configured_for_a_service_goes_with_every_call_to_it()
    {
        await using var peer = await Probe.ServeAsync((_, context) => Task.FromResult(context.RequestHeaders.GetValue("authorization") ?? "none"));
        await using var with = await CallerAsync($"--services:probe:grpc:0={peer.GrpcAddress}", $"--ServiceKeys:probe={TestKey.Text}");
        await using var without = await CallerAsync($"--services:probe:grpc:0={peer.GrpcAddress}", $"--ServiceKeys:other={TestKey.Text}");

        var answers = await Task.WhenAll(new[] { with, without }.Select(async caller =>
            (await caller.App.Services.GetRequiredService<ProbeService.ProbeServiceClient>().AskAsync(new(), cancellationToken: Token)).Text));

        Assert.Equal([$"Bearer {TestKey.Text}", "none"], answers);
    }

    [Fact]
    public async Task A_service_that_is_away_is_unavailable_to_its_callers_callers()
    {
        await using var front = await Probe.ServeAsync(
            async (_, context) =>
            {
                var client = context.GetHttpContext().RequestServices.GetRequiredService<ProbeService.ProbeServiceClient>();
                return (await client.AskAsync(new())).Text;
            },
            builder => builder.AddServiceClient<ProbeService.ProbeServiceClient>("probe"),
            "--services:probe:grpc:0=http://127.0.0.1:9");
        using var channel = Probe.ChannelTo(front);

        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await new ProbeService.ProbeServiceClient(channel).AskAsync(new(), cancellationToken: Token));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Equal("DEPENDENCY_UNAVAILABLE", RpcErrors.ReasonOf(failure));
        Assert.DoesNotContain("127.0.0.1", failure.Status.Detail, StringComparison.Ordinal);
    }

    private static Task<TestService> CallerAsync(params string[] settings) => TestService.StartAsync(
        builder => builder.AddServiceClient<ProbeService.ProbeServiceClient>("probe"), settings: settings);
}
