using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using ContactCenter.Polyfills.Grpc.Tests.Interop;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Testing;
using Microsoft.AspNetCore.Builder;

namespace ContactCenter.Polyfills.Grpc.Tests.Client;

/// <summary>What a call tells its caller, and when.</summary>
public sealed class CallTests : IAsyncLifetime
{
    private InteropServer _server = null!;
    private GrpcChannel _channel = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TestService.TestServiceClient Client => new(_channel);

    public async ValueTask InitializeAsync()
    {
        _server = await InteropServer.StartAsync();
        _channel = GrpcChannel.ForAddress(_server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public void A_blocking_call_returns_the_response() =>
        Assert.Equal(7, Client.UnaryCall(new SimpleRequest { ResponseSize = 7 }, cancellationToken: Cancellation).Payload.Body.Length);

    [Fact]
    public void A_blocking_call_fails_with_the_status()
    {
        var request = new SimpleRequest { ResponseStatus = new EchoStatus { Code = 5, Message = "not here" } };
        var error = Assert.Throws<RpcException>(() => Client.UnaryCall(request, cancellationToken: Cancellation));
        Assert.Equal(new Status(StatusCode.NotFound, "not here"), error.Status);
    }

    [Fact]
    public async Task Status_and_trailers_are_known_only_when_the_call_is_over()
    {
        using var call = Client.FullDuplexCall(cancellationToken: Cancellation);
        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(call.GetTrailers);

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Cancellation));

        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.DoesNotContain(call.GetTrailers(), entry => entry.Key == "grpc-status");
    }

    [Fact]
    public async Task Disposing_a_call_cancels_it_on_the_server_too()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await InteropServer.StartAsync(map: app => app.Use(async (http, next) =>
        {
            http.RequestAborted.Register(cancelled.SetResult);
            await next(http);
        }));
        using var channel = GrpcChannel.ForAddress(server.Address);
        var call = new TestService.TestServiceClient(channel).FullDuplexCall(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = 1 } } }, Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));

        call.Dispose();

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => call.ResponseStream.MoveNext(Cancellation));
    }

    [Fact]
    public async Task Only_one_read_and_one_write_may_be_under_way()
    {
        using var call = Client.FullDuplexCall(cancellationToken: Cancellation);
        var read = call.ResponseStream.MoveNext(Cancellation);
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.ResponseStream.MoveNext(Cancellation));

        await call.RequestStream.CompleteAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new StreamingOutputCallRequest(), Cancellation));
        Assert.False(await read);
    }

    [Fact]
    public async Task A_request_that_cannot_be_serialised_does_not_end_the_stream()
    {
        var requests = Marshallers.Create<string>(text => text.Length > 0 ? [] : throw new FormatException("nothing to send"), _ => "");
        var responses = Marshallers.Create<string>(_ => [], bytes => "response");
        var method = new Method<string, string>(MethodType.ClientStreaming, "grpc.testing.TestService", "StreamingInputCall", requests, responses);
        using var call = _channel.CreateCallInvoker().AsyncClientStreamingCall(method, null, new CallOptions(cancellationToken: Cancellation));
        await Assert.ThrowsAsync<FormatException>(() => call.RequestStream.WriteAsync("", Cancellation));
        await call.RequestStream.WriteAsync("good", Cancellation);
        await call.RequestStream.CompleteAsync();
        Assert.Equal("response", await call);
    }

    [Fact]
    public async Task A_token_of_one_read_gives_the_whole_call_up()
    {
        using var call = Client.FullDuplexCall(cancellationToken: Cancellation);
        using var impatient = new CancellationTokenSource();
        var read = call.ResponseStream.MoveNext(impatient.Token);
        await impatient.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_deadline_in_the_past_is_exceeded_at_once()
    {
        var call = Client.EmptyCallAsync(new Empty(), deadline: Now().AddSeconds(-1), cancellationToken: Cancellation);
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    [Fact]
    public void A_deadline_has_to_be_in_UTC() =>
        Assert.Throws<InvalidOperationException>(() => Client.EmptyCallAsync(new Empty(), deadline: Now().ToLocalTime(), cancellationToken: Cancellation));

    [Fact]
    public async Task The_server_hears_of_the_deadline()
    {
        var timeout = new TaskCompletionSource<string?>();
        await using var server = await InteropServer.StartAsync(map: app => app.Use(async (http, next) =>
        {
            timeout.TrySetResult(http.Request.Headers["grpc-timeout"]);
            await next(http);
        }));
        using var channel = GrpcChannel.ForAddress(server.Address);
        await new TestService.TestServiceClient(channel).EmptyCallAsync(new Empty(), deadline: Now().AddHours(1), cancellationToken: Cancellation);
        Assert.Matches("^[0-9]{1,8}[HMSmun]$", await timeout.Task);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_channel_can_throw_cancellations_as_such(bool byDeadline)
    {
        using var channel = GrpcChannel.ForAddress(_server.Address, new GrpcChannelOptions { ThrowOperationCanceledOnCancellation = true });
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var call = new TestService.TestServiceClient(channel).StreamingInputCall(
            deadline: byDeadline ? Now().AddMilliseconds(50) : null, cancellationToken: cancel.Token);
        if (!byDeadline)
            await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.ResponseAsync);
        Assert.Equal(byDeadline ? StatusCode.DeadlineExceeded : StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Call_credentials_stay_at_home_without_TLS_unless_that_is_allowed()
    {
        var credentials = CallCredentials.FromInterceptor((call, metadata) =>
        {
            Assert.EndsWith("/grpc.testing.TestService", call.ServiceUrl, StringComparison.Ordinal);
            Assert.Equal("UnaryCall", call.MethodName);
            metadata.Add("x-grpc-test-echo-initial", "secret");
            return Task.CompletedTask;
        });
        var options = new CallOptions(credentials: credentials, cancellationToken: Cancellation);

        using var call = Client.UnaryCallAsync(new SimpleRequest(), options);
        Assert.Null((await call.ResponseHeadersAsync).Get("x-grpc-test-echo-initial"));

        using var careless = GrpcChannel.ForAddress(_server.Address, new GrpcChannelOptions { UnsafeUseInsecureChannelCallCredentials = true });
        using var sent = new TestService.TestServiceClient(careless).UnaryCallAsync(new SimpleRequest(), options);
        Assert.Equal("secret", (await sent.ResponseHeadersAsync).GetValue("x-grpc-test-echo-initial"));
    }

    [Fact]
    public async Task An_interceptor_sees_and_changes_calls()
    {
        var invoker = _channel.Intercept(metadata =>
        {
            metadata.Add("x-grpc-test-echo-initial", "from the interceptor");
            return metadata;
        });
        using var call = new TestService.TestServiceClient(invoker).UnaryCallAsync(new SimpleRequest(), cancellationToken: Cancellation);
        Assert.Equal("from the interceptor", (await call.ResponseHeadersAsync).GetValue("x-grpc-test-echo-initial"));
    }

    [Fact]
    public async Task A_call_is_an_activity_with_its_method_and_status()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Grpc.Net.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var caller = new Activity("caller").Start();
        var request = new SimpleRequest { ResponseStatus = new EchoStatus { Code = 5, Message = "not here" } };

        await Assert.ThrowsAsync<RpcException>(() => Client.UnaryCallAsync(request, cancellationToken: Cancellation).ResponseAsync);

        Assert.Same(caller, Activity.Current);
        var call = Assert.Single(ended, activity => activity.TraceId == caller.TraceId);
        Assert.Equal("/grpc.testing.TestService/UnaryCall", call.GetTagItem("grpc.method"));
        Assert.Equal("5", call.GetTagItem("grpc.status_code"));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, StatusCode.Internal)]
    [InlineData(HttpStatusCode.Unauthorized, StatusCode.Unauthenticated)]
    [InlineData(HttpStatusCode.Forbidden, StatusCode.PermissionDenied)]
    [InlineData(HttpStatusCode.NotFound, StatusCode.Unimplemented)]
    [InlineData(HttpStatusCode.TooManyRequests, StatusCode.Unavailable)]
    [InlineData(HttpStatusCode.BadGateway, StatusCode.Unavailable)]
    [InlineData(HttpStatusCode.ServiceUnavailable, StatusCode.Unavailable)]
    [InlineData(HttpStatusCode.GatewayTimeout, StatusCode.Unavailable)]
    [InlineData(HttpStatusCode.InternalServerError, StatusCode.Unknown)]
    public async Task An_HTTP_error_becomes_the_status_that_fits(HttpStatusCode http, StatusCode expected)
    {
        var error = await FailAsync(new HttpResponseMessage(http));
        Assert.Equal(expected, error.StatusCode);
        Assert.Contains(((int)http).ToString(System.Globalization.CultureInfo.InvariantCulture), error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_that_is_no_gRPC_is_named_by_its_content_type()
    {
        var error = await FailAsync(new HttpResponseMessage { Content = new StringContent("<p>hello</p>", MediaTypeHeaderValue.Parse("text/html")) });
        Assert.Equal("Bad gRPC response. Invalid content-type value: text/html", error.Status.Detail);
    }

    [Fact]
    public async Task A_response_over_HTTP_1_fails()
    {
        var error = await FailAsync(new HttpResponseMessage { Content = GrpcContent() }, downgraded: true);
        Assert.Equal(new Status(StatusCode.Internal, "Bad gRPC response. Response protocol downgraded to HTTP/1.1."), error.Status);
    }

    [Fact]
    public async Task A_response_without_a_status_fails()
    {
        var error = await FailAsync(new HttpResponseMessage { Content = GrpcContent() });
        Assert.Equal("No grpc-status found on response.", error.Status.Detail);
    }

    [Fact]
    public async Task A_status_of_OK_without_a_message_fails()
    {
        var response = new HttpResponseMessage { Content = GrpcContent() };
        response.TrailingHeaders.Add("grpc-status", "0");
        Assert.Equal(new Status(StatusCode.Internal, "Failed to deserialize response message."), (await FailAsync(response)).Status);
    }

    [Fact]
    public async Task A_status_with_its_details_counts_more_than_the_HTTP_status()
    {
        var response = new HttpResponseMessage { Content = GrpcContent() };
        response.StatusCode = HttpStatusCode.BadGateway;
        response.Headers.Add("grpc-status", "3");
        response.Headers.Add("grpc-message", "50%25 wrong");
        response.Headers.Add("grpc-status-details-bin", "CAMSAmhp");
        var error = await FailAsync(response);
        Assert.Equal(new Status(StatusCode.InvalidArgument, "50% wrong"), error.Status);
        Assert.Equal([8, 3, 18, 2, (byte)'h', (byte)'i'], error.Trailers.GetValueBytes("grpc-status-details-bin"));
    }

    [Fact]
    public async Task Trailers_that_cannot_be_read_do_not_hide_the_status()
    {
        var response = new HttpResponseMessage { Content = GrpcContent() };
        response.TrailingHeaders.Add("grpc-status", "5");
        response.TrailingHeaders.Add("broken-bin", "!");
        Assert.Equal(StatusCode.NotFound, (await FailAsync(response)).StatusCode);
    }

    private static async Task<RpcException> FailAsync(HttpResponseMessage response, bool downgraded = false)
    {
        response.Version = downgraded ? HttpVersion.Version11 : HttpVersion.Version20;
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = new FixedAnswer(response), DisposeHttpClient = true });
        using var call = new TestService.TestServiceClient(channel).EmptyCallAsync(new Empty(), cancellationToken: Cancellation);
        return await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
    }

    private static ByteArrayContent GrpcContent() => new([]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };

    private static DateTime Now() => TimeProvider.System.GetUtcNow().UtcDateTime;

    private sealed class FixedAnswer(HttpResponseMessage response) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(response);
    }
}
