using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using ContactCenter.Testing.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ContactCenter.Polyfills.Grpc.Tests.Server;

public sealed class HostingTests
{
    [Fact]
    public async Task Interceptors_see_a_call_in_order_and_get_their_services()
    {
        var log = new CallLog();
        await using var server = await EchoServer.StartAsync(
            options =>
            {
                options.Interceptors.Add<LoggingInterceptor>("first");
                options.Interceptors.Add<LoggingInterceptor>("second");
            },
            builder => builder.Services.AddSingleton(log));

        Assert.Equal("0", (await server.Client.UnaryAsync(new EchoRequest())).Status);
        Assert.Equal(["first in", "second in", "second out", "first out"], log.Entries);

        log.Entries.Clear();
        byte[] frame = WireClient.Frame(new EchoRequest { Count = 1 });
        foreach (var method in (string[])["ServerStream", "ClientStream", "Duplex"])
            Assert.Equal("0", (await server.Client.SendAsync(method, frame)).Status);
        Assert.Equal(12, log.Entries.Count);
    }

    [Fact]
    public async Task An_interceptor_of_one_service_comes_after_those_of_all()
    {
        var log = new CallLog();
        await using var server = await EchoServer.StartAsync(
            options => options.Interceptors.Add<LoggingInterceptor>("all"),
            builder =>
            {
                builder.Services.AddSingleton(log);
                builder.Services.AddGrpc().AddServiceOptions<EchoHandler>(options =>
                {
                    options.Interceptors.Add<LoggingInterceptor>("one");
                    options.MaxReceiveMessageSize = 10;
                });
            });

        Assert.Equal("0", (await server.Client.UnaryAsync(new EchoRequest())).Status);
        Assert.Equal(["all in", "one in", "one out", "all out"], log.Entries);
        Assert.Equal("8", (await server.Client.UnaryAsync(new EchoRequest { Text = "more than ten bytes" })).Status);
    }

    [Fact]
    public async Task An_interceptor_can_turn_an_exception_into_a_status()
    {
        await using var server = await EchoServer.StartAsync(options => options.Interceptors.Add<TranslatingInterceptor>());

        var answer = await server.Client.UnaryAsync(new EchoRequest { Command = "throw" });

        Assert.Equal(("9", "translated"), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task A_service_created_for_a_call_is_disposed_with_it_and_shares_its_scope()
    {
        var log = new CallLog();
        await using var server = await EchoServer.StartAsync(
            configure: builder => builder.Services.AddSingleton(log),
            map: app => app.MapGrpcService<DisposedEcho>());

        Assert.Equal("0", (await server.Client.UnaryAsync(new EchoRequest())).Status);

        Assert.Equal(["created", "called", "disposed"], log.Entries);
    }

    [Fact]
    public async Task Authorization_and_attributes_of_methods_work_as_for_every_endpoint()
    {
        await using var server = await EchoServer.StartAsync(
            configure: builder =>
            {
                builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("header", null);
                builder.Services.AddAuthorization();
            },
            map: app => app.MapGrpcService<OpenEcho>().RequireAuthorization());

        var refused = await server.Client.SendAsync("ServerStream", WireClient.Frame(new EchoRequest()));
        var allowed = await server.Client.SendAsync("ServerStream", WireClient.Frame(new EchoRequest { Count = 1 }), ("x-user", "ann"));
        var open = await server.Client.UnaryAsync(new EchoRequest { Text = "x" });

        Assert.Equal(HttpStatusCode.Unauthorized, refused.Http);
        Assert.Equal("ann", allowed.Response.Text);
        Assert.Equal("x", open.Response.Text);
    }

    [Fact]
    public async Task All_call_types_work_in_process_over_TestServer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton<EchoProbe>();
        builder.Services.AddGrpc();
        await using var app = builder.Build();
        app.MapGrpcService<EchoHandler>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = app.GetTestServer().CreateHandler() });
        var client = new EchoService.EchoServiceClient(channel);
        var cancellation = TestContext.Current.CancellationToken;

        Assert.Equal("u", (await client.UnaryAsync(new EchoRequest { Text = "u" }, cancellationToken: cancellation)).Text);

        using var serverStream = client.ServerStream(new EchoRequest { Text = "s", Count = 3 }, cancellationToken: cancellation);
        Assert.Equal(3, await serverStream.ResponseStream.ReadAllAsync(cancellation).CountAsync(cancellation));

        using var clientStream = client.ClientStream(cancellationToken: cancellation);
        await clientStream.RequestStream.WriteAsync(new EchoRequest { Text = "a" }, cancellation);
        await clientStream.RequestStream.CompleteAsync();
        Assert.Equal("1:a", (await clientStream).Text);

        using var duplex = client.Duplex(cancellationToken: cancellation);
        await duplex.RequestStream.WriteAsync(new EchoRequest { Text = "d" }, cancellation);
        Assert.True(await duplex.ResponseStream.MoveNext(cancellation));
        await duplex.RequestStream.CompleteAsync();
        Assert.False(await duplex.ResponseStream.MoveNext(cancellation));

        var error = await Assert.ThrowsAsync<RpcException>(async () => await client.UnaryAsync(new EchoRequest { Command = "status" }, cancellationToken: cancellation));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal(new byte[] { 1, 2, 3, 255 }, error.Trailers.GetValueBytes("detail-bin"));
    }

    public sealed class CallLog
    {
        public List<string> Entries { get; } = [];
    }

    private sealed class LoggingInterceptor(CallLog log, string name) : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            LogAsync(() => continuation(request, context));

        public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
            LogAsync(() => continuation(requestStream, context));

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
            LogAsync(async () =>
            {
                await continuation(request, responseStream, context);
                return true;
            });

        public override Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
            LogAsync(async () =>
            {
                await continuation(requestStream, responseStream, context);
                return true;
            });

        private async Task<T> LogAsync<T>(Func<Task<T>> call)
        {
            log.Entries.Add(name + " in");
            var result = await call();
            log.Entries.Add(name + " out");
            return result;
        }
    }

    private sealed class TranslatingInterceptor : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            try
            {
                return await continuation(request, context);
            }
            catch (InvalidOperationException)
            {
                throw new RpcException(new Status(StatusCode.FailedPrecondition, "translated"));
            }
        }
    }

    private sealed class DisposedEcho : EchoService.EchoServiceBase, IAsyncDisposable
    {
        private readonly CallLog _log;

        public DisposedEcho(CallLog log)
        {
            _log = log;
            log.Entries.Add("created");
        }

        public override Task<EchoResponse> Unary(EchoRequest request, ServerCallContext context)
        {
            _log.Entries.Add("called");
            return Task.FromResult(new EchoResponse());
        }

        public ValueTask DisposeAsync()
        {
            _log.Entries.Add("disposed");
            return default;
        }
    }

    private sealed class OpenEcho : EchoService.EchoServiceBase
    {
        [AllowAnonymous]
        public override Task<EchoResponse> Unary(EchoRequest request, ServerCallContext context) => Task.FromResult(new EchoResponse { Text = request.Text });

        public override Task ServerStream(EchoRequest request, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context) =>
            responseStream.WriteAsync(new EchoResponse { Text = context.GetHttpContext().User.Identity!.Name! });
    }

    private sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers["x-user"].ToString() is { Length: > 0 } user
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "header")), "header"))
            : AuthenticateResult.NoResult());
    }
}
