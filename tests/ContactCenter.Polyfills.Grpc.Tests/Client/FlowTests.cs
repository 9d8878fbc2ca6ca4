using ContactCenter.Polyfills.Grpc.Tests.Interop;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ContactCenter.Polyfills.Grpc.Tests.Client;

/// <summary>Message sizes and how fast messages flow.</summary>
public sealed class FlowTests
{
    private const int Mebibyte = 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(4 * Mebibyte - 32, true)]
    [InlineData(4 * Mebibyte + 1, false)]
    public async Task A_response_above_4_MiB_is_refused_by_the_client(int size, bool accepted)
    {
        await using var server = await InteropServer.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address);
        var call = new TestService.TestServiceClient(channel).UnaryCallAsync(new SimpleRequest { ResponseSize = size }, cancellationToken: Cancellation);
        if (accepted)
            Assert.Equal(size, (await call).Payload.Body.Length);
        else
            await AssertFailsAsync(StatusCode.ResourceExhausted, "Received message exceeds", call.ResponseAsync);
    }

    [Fact]
    public async Task A_request_above_the_clients_limit_is_not_sent()
    {
        await using var server = await InteropServer.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { MaxSendMessageSize = 1000 });
        var client = new TestService.TestServiceClient(channel);
        await AssertFailsAsync(StatusCode.ResourceExhausted, "Sending message exceeds", client.UnaryCallAsync(Request(1001), cancellationToken: Cancellation).ResponseAsync);
        await client.UnaryCallAsync(Request(900), cancellationToken: Cancellation);

        using var stream = client.StreamingInputCall(cancellationToken: Cancellation);
        var tooLarge = new StreamingInputCallRequest { Payload = Zeros(1001) };
        await AssertFailsAsync(StatusCode.ResourceExhausted, "Sending message exceeds", stream.RequestStream.WriteAsync(tooLarge, Cancellation));
    }

    [Fact]
    public async Task A_request_above_the_servers_limit_ends_with_the_servers_status()
    {
        await using var server = await InteropServer.StartAsync(options: o => o.MaxReceiveMessageSize = 1000);
        using var channel = GrpcChannel.ForAddress(server.Address);
        var client = new TestService.TestServiceClient(channel);
        await AssertFailsAsync(StatusCode.ResourceExhausted, "Received message exceeds", client.UnaryCallAsync(Request(5 * Mebibyte), cancellationToken: Cancellation).ResponseAsync);
    }

    [Fact]
    public async Task A_server_that_ends_a_client_stream_early_is_heard_by_the_writer()
    {
        await using var server = await InteropServer.StartAsync(options: o => o.MaxReceiveMessageSize = 1000);
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var call = new TestService.TestServiceClient(channel).StreamingInputCall(cancellationToken: Cancellation);
        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
                await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(100_000) }, Cancellation);
        });
        await AssertFailsAsync(StatusCode.ResourceExhausted, "Received message exceeds", call.ResponseAsync);
    }

    [Fact]
    public async Task A_slow_reader_slows_the_server_down()
    {
        var stalled = new TaskCompletionSource<int>();
        await using var server = await InteropServer.StartAsync(map: app => app.MapPost("/slow/Read", async (HttpContext http) =>
        {
            // What a gRPC server does, so that only the client's reading can hold it up.
            http.Response.ContentType = "application/grpc";
            var message = new byte[5 + 64 * 1024];
            message[2] = 1;
            for (var sent = 0; ; sent += message.Length)
            {
                var write = http.Response.Body.WriteAsync(message, http.RequestAborted).AsTask();
                if (await Task.WhenAny(write, Task.Delay(TimeSpan.FromSeconds(1), http.RequestAborted)) != write)
                    stalled.TrySetResult(sent);
                await write;
            }
        }));
        using var channel = GrpcChannel.ForAddress(server.Address);
        var bytes = new Marshaller<byte[]>(b => b, b => b);
        using var call = channel.CreateCallInvoker().AsyncServerStreamingCall(
            new Method<byte[], byte[]>(MethodType.ServerStreaming, "slow", "Read", bytes, bytes), null, new CallOptions(cancellationToken: Cancellation), []);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(64 * 1024, call.ResponseStream.Current.Length);

        Assert.InRange(await stalled.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation), 1, 2 * Mebibyte);

        // Reading lets it go on.
        for (var i = 0; i < 100; i++)
            Assert.True(await call.ResponseStream.MoveNext(Cancellation));
    }

    [Fact]
    public async Task A_server_that_does_not_read_slows_the_writer_down()
    {
        await using var server = await InteropServer.StartAsync(map: app => app.MapPost("/deaf/Write", async (HttpContext http) =>
        {
            http.Response.ContentType = "application/grpc";
            await http.Response.StartAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        }));
        using var channel = GrpcChannel.ForAddress(server.Address);
        var bytes = new Marshaller<byte[]>(b => b, b => b);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            new Method<byte[], byte[]>(MethodType.DuplexStreaming, "deaf", "Write", bytes, bytes), null, new CallOptions(cancellationToken: Cancellation));

        var sent = 0;
        await Assert.ThrowsAsync<TimeoutException>(async () =>
        {
            for (; sent < 100 * Mebibyte; sent += 64 * 1024)
                await call.RequestStream.WriteAsync(new byte[64 * 1024], CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(sent == 0 ? 20 : 1), Cancellation);
        });
        Assert.InRange(sent, 1, 2 * Mebibyte);
    }

    private static async Task AssertFailsAsync(StatusCode code, string detail, Task call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(code, error.StatusCode);
        Assert.Contains(detail, error.Status.Detail, StringComparison.Ordinal);
    }

    private static SimpleRequest Request(int size) => new() { Payload = Zeros(size) };

    private static Payload Zeros(int size) => new() { Body = UnsafeByteOperations.UnsafeWrap(new byte[size]) };
}
