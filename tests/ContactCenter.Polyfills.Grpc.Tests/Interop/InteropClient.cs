using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Testing;

namespace ContactCenter.Polyfills.Grpc.Tests.Interop;

/// <summary>Runs the interop cases with our client.</summary>
/// <param name="address">The server.</param>
/// <param name="handler">How it is reached; null for the channel's own way.</param>
/// <param name="seesCompression">Whether the server can tell a compressed request from another and refuse it.</param>
/// <param name="compresses">Whether the server can compress its answers.</param>
internal sealed class InteropClient(string address, HttpMessageHandler? handler = null, bool seesCompression = true, bool compresses = true) : IDisposable
{
    private const string Special = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
    private static readonly int[] Sizes = [31415, 9, 2653, 58979];
    private static readonly int[] Requests = [27182, 8, 1828, 45904];

    private readonly CompressionTap _tap = new(handler ?? new SocketsHttpHandler());
    private GrpcChannel? _channel;

    private GrpcChannel Channel => _channel ??= GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = _tap, DisposeHttpClient = true });

    private TestService.TestServiceClient Client => new(Channel);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal Task RunAsync(string interopCase) => interopCase switch
    {
        "empty_unary" => EmptyUnaryAsync(),
        "large_unary" => LargeUnaryAsync(),
        "client_streaming" => ClientStreamingAsync(),
        "server_streaming" => ServerStreamingAsync(),
        "ping_pong" => PingPongAsync(),
        "empty_stream" => EmptyStreamAsync(),
        "timeout_on_sleeping_server" => TimeoutOnSleepingServerAsync(),
        "cancel_after_begin" => CancelAfterBeginAsync(),
        "cancel_after_first_response" => CancelAfterFirstResponseAsync(),
        "status_code_and_message" => StatusCodeAndMessageAsync(),
        "special_status_message" => SpecialStatusMessageAsync(),
        "custom_metadata" => CustomMetadataAsync(),
        "unimplemented_method" => UnimplementedAsync(Client.UnimplementedCallAsync(new Empty(), Options())),
        "unimplemented_service" => UnimplementedAsync(new UnimplementedService.UnimplementedServiceClient(Channel).UnimplementedCallAsync(new Empty(), Options())),
        "client_compressed_unary" => ClientCompressedUnaryAsync(),
        "server_compressed_unary" => ServerCompressedUnaryAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(interopCase), interopCase, "No such case."),
    };

    public void Dispose() => Channel.Dispose();

    private async Task EmptyUnaryAsync() => Assert.Equal(new Empty(), await Client.EmptyCallAsync(new Empty(), Options()));

    private async Task LargeUnaryAsync()
    {
        var response = await Client.UnaryCallAsync(LargeRequest(), Options());
        Assert.Equal(314159, response.Payload.Body.Length);
    }

    private async Task ClientStreamingAsync()
    {
        using var call = Client.StreamingInputCall(Options());
        foreach (var size in Requests)
            await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(size) }, Cancellation);
        await call.RequestStream.CompleteAsync();
        Assert.Equal(74922, (await call).AggregatedPayloadSize);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    private async Task ServerStreamingAsync()
    {
        using var call = Client.StreamingOutputCall(OutputRequest(0, Sizes), Options());
        Assert.Equal(Sizes, await ReadSizesAsync(call.ResponseStream));
    }

    private async Task PingPongAsync()
    {
        using var call = Client.FullDuplexCall(Options());
        foreach (var (sent, wanted) in Requests.Zip(Sizes))
        {
            await call.RequestStream.WriteAsync(OutputRequest(sent, wanted), Cancellation);
            Assert.True(await call.ResponseStream.MoveNext(Cancellation));
            Assert.Equal(wanted, call.ResponseStream.Current.Payload.Body.Length);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    private async Task EmptyStreamAsync()
    {
        using var call = Client.FullDuplexCall(Options());
        await call.RequestStream.CompleteAsync();
        Assert.Empty(await ReadSizesAsync(call.ResponseStream));
    }

    private async Task TimeoutOnSleepingServerAsync()
    {
        using var call = Client.FullDuplexCall(Options().WithDeadline(In(TimeSpan.FromMilliseconds(20))));
        await WriteIfNotOverAsync(call, OutputRequest(27182));
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.Equal(StatusCode.DeadlineExceeded, call.GetStatus().StatusCode);
    }

    private async Task CancelAfterBeginAsync()
    {
        using var cancel = new CancellationTokenSource();
        using var call = Client.StreamingInputCall(Options().WithCancellationToken(cancel.Token));
        await cancel.CancelAsync();
        await AssertFailsAsync(StatusCode.Cancelled, call.ResponseAsync);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    private async Task CancelAfterFirstResponseAsync()
    {
        using var cancel = new CancellationTokenSource();
        using var call = Client.FullDuplexCall(Options().WithCancellationToken(cancel.Token));
        await call.RequestStream.WriteAsync(OutputRequest(27182, 31415), Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(31415, call.ResponseStream.Current.Payload.Body.Length);
        await cancel.CancelAsync();
        await AssertFailsAsync(StatusCode.Cancelled, call.ResponseStream.MoveNext(Cancellation));
    }

    private async Task StatusCodeAndMessageAsync()
    {
        var status = new EchoStatus { Code = 2, Message = "test status message" };
        var unary = await AssertFailsAsync(StatusCode.Unknown, Client.UnaryCallAsync(new SimpleRequest { ResponseStatus = status }, Options()).ResponseAsync);
        Assert.Equal("test status message", unary.Status.Detail);

        using var call = Client.FullDuplexCall(Options());
        await WriteIfNotOverAsync(call, new StreamingOutputCallRequest { ResponseStatus = status });
        await call.RequestStream.CompleteAsync();
        var stream = await AssertFailsAsync(StatusCode.Unknown, call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal("test status message", stream.Status.Detail);
    }

    private async Task SpecialStatusMessageAsync()
    {
        var request = new SimpleRequest { ResponseStatus = new EchoStatus { Code = 2, Message = Special } };
        var error = await AssertFailsAsync(StatusCode.Unknown, Client.UnaryCallAsync(request, Options()).ResponseAsync);
        Assert.Equal(Special, error.Status.Detail);
    }

    private async Task CustomMetadataAsync()
    {
        var options = Options().WithHeaders(new Metadata
        {
            { "x-grpc-test-echo-initial", "test_initial_metadata_value" },
            { "x-grpc-test-echo-trailing-bin", [0xab, 0xab, 0xab] },
        });

        using var unary = Client.UnaryCallAsync(LargeRequest(), options);
        AssertInitial(await unary.ResponseHeadersAsync);
        Assert.Equal(314159, (await unary).Payload.Body.Length);
        AssertTrailing(unary.GetTrailers());

        using var stream = Client.FullDuplexCall(options);
        await stream.RequestStream.WriteAsync(OutputRequest(271828, 314159), Cancellation);
        await stream.RequestStream.CompleteAsync();
        AssertInitial(await stream.ResponseHeadersAsync);
        Assert.Equal(314159, Assert.Single(await ReadSizesAsync(stream.ResponseStream)));
        AssertTrailing(stream.GetTrailers());

        static void AssertInitial(Metadata headers) => Assert.Equal("test_initial_metadata_value", headers.GetValue("x-grpc-test-echo-initial"));
        static void AssertTrailing(Metadata trailers) => Assert.Equal([0xab, 0xab, 0xab], trailers.GetValueBytes("x-grpc-test-echo-trailing-bin"));
    }

    private static Task<RpcException> UnimplementedAsync(AsyncUnaryCall<Empty> call) => AssertFailsAsync(StatusCode.Unimplemented, call.ResponseAsync);

    private async Task ClientCompressedUnaryAsync()
    {
        var compressed = Options().WithHeaders(new Metadata { { "grpc-internal-encoding-request", "gzip" } });
        var probe = LargeRequest();
        probe.ExpectCompressed = new BoolValue { Value = true };
        if (seesCompression)
            await AssertFailsAsync(StatusCode.InvalidArgument, Client.UnaryCallAsync(probe, Options()).ResponseAsync);
        Assert.Equal(314159, (await Client.UnaryCallAsync(probe, compressed)).Payload.Body.Length);

        var plain = LargeRequest();
        plain.ExpectCompressed = new BoolValue { Value = false };
        Assert.Equal(314159, (await Client.UnaryCallAsync(plain, compressed.WithWriteOptions(new WriteOptions(WriteFlags.NoCompress)))).Payload.Body.Length);
    }

    private async Task ServerCompressedUnaryAsync()
    {
        foreach (var wanted in new[] { true, false })
        {
            var request = LargeRequest();
            request.ResponseCompressed = new BoolValue { Value = wanted };
            Assert.Equal(314159, (await Client.UnaryCallAsync(request, Options())).Payload.Body.Length);
            Assert.Equal(wanted && compresses, _tap.LastCompressed);
        }
    }

    /// <summary>The call may be over, by its deadline or by the server's answer, before the write ends: what is read tells.</summary>
    private static async Task WriteIfNotOverAsync(AsyncDuplexStreamingCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call, StreamingOutputCallRequest request)
    {
        try
        {
            await call.RequestStream.WriteAsync(request, Cancellation);
        }
        catch (RpcException e)
        {
            Assert.Equal(e.StatusCode, call.GetStatus().StatusCode);
        }
    }

    private static async Task<RpcException> AssertFailsAsync(StatusCode code, Task call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(code, error.StatusCode);
        return error;
    }

    private static async Task<int[]> ReadSizesAsync(IAsyncStreamReader<StreamingOutputCallResponse> responses)
    {
        var sizes = new List<int>();
        while (await responses.MoveNext(Cancellation))
            sizes.Add(responses.Current.Payload.Body.Length);
        return [.. sizes];
    }

    private static CallOptions Options() => new(deadline: In(TimeSpan.FromSeconds(20)), cancellationToken: Cancellation);

    private static DateTime In(TimeSpan time) => TimeProvider.System.GetUtcNow().UtcDateTime + time;

    private static Payload Zeros(int size) => new() { Body = UnsafeByteOperations.UnsafeWrap(new byte[size]) };

    private static SimpleRequest LargeRequest() => new() { ResponseSize = 314159, Payload = Zeros(271828) };

    private static StreamingOutputCallRequest OutputRequest(int body, params int[] sizes) => new()
    {
        Payload = Zeros(body),
        ResponseParameters = { sizes.Select(size => new ResponseParameters { Size = size }) },
    };
}
