using System.Net;
using ContactCenter.Benchmarks.Analytics;
using ContactCenter.InsightsEnrichment;
using ContactCenter.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Benchmarks.Ingest;

/// <summary>The server processes of the benchmarks of ingestion and of message analytics.</summary>
internal static class IngestServers
{
    /// <summary>The service, as it is deployed: arguments are the connection strings of its database and of the broker.</summary>
    internal const string Service = "insights";

    /// <summary>An endpoint that reads the same form and stores nothing.</summary>
    internal const string FormReader = "form-reader";

    internal static Task<int> RunServiceAsync(string[] arguments) => RunAsync(InsightsEnrichmentHost.Create(
    [
        $"--ConnectionStrings:database={arguments[0]}",
        $"--ConnectionStrings:rabbitmq={arguments[1]}",
        $"--PublicBaseUrl={Callbacks.PublicBaseUrl}",
        $"--Twilio:Accounts:0:AccountSid={Callbacks.AccountSid}",
        $"--Twilio:Accounts:0:WorkspaceSids:0={Callbacks.WorkspaceSid}",
        $"--Twilio:Accounts:0:AuthTokens:0={Callbacks.AuthToken}",
        "--Customers:IdKey=benchmark-customer-key-0123456789",
        $"--Rbm:Agents:0:AgentId={Notifications.Agent}",
        $"--Rbm:Agents:0:ClientTokens:0={Notifications.ClientToken}",
        // A burst of the whole measurement must find room: what comes when it is full is refused (INS-137).
        "--Ingest:QueueLimit=1000000",
        "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
        "--Kestrel:Endpoints:grpc:Protocols=Http2",
        "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
        "--Tls:AllowPlaintext=true",
        "--Logging:LogLevel:Default=Warning",
        .. TestKey.Settings("insights.ingest", "insights.read", "insights.operate"),
        .. TestKey.SecretSettings,
    ]));

    internal static Task<int> RunFormReaderAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapPost(Callbacks.Path, static async (HttpContext context) =>
        {
            await context.Request.ReadFormAsync();
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        return RunAsync(app);
    }

    private static async Task<int> RunAsync(WebApplication app)
    {
        await using (app)
        {
            await app.StartAsync();
            Console.WriteLine(string.Join(' ', app.Urls));
            await Console.In.ReadToEndAsync();
            await app.StopAsync();
        }

        return 0;
    }
}
