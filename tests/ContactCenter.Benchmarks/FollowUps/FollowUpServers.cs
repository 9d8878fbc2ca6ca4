using System.Globalization;
using System.Net;
using System.Text;
using ContactCenter.FollowUpScheduler;
using ContactCenter.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Benchmarks.FollowUps;

/// <summary>The server processes of the followups benchmark.</summary>
internal static class FollowUpServers
{
    /// <summary>The service, as it is deployed: arguments are the connection strings of its database and of the broker, and where the stub is.</summary>
    internal const string Service = "followups";

    /// <summary>
    /// What is polled, and the channel: lists as many tickets as its argument says, takes every message at once, and says when the first one has come.
    /// </summary>
    internal const string Stub = "followups-stub";

    /// <summary>How many users the tickets are spread over.</summary>
    internal const int Users = 1_000;

    internal static async Task<int> RunServiceAsync(string[] arguments)
    {
        await using var app = FollowUpSchedulerHost.Create(
        [
            $"--ConnectionStrings:database={arguments[0]}",
            $"--ConnectionStrings:rabbitmq={arguments[1]}",
            $"--Egress:AllowList:0={arguments[2]}",
            "--Egress:AssumedReplicas=1",
            $"--FollowUps:AnswerKeys:Current={Convert.ToBase64String(new byte[32])}",
            $"--FollowUps:Rbm:BaseUrl=http://{arguments[2]}",
            "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:grpc:Protocols=Http2",
            "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
            "--Tls:AllowPlaintext=true",
            "--Logging:LogLevel:Default=Warning",
            .. TestKey.Settings("followups.write", "followups.operate", "followups.admin"),
            .. TestKey.SecretSettings,
        ]);
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }

    internal static async Task<int> RunStubAsync(string[] arguments)
    {
        var tickets = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        var messages = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var app = builder.Build();
        app.Run(async context =>
        {
            context.Response.ContentType = "application/json";
            if (context.Request.Method == HttpMethods.Get)
            {
                var list = Enumerable.Range(0, tickets).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"id":"INC{{i}}","title":"Ticket {{i}} waits","approver":"user-{{i % Users}}"}"""));
                await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($$"""{"result":[{{string.Join(',', list)}}]}"""));
                return;
            }

            await context.Request.Body.CopyToAsync(Stream.Null);
            if (Interlocked.Increment(ref messages) % tickets == 1)
                Console.WriteLine("begun");
            await context.Response.Body.WriteAsync("{}"u8.ToArray());
        });
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }
}
