using System.Globalization;
using System.Net;
using System.Text;
using ContactCenter.CrmConnector;
using ContactCenter.Testing;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Benchmarks.Crm;

/// <summary>The server processes of the crm benchmark.</summary>
internal static class CrmServers
{
    /// <summary>The service, as it is deployed: arguments are the connection strings of its database and of the broker, and where the stub is.</summary>
    internal const string Service = "crm";

    /// <summary>A CRM that knows nobody and makes everything: its argument is how long it takes for an answer, in milliseconds. It tells the number of its calls when asked.</summary>
    internal const string Stub = "crm-stub";

    internal static async Task<int> RunServiceAsync(string[] arguments)
    {
        await using var app = CrmConnectorHost.Create(
        [
            $"--ConnectionStrings:database={arguments[0]}",
            $"--ConnectionStrings:rabbitmq={arguments[1]}",
            $"--Egress:AllowList:0={arguments[2]}",
            "--Egress:AssumedReplicas=1",
            "--Crm:RequireExternalStorage=false",
            "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:grpc:Protocols=Http2",
            "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
            "--Tls:AllowPlaintext=true",
            "--Logging:LogLevel:Default=Warning",
            .. TestKey.Settings("crm.admin", "crm.operate", "crm.read"),
            .. TestKey.SecretSettings,
        ]);
        await app.StartAsync();
        // The service runs before its queues are bound; until then nothing that is published would reach it.
        await ((IBusControl)app.Services.GetService(typeof(IBusControl))!).WaitForHealthStatus(BusHealthStatus.Healthy, CancellationToken.None);
        Console.WriteLine(string.Join(' ', app.Urls));
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }

    internal static async Task<int> RunStubAsync(string[] arguments)
    {
        var delay = TimeSpan.FromMilliseconds(int.Parse(arguments[0], CultureInfo.InvariantCulture));
        var calls = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var app = builder.Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            if (delay > TimeSpan.Zero)
                await Task.Delay(delay);
            var number = Interlocked.Increment(ref calls);
            if (context.Request.Method == HttpMethods.Get)
            {
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }

            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"id":{{number}}}""")));
        });
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        while (await Console.In.ReadLineAsync() is not null)
            Console.WriteLine(Volatile.Read(ref calls).ToString(CultureInfo.InvariantCulture));
        await app.StopAsync();
        return 0;
    }
}
