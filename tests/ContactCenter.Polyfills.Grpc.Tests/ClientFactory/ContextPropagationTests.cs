using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Polyfills.Grpc.Tests.ClientFactory;

/// <summary>A service that calls another one on behalf of its caller.</summary>
public sealed class ContextPropagationTests : IAsyncLifetime
{
    private readonly Behind _behind = new();
    private WebApplication _back = null!;
    private WebApplication _front = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _back = await StartAsync<Behind>(services => services.AddSingleton(_behind));
        _front = await StartAsync<Front>(services => services
            .AddGrpcClient<TestService.TestServiceClient>(o => o.Address = new Uri("http://back"))
            .ConfigurePrimaryHttpMessageHandler(() => _back.GetTestServer().CreateHandler())
            .EnableCallContextPropagation());
    }

    public async ValueTask DisposeAsync()
    {
        await _front.DisposeAsync();
        await _back.DisposeAsync();
    }

    [Fact]
    public async Task A_deadline_is_passed_on()
    {
        using var channel = CreateChannel();
        var call = new TestService.TestServiceClient(channel).UnaryCallAsync(new SimpleRequest(), deadline: Now().AddMinutes(1), cancellationToken: Cancellation);
        var deadline = await _behind.Called.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.InRange(deadline, Now().AddSeconds(30), Now().AddMinutes(1).AddSeconds(1));
        call.Dispose();
    }

    [Fact]
    public async Task A_cancellation_is_passed_on()
    {
        using var channel = CreateChannel();
        var call = new TestService.TestServiceClient(channel).UnaryCallAsync(new SimpleRequest(), cancellationToken: Cancellation);
        await _behind.Called.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        call.Dispose();
        await _behind.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    [Fact]
    public async Task Outside_a_call_there_is_nothing_to_pass_on()
    {
        await using var scope = _front.Services.CreateAsyncScope();
        var client = scope.ServiceProvider.GetRequiredService<TestService.TestServiceClient>();
        Assert.Throws<InvalidOperationException>(() => client.EmptyCallAsync(new Empty(), cancellationToken: Cancellation));
    }

    private static async Task<WebApplication> StartAsync<TService>(Action<IServiceCollection> configure)
        where TService : class
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer();
        builder.Services.AddGrpc();
        configure(builder.Services);
        var app = builder.Build();
        app.MapGrpcService<TService>();
        await app.StartAsync(Cancellation);
        return app;
    }

    private static DateTime Now() => TimeProvider.System.GetUtcNow().UtcDateTime;

    private GrpcChannel CreateChannel() => GrpcChannel.ForAddress("http://front", new GrpcChannelOptions { HttpHandler = _front.GetTestServer().CreateHandler() });

    private sealed class Front(TestService.TestServiceClient behind) : TestService.TestServiceBase
    {
        public override async Task<SimpleResponse> UnaryCall(SimpleRequest request, ServerCallContext context) => await behind.UnaryCallAsync(request);
    }

    private sealed class Behind : TestService.TestServiceBase
    {
        internal TaskCompletionSource<DateTime> Called { get; } = new();

        internal TaskCompletionSource Cancelled { get; } = new();

        public override async Task<SimpleResponse> UnaryCall(SimpleRequest request, ServerCallContext context)
        {
            context.CancellationToken.Register(() => Cancelled.TrySetResult());
            Called.TrySetResult(context.Deadline);
            await Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System, context.CancellationToken);
            return new SimpleResponse();
        }
    }
}
