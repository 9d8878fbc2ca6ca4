using ContactCenter.Polyfills.Grpc.Tests.Interop;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.ClientFactory;
using Grpc.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Polyfills.Grpc.Tests.ClientFactory;

/// <summary>Registered clients, over a server in the same process.</summary>
public sealed class GrpcClientFactoryTests : IAsyncLifetime
{
    private static readonly Uri Address = new("http://localhost");

    private readonly List<string> _seen = [];
    private WebApplication _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer();
        builder.Services.AddGrpc();
        _server = builder.Build();
        _server.Use(async (http, next) =>
        {
            _seen.Add($"{http.Request.Host}{http.Request.Path} {http.Request.Headers["x-trace"]}".TrimEnd());
            await next(http);
        });
        _server.MapGrpcService<InteropService>();
        await _server.StartAsync(Cancellation);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task All_call_types_work_within_one_process()
    {
        using var client = new InteropClient(Address.AbsoluteUri, _server.GetTestServer().CreateHandler());

        // TestServer resets without an error code: how a call that is cut off ends depends on which side is first.
        string[] cutOff = ["timeout_on_sleeping_server", "cancel_after_begin", "cancel_after_first_response"];
        foreach (var interopCase in InteropCase.Names.Where(interopCase => !cutOff.Contains(interopCase.Data)))
            await client.RunAsync(interopCase.Data);
    }

    [Fact]
    public async Task A_client_comes_from_the_container_or_by_its_name()
    {
        await using var services = Build(s =>
        {
            Register(s.AddGrpcClient<TestService.TestServiceClient>("other", (_, o) => o.Address = new Uri("http://other")));
            Register(s.AddGrpcClient<TestService.TestServiceClient>(o => o.Address = Address));
        });
        await services.GetRequiredService<TestService.TestServiceClient>().EmptyCallAsync(new Empty(), cancellationToken: Cancellation);
        await services.GetRequiredService<GrpcClientFactory>().CreateClient<TestService.TestServiceClient>("TestServiceClient").EmptyCallAsync(new Empty(), cancellationToken: Cancellation);
        await services.GetRequiredService<GrpcClientFactory>().CreateClient<TestService.TestServiceClient>("other").EmptyCallAsync(new Empty(), cancellationToken: Cancellation);
        Assert.Equal(["localhost", "localhost", "other"], _seen.Select(seen => seen.Split('/')[0]));
    }

    [Fact]
    public async Task Handlers_of_HttpClientFactory_see_the_requests_and_may_send_them_elsewhere()
    {
        await using var services = Build(s =>
        {
            s.AddTransient<Discovery>();
            s.ConfigureHttpClientDefaults(http => http.AddHttpMessageHandler<Discovery>());
            Register(s.AddGrpcClient<TestService.TestServiceClient>(o => o.Address = new Uri("http://_grpc.insights-enrichment")));
        });
        await services.GetRequiredService<TestService.TestServiceClient>().EmptyCallAsync(new Empty(), cancellationToken: Cancellation);
        Assert.Equal(["discovered/grpc.testing.TestService/EmptyCall"], _seen);
    }

    [Fact]
    public async Task Interceptors_run_in_order_and_live_as_long_as_their_scope()
    {
        var made = new List<string>();
        await using var services = Build(s =>
        {
            s.AddTransient(_ => Trace.Made("container", made));
            Register(s.AddGrpcClient<TestService.TestServiceClient>(o => o.Address = Address))
                .AddInterceptor(() => Trace.Made("channel", made))
                .AddInterceptor(InterceptorScope.Client, _ => Trace.Made("client", made))
                .AddInterceptor<Trace>();
        });
        for (var i = 0; i < 2; i++)
            await services.GetRequiredService<TestService.TestServiceClient>().EmptyCallAsync(new Empty(), cancellationToken: Cancellation);
        Assert.Equal(["channel", "container", "client", "client"], made);
        Assert.All(_seen, seen => Assert.EndsWith("client,channel,container", seen, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_channel_can_be_configured()
    {
        await using var services = Build(s => Register(s.AddGrpcClient<TestService.TestServiceClient>(o => o.Address = Address))
            .ConfigureChannel(o => o.MaxReceiveMessageSize = 10)
            .ConfigureChannel((_, o) => o.ThrowOperationCanceledOnCancellation = true));
        var client = services.GetRequiredService<TestService.TestServiceClient>();
        var error = await Assert.ThrowsAsync<RpcException>(() => client.UnaryCallAsync(new SimpleRequest { ResponseSize = 100 }, cancellationToken: Cancellation).ResponseAsync);
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.UnaryCallAsync(new SimpleRequest(), cancellationToken: new CancellationToken(true)).ResponseAsync);
    }

    [Fact]
    public async Task Call_credentials_are_added_to_each_call()
    {
        await using var services = Build(s =>
        {
            s.AddSingleton("token of the container");
            Register(s.AddGrpcClient<TestService.TestServiceClient>(o => o.Address = Address))
                .AddCallCredentials((_, metadata, provider) =>
                {
                    metadata.Add("x-trace", provider.GetRequiredService<string>());
                    return Task.CompletedTask;
                })
                .ConfigureChannel(o => o.UnsafeUseInsecureChannelCallCredentials = true);
        });
        await services.GetRequiredService<TestService.TestServiceClient>().EmptyCallAsync(new Empty(), cancellationToken: Cancellation);
        Assert.EndsWith("token of the container", Assert.Single(_seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_are_named_when_they_are_made()
    {
        await using var withoutAddress = Build(s => s.AddGrpcClient<TestService.TestServiceClient>());
        Assert.Contains("address", Assert.Throws<InvalidOperationException>(withoutAddress.GetRequiredService<TestService.TestServiceClient>).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => withoutAddress.GetRequiredService<GrpcClientFactory>().CreateClient<TestService.TestServiceClient>("unknown"));

        await using var insecure = Build(s => s.AddGrpcClient<TestService.TestServiceClient>(o => o.Address = Address).AddCallCredentials((_, _) => Task.CompletedTask));
        Assert.Contains("TLS", Assert.Throws<InvalidOperationException>(insecure.GetRequiredService<TestService.TestServiceClient>).Message, StringComparison.Ordinal);

        var services = new ServiceCollection();
        services.AddGrpcClient<TestService.TestServiceClient>("name");
        Assert.Throws<InvalidOperationException>(() => services.AddGrpcClient<UnimplementedService.UnimplementedServiceClient>("name"));
        Assert.Throws<InvalidOperationException>(() => services.AddHttpClient("no gRPC").EnableCallContextPropagation());
    }

    private static ServiceProvider Build(Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        configure(services);
        return services.BuildServiceProvider(validateScopes: true);
    }

    private IHttpClientBuilder Register(IHttpClientBuilder client) =>
        client.ConfigurePrimaryHttpMessageHandler(() => _server.GetTestServer().CreateHandler());

    private sealed class Discovery : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new UriBuilder(request.RequestUri!) { Host = "discovered" }.Uri;
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Trace(string name) : Interceptor
    {
        internal static Trace Made(string name, List<string> made)
        {
            made.Add(name);
            return new Trace(name);
        }

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            var headers = context.Options.Headers ?? [];
            headers.Add("x-trace", name);
            return continuation(request, new(context.Method, context.Host, context.Options.WithHeaders(headers)));
        }
    }
}
