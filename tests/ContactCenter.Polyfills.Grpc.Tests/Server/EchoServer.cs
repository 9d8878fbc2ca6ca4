using System.Net;
using ContactCenter.Testing.V1;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Polyfills.Grpc.Tests.Server;

/// <summary>A Kestrel with the echo service on a free loopback port, and a client that writes the protocol by hand.</summary>
public sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private GrpcChannel? _channel;

    private EchoServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.Single());
        Client = new WireClient(Address);
    }

    public Uri Address { get; }

    public WireClient Client { get; }

    public EchoProbe Probe => _app.Services.GetRequiredService<EchoProbe>();

    public static async Task<EchoServer> StartAsync(
        Action<GrpcServiceOptions>? options = null,
        Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? map = null,
        HttpProtocols protocols = HttpProtocols.Http2)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        builder.Services.AddSingleton<EchoProbe>();
        builder.Services.AddGrpc(options ?? (_ => { }));
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        configure?.Invoke(builder);
        var app = builder.Build();
        if (map is null)
            app.MapGrpcService<EchoHandler>();
        else
            map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new EchoServer(app);
    }

    /// <summary>A generated client over a channel that lives as long as the server.</summary>
    public EchoService.EchoServiceClient Connect() => new(_channel ??= GrpcChannel.ForAddress(Address));

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        Client.Dispose();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }
}
