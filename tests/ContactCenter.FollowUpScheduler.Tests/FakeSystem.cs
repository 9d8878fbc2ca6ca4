using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace ContactCenter.FollowUpScheduler.Tests;

/// <summary>A request that a system was sent.</summary>
internal sealed record ReceivedRequest(string Method, string Path, string Query, string Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>A system with an HTTP API, which answers as it is told and remembers what it was asked.</summary>
internal sealed class FakeSystem : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeSystem(WebApplication app) => _app = app;

    public string Authority => new Uri(_app.Urls.Single()).Authority;

    /// <summary>What it answers; status 0 never does.</summary>
    public Func<ReceivedRequest, (int Status, string Body)> Answer { get; set; } = _ => (200, """{"result":[]}""");

    public string ContentType { get; set; } = "application/json";

    /// <summary>Requests in order.</summary>
    public ConcurrentQueue<ReceivedRequest> Requests { get; } = [];

    /// <summary>Answers with tickets, each in JSON.</summary>
    public void HasTickets(params string[] tickets) => Answer = _ => (200, $$"""{"result":[{{string.Join(',', tickets)}}]}""");

    public static async Task<FakeSystem> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var system = new FakeSystem(builder.Build());
        system._app.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            var request = new ReceivedRequest(
                context.Request.Method,
                context.Request.Path,
                context.Request.QueryString.ToString(),
                await body.ReadToEndAsync(context.RequestAborted),
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
            system.Requests.Enqueue(request);
            var (status, text) = system.Answer(request);
            if (status == 0)
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            context.Response.StatusCode = status;
            context.Response.ContentType = system.ContentType;
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
        });
        await system._app.StartAsync(cancellationToken);
        return system;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
