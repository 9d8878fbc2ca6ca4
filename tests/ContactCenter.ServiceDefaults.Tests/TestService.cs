using Microsoft.AspNetCore.Builder;

namespace ContactCenter.ServiceDefaults.Tests;

/// <summary>A service with the defaults, on free loopback ports, as a real server.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private TestService(WebApplication app)
    {
        App = app;
        // Kestrel binds its endpoints in the order of their names.
        GrpcAddress = new Uri(app.Urls.First());
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Last()), Timeout = TimeSpan.FromSeconds(60) };
    }

    public WebApplication App { get; }

    public HttpClient Http { get; }

    public Uri GrpcAddress { get; }

    public static async Task<TestService> StartAsync(
        Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null, params string[] settings)
    {
        var builder = WebApplication.CreateBuilder(
        [
            "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:grpc:Protocols=Http2",
            "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:http:Protocols=Http1",
            .. settings,
        ]);
        builder.AddServiceDefaults();
        configure?.Invoke(builder);
        var app = builder.Build();
        app.MapDefaultEndpoints();
        map?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestService(app);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await App.DisposeAsync();
    }
}
