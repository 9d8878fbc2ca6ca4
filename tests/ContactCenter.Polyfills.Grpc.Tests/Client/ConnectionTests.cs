using System.Net;
using System.Net.Sockets;
using ContactCenter.Polyfills.Grpc.Tests.Interop;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Testing;

namespace ContactCenter.Polyfills.Grpc.Tests.Client;

/// <summary>What a client sees of connections that are not there, go away, and come back.</summary>
public sealed class ConnectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refused_connection_is_unavailable()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{FreePort()}");
        var error = await Assert.ThrowsAsync<RpcException>(() => EmptyCallAsync(channel));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    [Fact]
    public async Task A_server_killed_in_mid_stream_is_unavailable()
    {
        await using var server = PeerProcess.Python("interop_server.py");
        using var channel = GrpcChannel.ForAddress("http://127.0.0.1:" + await server.ReadLineAsync());
        using var call = new TestService.TestServiceClient(channel).FullDuplexCall(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = 1 } } }, Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));

        await server.KillAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    [Fact]
    public async Task A_channel_reaches_its_server_again_after_a_restart()
    {
        var port = FreePort();
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        await using (await InteropServer.StartAsync(port))
            await EmptyCallAsync(channel);

        var error = await Assert.ThrowsAsync<RpcException>(() => EmptyCallAsync(channel));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);

        await using (await InteropServer.StartAsync(port))
            await EmptyCallAsync(channel, new CallOptions(deadline: In(TimeSpan.FromSeconds(10))).WithWaitForReady());
    }

    [Fact]
    public async Task A_call_that_waits_for_ready_outlasts_the_time_without_a_server()
    {
        var port = FreePort();
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        var call = EmptyCallAsync(channel, new CallOptions().WithWaitForReady());
        await using var server = await InteropServer.StartAsync(port);
        await call.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    [Fact]
    public async Task A_call_that_waits_for_ready_still_keeps_its_deadline()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{FreePort()}");
        var options = new CallOptions(deadline: In(TimeSpan.FromMilliseconds(100))).WithWaitForReady();
        var error = await Assert.ThrowsAsync<RpcException>(() => EmptyCallAsync(channel, options));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task Keep_alive_pings_find_a_connection_that_has_gone_silent()
    {
        await using var server = await InteropServer.StartAsync();
        using var relay = new Relay(new Uri(server.Address).Port);
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{relay.Port}", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { KeepAlivePingDelay = TimeSpan.FromSeconds(1), KeepAlivePingTimeout = TimeSpan.FromSeconds(1) },
            DisposeHttpClient = true,
        });
        using var call = new TestService.TestServiceClient(channel).FullDuplexCall(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = 1 } } }, Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));

        relay.Silence();

        var read = call.ResponseStream.MoveNext(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        var error = await Assert.ThrowsAsync<RpcException>(() => read);
        Assert.Contains("KeepAlivePing", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_under_way_end_with_their_channel()
    {
        await using var server = await InteropServer.StartAsync();
        var channel = GrpcChannel.ForAddress(server.Address);
        using var call = new TestService.TestServiceClient(channel).FullDuplexCall(cancellationToken: Cancellation);
        var read = call.ResponseStream.MoveNext(Cancellation);

        channel.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
        Assert.Throws<ObjectDisposedException>(channel.CreateCallInvoker);
    }

    [Fact]
    public async Task A_thousand_calls_run_at_the_same_time()
    {
        await using var server = await InteropServer.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
            DisposeHttpClient = true,
        });
        var client = new TestService.TestServiceClient(channel);
        var calls = Enumerable.Range(0, 1000).Select(_ => client.FullDuplexCall(cancellationToken: Cancellation)).ToArray();

        // All are open at once: each has been answered and none has ended.
        await Task.WhenAll(calls.Select(async (call, i) =>
        {
            await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = i } } }, Cancellation);
            Assert.True(await call.ResponseStream.MoveNext(Cancellation));
            Assert.Equal(i, call.ResponseStream.Current.Payload.Body.Length);
        }));

        await Task.WhenAll(calls.Select(async call =>
        {
            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext(Cancellation));
            call.Dispose();
        }));
    }

    private static async Task EmptyCallAsync(GrpcChannel channel, CallOptions options = default) =>
        await new TestService.TestServiceClient(channel).EmptyCallAsync(new Empty(), options.WithCancellationToken(Cancellation));

    private static DateTime In(TimeSpan time) => TimeProvider.System.GetUtcNow().UtcDateTime + time;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Passes bytes on in both directions until it is told to be silent, as a firewall that forgot a connection.</summary>
    private sealed class Relay : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly int _target;
        private volatile bool _silent;

        internal Relay(int target)
        {
            _target = target;
            _listener.Start();
            _ = RunAsync();
        }

        internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        internal void Silence() => _silent = true;

        public void Dispose() => _listener.Dispose();

        private async Task RunAsync()
        {
            using var near = await _listener.AcceptTcpClientAsync();
            using var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAny(PumpAsync(near.GetStream(), far.GetStream()), PumpAsync(far.GetStream(), near.GetStream()));
        }

        private async Task PumpAsync(NetworkStream from, NetworkStream to)
        {
            var buffer = new byte[4096];
            int read;
            while ((read = await from.ReadAsync(buffer)) > 0)
            {
                if (!_silent)
                    await to.WriteAsync(buffer.AsMemory(0, read));
            }
        }
    }
}
