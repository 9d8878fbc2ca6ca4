using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>Serves the dashboard on loopback to whoever opens the address with the login token.</summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly byte[] _token;
    private readonly byte[] _session = Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(64, lowercase: true));

    private DashboardServer(WebApplication app, string token)
    {
        _app = app;
        _token = Encoding.UTF8.GetBytes(token);
    }

    /// <summary>Where the dashboard listens: <c>http://127.0.0.1:15000</c>.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The address that logs in; for the user's eyes only.</summary>
    public string LoginUrl => $"{Address}/login?t={Uri.EscapeDataString(Encoding.UTF8.GetString(_token))}";

    /// <summary>Cookies are shared by all ports of a host, so that each dashboard needs a name of its own.</summary>
    private string CookieName => $"dashboard-{new Uri(Address).Port}";

    /// <summary>Starts listening.</summary>
    /// <param name="model">What is shown.</param>
    /// <param name="port">The loopback port; 0 takes a free one.</param>
    /// <param name="token">The login token; null makes a random one.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<DashboardServer> StartAsync(
        IDashboardModel model, int port, string? token, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<JsonOptions>(json =>
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter<DashboardCommand>(JsonNamingPolicy.CamelCase)));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Logging.ClearProviders();

        var app = builder.Build();
        var server = new DashboardServer(app, token ?? RandomNumberGenerator.GetHexString(32, lowercase: true));
        app.Use(server.GuardAsync);
        app.MapGet("/login", server.Login);
        app.MapPage();
        app.MapModel(model);
        await app.StartAsync(cancellationToken);
        server.Address = app.Urls.Single();
        return server;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    // A page of another site can make a browser send requests to loopback, also under a name that it resolves to
    // 127.0.0.1: the host, and for changes the origin and a header that needs a preflight, must be our own.
    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var (request, headers) = (context.Request, context.Response.Headers);
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; " +
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";

        if (request.Host.Host is not ("127.0.0.1" or "localhost"))
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "The dashboard answers on 127.0.0.1 and localhost only.");
        else if (request.Path != "/login" && !Matches(request.Cookies[CookieName], _session))
            await RefuseAsync(context, StatusCodes.Status401Unauthorized,
                "Open the dashboard by the address with the login token that the application printed when it started.");
        else if (!HttpMethods.IsGet(request.Method) && !IsOwnPage(request))
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "Commands are taken from the dashboard's own page only.");
        else
            await next(context);
    }

    private IResult Login(HttpContext context, string? t)
    {
        if (!Matches(t, _token))
            return Results.Text("The login token is wrong or from an earlier start.", statusCode: StatusCodes.Status401Unauthorized);
        context.Response.Cookies.Append(
            CookieName, Encoding.ASCII.GetString(_session), new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/" });
        return Results.Redirect("/");
    }

    private static bool IsOwnPage(HttpRequest request) =>
        request.Headers.Origin == $"{request.Scheme}://{request.Host}" && request.Headers.XRequestedWith == "dashboard";

    private static bool Matches(string? given, byte[] expected) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), expected);

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(message, context.RequestAborted);
    }
}
