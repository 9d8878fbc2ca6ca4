using System.Net;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Polyfills.Grpc.Tests.Interop;

/// <summary>Our server with the interop service, on a loopback port.</summary>
internal sealed class InteropServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private InteropServer(WebApplication app) => _app = app;

    /// <summary>Host and port.</summary>
    internal string Authority => new Uri(Address).Authority;

    internal string Address => _app.Urls.Single();

    internal static async Task<InteropServer> StartAsync(
        int port = 0,
        Action<ListenOptions>? listen = null,
        Action<GrpcServiceOptions>? options = null,
        Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http2;
            listen?.Invoke(endpoint);
        }));
        builder.Services.AddGrpc(options ?? (_ => { }));
        builder.Services.AddGrpcReflection();
        var app = builder.Build();
        app.MapGrpcService<InteropService>();
        app.MapGrpcReflectionService();
        map?.Invoke(app);
        await app.StartAsync();
        return new InteropServer(app);
    }

    /// <summary>Stops at once: calls under way are cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
