using ContactCenter.Faults.Tests.Load;
using Grpc.Core;
using StackExchange.Redis;

namespace ContactCenter.Faults.Tests.Cells;

/// <summary>Redis forgets everything, and then goes away: it only carries hints (its limits are Egress's).</summary>
[Collection(nameof(Undisturbed))]
public sealed class RedisFaultTests(TestServers servers) : LoadTest(servers)
{
    // The poll finds what no hint told of; in the short form the processors are shared with other tests.
    private static readonly TimeSpan PickUpLimit = LoadPlan.Choose(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));

    [Fact]
    [Rule("DUR-40")]
    public async Task redis_flush_and_redis_gone_lose_nothing_and_leave_the_poll_to_find_all_work()
    {
        var redis = Own(await TestServers.StartOwnAsync("redis", Cancellation));
        Settings["ConnectionStrings:redis"] = redis.ConnectionString;
        var report = await RunAsync("redis_flush, redis_gone", LoadPlan.Standard, async () =>
        {
            using (var admin = await ConnectionMultiplexer.ConnectAsync($"{redis.ConnectionString},allowAdmin=true"))
                await admin.GetServer(admin.GetEndPoints()[0]).FlushAllDatabasesAsync();
            await redis.StopAsync(Cancellation);
            await Task.Delay(LoadPlan.Choose(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5)), Cancellation);
            await redis.StartAgainAsync(Cancellation);
        });
        Assert.All(report.Calls, call => Assert.Equal(StatusCode.OK, call.Status));
        Assert.InRange(
            TimeSpan.FromSeconds(await ScalarAsync<double>("SELECT max(extract(epoch FROM e.time - a.time))::float8 FROM effects e JOIN accepted a USING (number)")),
            TimeSpan.Zero,
            PickUpLimit);
    }
}
