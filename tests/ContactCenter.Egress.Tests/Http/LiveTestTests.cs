using System.Text;
using System.Text.Json;
using ContactCenter.Egress.Http;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace ContactCenter.Egress.Tests.Http;

public sealed class LiveTestTests(TestServers servers)
{
    private readonly ManualTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Rule("EGR-12")]
    public async Task A_live_test_shows_a_masked_body_to_admins_only_and_never_an_address()
    {
        await using var server = RawServer.Answering("HTTP/1.1 403 X\r\nContent-Length: 32\r\n\r\n{\"why\":\"no\",\"password\":\"hunter22\"");
        await using var egress = Create(server, null);
        var tester = egress.Get<LiveTester>();

        var plain = await tester.RunAsync(Request(server), "key-1", isAdmin: false, Cancel);
        var admin = await tester.RunAsync(Request(server), "key-1", isAdmin: true, Cancel);
        var denied = await tester.RunAsync(Request(server) with { Url = "https://10.0.0.5/" }, "key-1", isAdmin: true, Cancel);

        Assert.Equal(new LiveTestResult(ErrorClass.Status, "HTTP_STATUS", null, "4xx", null), plain);
        Assert.DoesNotContain("hunter22", admin!.Body);
        Assert.Equal(new LiveTestResult(ErrorClass.Denied, "EGRESS_DENIED", "private-address", null, null), denied);
    }

    [Fact]
    [Rule("EGR-12")]
    public async Task A_body_is_masked_whole_and_then_cut_at_4_KiB()
    {
        var body = JsonSerializer.Serialize(new { text = new string('\u00e9', 2_040), token = "hunter22-hunter22" });
        var answer = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(body));
        await using var server = RawServer.Answering($"HTTP/1.1 200 OK\r\nContent-Length: {answer.Length}\r\n\r\n{answer}");
        await using var egress = Create(server, null);

        var result = await egress.Get<LiveTester>().RunAsync(Request(server), "key-1", isAdmin: true, Cancel);

        Assert.Equal("2xx", result!.StatusClass);
        Assert.InRange(Encoding.UTF8.GetByteCount(result.Body!), 4_090, 4_096);
        Assert.DoesNotContain("hunter", result.Body);
    }

    [Fact]
    [Rule("EGR-12")]
    public async Task A_caller_has_ten_within_any_minute_over_all_replicas()
    {
        await using var database = await servers.CreateRedisDatabaseAsync(Cancel);
        using var redis = await ConnectionMultiplexer.ConnectAsync(database.ConnectionString);
        await using var server = RawServer.Answering("HTTP/1.1 204 X\r\n\r\n");
        await using var one = Create(server, redis);
        await using var two = Create(server, redis);
        var passed = new List<double>();

        for (var second = 0; second < 130; second += 3)
        {
            if (await (second % 2 == 0 ? one : two).Get<LiveTester>().RunAsync(Request(server), "key-1", isAdmin: false, Cancel) is not null)
                passed.Add(second);
            _time.Advance(TimeSpan.FromSeconds(3));
        }

        Assert.Equal([0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 60, 63, 66, 69, 72, 75, 78, 81, 84, 87, 120, 123, 126, 129], passed);
        Assert.NotNull(await one.Get<LiveTester>().RunAsync(Request(server), "key-2", isAdmin: false, Cancel));
    }

    [Fact]
    [Rule("EGR-12")]
    [Rule("EGR-21")]
    public async Task Without_Redis_a_process_allows_its_share()
    {
        await using var server = RawServer.Answering("HTTP/1.1 204 X\r\n\r\n");
        await using var egress = Create(server, null);
        var passed = 0;
        for (var test = 0; test < 10; test++)
            passed += await egress.Get<LiveTester>().RunAsync(Request(server), "key-1", isAdmin: false, Cancel) is null ? 0 : 1;

        Assert.Equal(3, passed);
    }

    private static EgressRequest Request(RawServer server) =>
        new(Destination.For("t", server.Origin), HttpMethod.Post, server.Origin + "/x");

    private EgressFixture Create(RawServer server, ConnectionMultiplexer? redis) => EgressFixture.Create([server.AllowEntry], services =>
    {
        services.AddSingleton<TimeProvider>(_time);
        if (redis is not null)
            services.AddSingleton<IConnectionMultiplexer>(redis);
    });
}
