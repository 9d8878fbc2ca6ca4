using ContactCenter.Egress.Http;
using ContactCenter.Egress.Limits;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace ContactCenter.Egress.Tests.Limits;

public sealed class LimitTests(TestServers servers)
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private static readonly Destination Slow = new() { Name = "t", Origin = "https://a.example:443", Rate = new RateLimit { PerSecond = 5, Burst = 10 } };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Rule("EGR-19")]
    public async Task Two_replicas_share_the_bucket_of_the_worked_example()
    {
        await using var database = await servers.CreateRedisDatabaseAsync(Cancel);
        using var one = await ConnectionMultiplexer.ConnectAsync(database.ConnectionString);
        using var two = await ConnectionMultiplexer.ConnectAsync(database.ConnectionString);
        RedisDestinationState[] replicas = [new(one, "s"), new(two, "s")];

        var waits = new List<double>();
        for (var i = 0; i < 25; i++)
            waits.Add((await replicas[i % 2].AdmitAsync(Slow, $"job-{i}", Start)).Wait.TotalSeconds);

        Assert.Equal(Enumerable.Repeat(0.0, 10).Concat(Enumerable.Range(1, 15).Select(i => i / 5.0)), waits);
    }

    [Fact]
    [Rule("EGR-19")]
    public async Task A_throttled_job_that_comes_back_at_its_slot_passes_and_others_do_not()
    {
        await using var database = await servers.CreateRedisDatabaseAsync(Cancel);
        using var redis = await ConnectionMultiplexer.ConnectAsync(database.ConnectionString);
        var state = new RedisDestinationState(redis, "s");
        for (var i = 0; i < 14; i++)
            await state.AdmitAsync(Slow, $"job-{i}", Start);

        Assert.Equal(AdmissionKind.Throttled, (await state.AdmitAsync(Slow, "job-13", Start.AddSeconds(0.3))).Kind);
        Assert.Equal(AdmissionKind.Throttled, (await state.AdmitAsync(Slow, null, Start.AddSeconds(0.3))).Kind);
        Assert.Equal(new Admission(AdmissionKind.Pass, TimeSpan.Zero, false), await state.AdmitAsync(Slow, "job-13", Start.AddSeconds(0.8)));
        Assert.Equal(TimeSpan.FromSeconds(1.0), (await state.AdmitAsync(Slow, "job-13", Start)).Wait);
    }

    [Fact]
    [Rule("EGR-19")]
    public async Task A_call_waits_up_to_200_ms_and_then_ends_as_throttled()
    {
        var time = new ManualTimeProvider(Start);
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var egress = EgressFixture.Create(
            [server.AllowEntry], services => services.AddSingleton<TimeProvider>(time), ("Egress:AssumedReplicas", "1"));
        var request = new EgressRequest(
            Destination.For("t", server.Origin) with { Rate = new RateLimit { PerSecond = 5, Burst = 1 } }, HttpMethod.Get, server.Origin + "/");

        Assert.True((await egress.Client.SendAsync(request, Cancel)).IsSuccess);
        var second = egress.Client.SendAsync(request, Cancel);
        var third = await egress.Client.SendAsync(request with { ReservationId = "job-3" }, Cancel);
        Assert.Equal(("THROTTLED", EgressDecision.Wait, true), (third.Failure!.Reason, third.Failure.Decision, third.Failure.DecisionIsFixed));
        Assert.Equal(TimeSpan.FromMilliseconds(400), third.Failure.Delay);
        Assert.Equal(1, server.Requests);
        time.Advance(TimeSpan.FromMilliseconds(200));

        Assert.True((await second).IsSuccess);
        time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.True((await egress.Client.SendAsync(request with { ReservationId = "job-3" }, Cancel)).IsSuccess);
    }

    [Fact]
    [Rule("EGR-19")]
    public async Task A_day_budget_ends_at_midnight_of_its_zone()
    {
        await using var database = await servers.CreateRedisDatabaseAsync(Cancel);
        using var redis = await ConnectionMultiplexer.ConnectAsync(database.ConnectionString);
        var state = new RedisDestinationState(redis, "s");
        var daily = Slow with { Rate = new RateLimit { DayBudget = 3, BudgetZone = "Europe/Lisbon" } };
        // 23:00 UTC is midnight in Lisbon while daylight saving lasts.
        var evening = new DateTimeOffset(2026, 6, 1, 22, 30, 0, TimeSpan.Zero);

        for (var i = 0; i < 3; i++)
            Assert.Equal(AdmissionKind.Pass, (await state.AdmitAsync(daily, null, evening)).Kind);

        Assert.Equal(new Admission(AdmissionKind.Throttled, TimeSpan.FromMinutes(30), false), await state.AdmitAsync(daily, null, evening));
        Assert.Equal(AdmissionKind.Pass, (await state.AdmitAsync(daily, null, evening.AddMinutes(30))).Kind);
    }

    [Fact]
    [Rule("EGR-19")]
    public async Task More_calls_than_max_concurrent_end_as_throttled()
    {
        var release = new TaskCompletionSource();
        await using var server = RawServer.Start(async (stream, server, cancellationToken) =>
        {
            await server.ReadRequestAsync(stream, cancellationToken);
            await release.Task.WaitAsync(cancellationToken);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), cancellationToken);
        });
        await using var egress = EgressFixture.Create([server.AllowEntry]);
        var request = new EgressRequest(Destination.For("t", server.Origin) with { MaxConcurrent = 2 }, HttpMethod.Get, server.Origin + "/");

        var running = new[] { egress.Client.SendAsync(request, Cancel), egress.Client.SendAsync(request, Cancel) };
        await Eventually.TrueAsync(() => server.Requests == 2);
        Assert.Equal("THROTTLED", (await egress.Client.SendAsync(request, Cancel)).Failure!.Reason);
        release.SetResult();

        Assert.All(await Task.WhenAll(running), outcome => Assert.True(outcome.IsSuccess));
        Assert.True((await egress.Client.SendAsync(request, Cancel)).IsSuccess);
    }

    [Fact]
    [Rule("EGR-21")]
    public async Task Without_Redis_a_process_has_its_share_of_the_rate_and_comes_back()
    {
        await using var own = await TestServers.StartOwnAsync("redis", Cancel);
        using var redis = await ConnectionMultiplexer.ConnectAsync(own.ConnectionString + ",abortConnect=false,connectTimeout=500");
        var time = new ManualTimeProvider(Start);
        await using var egress = EgressFixture.Create(configure: services => services
            .AddSingleton<IConnectionMultiplexer>(redis)
            .AddSingleton<TimeProvider>(time)
            .AddLogging());
        var gate = egress.Get<DestinationGate>();
        var thirty = Slow with { Rate = new RateLimit { PerSecond = 3, Burst = 30 } };

        Assert.Equal(30, await BurstAsync(gate, thirty));
        await own.StopAsync(Cancel);
        Assert.Equal(10, await BurstAsync(gate, thirty));

        await own.StartAgainAsync(Cancel);
        await Eventually.TrueAsync(async () =>
        {
            time.Advance(TimeSpan.FromSeconds(20));
            return await BurstAsync(gate, thirty) == 30;
        });
    }

    [Fact]
    [Rule("EGR-19")]
    [Rule("EGR-22")]
    [Rule("EGR-23")]
    public async Task Redis_and_this_process_decide_alike_over_any_sequence()
    {
        await using var database = await servers.CreateRedisDatabaseAsync(Cancel);
        using var redis = await ConnectionMultiplexer.ConnectAsync(database.ConnectionString);
        var shared = new RedisDestinationState(redis, "s");
        var steps = from kind in Gen.Choose(0, 9)
                    from milliseconds in Gen.Frequency((6, Gen.Choose(0, 500)), (1, Gen.Choose(1_000, 70_000)))
                    from id in Gen.Choose(0, 5)
                    select (kind, milliseconds, id);
        var run = 0;

        // Away from the test's synchronisation context, as FsCheck's properties block.
        await Task.Run(() => Prop.ForAll(steps.ListOf(80).ToArbitrary(), sequence =>
        {
            var local = new LocalDestinationState(assumedReplicas: 1);
            var destination = Slow with
            {
                Name = $"run-{run++}",
                Rate = new RateLimit { PerSecond = 2, Burst = 4, DayBudget = 60 },
                Breaker = new BreakerSettings { MinAttempts = 4 },
            };
            var now = Start;
            var probe = false;
            foreach (var (kind, milliseconds, id) in sequence)
            {
                now = now.AddMilliseconds(milliseconds);
                if (kind == 0 && id == 0)
                    destination = destination with { BreakerResets = destination.BreakerResets + 1 };
                if (kind < 5)
                {
                    var reservation = id == 0 ? null : $"job-{id}";
                    var one = shared.AdmitAsync(destination, reservation, now).GetAwaiter().GetResult();
                    var other = local.AdmitAsync(destination, reservation, now).GetAwaiter().GetResult();
                    probe |= one.IsProbe;
                    if (one != other)
                        return false;
                }
                else
                {
                    var result = kind < 8 ? AttemptResult.Failed : kind == 8 ? AttemptResult.Ok : AttemptResult.None;
                    var attempt = new Attempt(result, probe, result == AttemptResult.Failed ? new BreakerError("500", "HTTP_STATUS", $"{kind}") : null, id == 0 ? null : $"job-{id}");
                    var one = shared.ReportAsync(destination, attempt, now).GetAwaiter().GetResult();
                    var other = local.ReportAsync(destination, attempt, now).GetAwaiter().GetResult();
                    probe = false;
                    if (one != other)
                        return false;
                }
            }

            return shared.StatusAsync(destination, now).GetAwaiter().GetResult() == local.StatusAsync(destination, now).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60)), Cancel);
    }

    private static async Task<int> BurstAsync(DestinationGate gate, Destination destination)
    {
        for (var passed = 0; ; passed++)
        {
            try
            {
                using var pass = await gate.EnterAsync(destination, null, Cancel);
            }
            catch (EgressException error) when (error.Failure.Reason == "THROTTLED")
            {
                return passed;
            }
        }
    }
}
