using ContactCenter.Probe.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.ServiceDefaults.Tests;

public sealed class RpcDeadlineTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    [Rule("DUR-58")]
    public async Task A_call_without_a_deadline_gets_30_seconds()
    {
        DateTime deadline = default;
        await using var service = await Probe.ServeAsync((_, context) =>
        {
            deadline = context.Deadline;
            return Task.FromResult("");
        });
        using var channel = Probe.ChannelTo(service);
        var before = TimeProvider.System.GetUtcNow().UtcDateTime;

        await new ProbeService.ProbeServiceClient(channel).AskAsync(new(), cancellationToken: Token);

        Assert.InRange(deadline - before, TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(40));
    }

    [Fact]
    [Rule("DUR-58")]
    public async Task A_deadline_of_the_caller_stays_as_it_is()
    {
        DateTime deadline = default;
        await using var service = await Probe.ServeAsync((_, context) =>
        {
            deadline = context.Deadline;
            return Task.FromResult("");
        });
        using var channel = Probe.ChannelTo(service);
        var wanted = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(5);

        await new ProbeService.ProbeServiceClient(channel).AskAsync(new(), deadline: wanted, cancellationToken: Token);

        Assert.InRange(deadline - wanted, TimeSpan.FromSeconds(-5), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_watcher_may_stay_as_long_as_it_likes()
    {
        DateTime deadline = default;
        await using var service = await Probe.ServeAsync((_, context) =>
        {
            deadline = context.Deadline;
            return Task.FromResult("");
        });
        using var channel = Probe.ChannelTo(service);

        using var call = new ProbeService.ProbeServiceClient(channel).Watch(new(), cancellationToken: Token);
        await call.ResponseStream.MoveNext(Token);

        Assert.Equal(DateTime.MaxValue, deadline);
    }

    [Fact]
    [Rule("DUR-58")]
    public async Task Work_after_an_expired_deadline_is_not_begun()
    {
        var begun = 0;
        // The service's clock is ahead, as if the call had waited longer than its deadline before its turn came.
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow().AddHours(1));
        await using var service = await Probe.ServeAsync(
            (_, _) => Task.FromResult($"{++begun}"), builder => builder.Services.AddSingleton<TimeProvider>(clock));
        using var channel = Probe.ChannelTo(service);

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await new ProbeService.ProbeServiceClient(channel)
            .AskAsync(new(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(20), cancellationToken: Token));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.Equal("DEADLINE_EXCEEDED", RpcErrors.ReasonOf(failure));
        Assert.Equal(0, begun);
    }
}
