using ContactCenter.Egress.Guard;
using ContactCenter.Egress.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Egress.Tests.Http;

/// <summary>Time is moved by hand: each peer stops at another point, and the limit for that point ends the call.</summary>
public sealed class TimeoutTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Rule("EGR-10")]
    public async Task Name_resolution_and_connection_have_5_s()
    {
        await using var egress = EgressFixture.Create(configure: services => services
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton<HostResolver>(async (_, cancellationToken) =>
            {
                _stalled.SetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return [];
            }));

        await EndsAfterAsync(egress, Destination.For("t", "https://slow.example/"), "https://slow.example/", "TIMEOUT_CONNECT", 5);
    }

    [Fact]
    [Rule("EGR-10")]
    public async Task The_TLS_handshake_has_5_s()
    {
        await using var server = RawServer.Start(async (stream, _, cancellationToken) =>
        {
            // The client has begun the handshake once its first bytes are here.
            await stream.ReadExactlyAsync(new byte[1], cancellationToken);
            await StallAsync(cancellationToken);
        });
        await using var egress = Create(server);
        var origin = $"https://127.0.0.1:{server.Port}";

        await EndsAfterAsync(egress, Destination.For("t", origin), origin + "/", "TIMEOUT_TLS", 5);
    }

    [Fact]
    [Rule("EGR-10")]
    public async Task Response_headers_have_15_s()
    {
        await using var server = RawServer.Start(async (stream, server, cancellationToken) =>
        {
            await server.ReadRequestAsync(stream, cancellationToken);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), cancellationToken);
            await StallAsync(cancellationToken);
        });
        await using var egress = Create(server);

        await EndsAfterAsync(egress, Destination.For("t", server.Origin), server.Origin + "/", "TIMEOUT_HEADERS", 15);
    }

    [Fact]
    [Rule("EGR-10")]
    public async Task A_body_may_be_silent_for_10_s()
    {
        await using var server = RawServer.Start(async (stream, server, cancellationToken) =>
        {
            await server.ReadRequestAsync(stream, cancellationToken);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"u8.ToArray(), cancellationToken);
            await StallAsync(cancellationToken);
        });
        await using var egress = Create(server);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var call = egress.Client.DownloadAsync(
            new EgressRequest(Destination.For("t", server.Origin), HttpMethod.Get, server.Origin + "/"),
            async (_, body, cancellationToken) =>
            {
                await body.ReadExactlyAsync(new byte[3], cancellationToken);
                var next = body.ReadAsync(new byte[1], cancellationToken);
                first.SetResult();
                await next;
            },
            Cancel);
        await first.Task.WaitAsync(Cancel);
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(call.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.Equal("TIMEOUT_SILENCE", (await call).Failure!.Reason);
    }

    [Fact]
    [Rule("EGR-10")]
    public async Task A_body_that_drips_ends_with_the_whole_call_at_30_s()
    {
        var turn = new SemaphoreSlim(0);
        await using var server = RawServer.Start(async (stream, server, cancellationToken) =>
        {
            await server.ReadRequestAsync(stream, cancellationToken);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"u8.ToArray(), cancellationToken);
            while (true)
            {
                await turn.WaitAsync(cancellationToken);
                await stream.WriteAsync("x"u8.ToArray(), cancellationToken);
            }
        });
        await using var egress = Create(server);
        var read = new SemaphoreSlim(0);

        var call = egress.Client.DownloadAsync(
            new EgressRequest(Destination.For("t", server.Origin), HttpMethod.Get, server.Origin + "/"),
            async (_, body, cancellationToken) =>
            {
                while (true)
                {
                    var next = body.ReadAsync(new byte[1], cancellationToken);
                    read.Release();
                    await next;
                }
            },
            Cancel);
        for (var i = 0; i < 4; i++)
        {
            await read.WaitAsync(Cancel);
            _time.Advance(TimeSpan.FromSeconds(7));
            Assert.False(call.IsCompleted);
            turn.Release();
        }

        await read.WaitAsync(Cancel);
        _time.Advance(TimeSpan.FromSeconds(2.1));

        var failure = (await call).Failure!;
        Assert.Equal(("TIMEOUT_WHOLE", ErrorClass.Timeout, EgressDecision.Retry), (failure.Reason, failure.Class, failure.Decision));
    }

    [Fact]
    [Rule("EGR-10")]
    public async Task A_request_body_that_nobody_reads_ends_by_silence()
    {
        await using var server = RawServer.Start(async (stream, _, cancellationToken) =>
        {
            await stream.ReadExactlyAsync(new byte[1], cancellationToken);
            await StallAsync(cancellationToken);
        });
        await using var egress = Create(server);
        var destination = Destination.For("t", server.Origin) with { MaxRequestBytes = null, Timeouts = EgressTimeouts.Transfer };

        var call = egress.Client.SendAsync(
            new EgressRequest(destination, HttpMethod.Post, server.Origin + "/") { NewContent = () => new StreamContent(new EndlessStream()) }, Cancel);
        await _stalled.Task.WaitAsync(Cancel);
        // Silence begins when the buffers between the two are full, which nobody can see: time moves on until it has lasted 60 s.
        while (await Task.WhenAny(call, Task.Delay(50, Cancel)) != call)
            _time.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal("TIMEOUT_SILENCE", (await call).Failure!.Reason);
    }

    [Fact]
    [Rule("EGR-10")]
    public async Task The_caller_may_give_up_first()
    {
        await using var server = RawServer.Start((_, _, cancellationToken) => StallAsync(cancellationToken));
        await using var egress = Create(server);
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        var call = egress.Client.SendAsync(
            new EgressRequest(Destination.For("t", server.Origin), HttpMethod.Get, server.Origin + "/"), caller.Token);
        await _stalled.Task.WaitAsync(Cancel);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    [Rule("EGR-10")]
    public void Limits_out_of_range_are_named()
    {
        var destination = Destination.For("t", "https://a.example/") with { Timeouts = new EgressTimeouts { Whole = TimeSpan.FromSeconds(301) }, MaxConcurrent = 257 };

        Assert.Equal(
            [
                new("max_concurrent", "max_concurrent is 257; it has to be 1 to 256 calls."),
                new("timeouts.whole", "timeouts.whole is 301; it has to be 1 to 300 s."),
            ],
            destination.Violations());
    }

    private EgressFixture Create(RawServer server) =>
        EgressFixture.Create([server.AllowEntry], services => services.AddSingleton<TimeProvider>(_time));

    private async Task StallAsync(CancellationToken cancellationToken)
    {
        _stalled.TrySetResult();
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private async Task EndsAfterAsync(EgressFixture egress, Destination destination, string url, string reason, double seconds)
    {
        var call = egress.Client.SendAsync(new EgressRequest(destination, HttpMethod.Get, url), Cancel);
        await _stalled.Task.WaitAsync(Cancel);
        _time.Advance(TimeSpan.FromSeconds(seconds - 0.1));
        Assert.False(call.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));

        var failure = (await call).Failure!;
        Assert.Equal((reason, ErrorClass.Timeout, EgressDecision.Retry), (failure.Reason, failure.Class, failure.Decision));
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(buffer.Length);
    }
}
