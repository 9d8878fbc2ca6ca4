using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace ContactCenter.CrmConnector.Tests;

/// <summary>A CRM with its token endpoint, which answers as it is told and remembers what it was asked.</summary>
internal sealed class FakeCrm : IAsyncDisposable
{
    public const string TokenPath = "/oauth/v2/token";

    private readonly WebApplication _app;

    private FakeCrm(WebApplication app) => _app = app;

    public string Authority => new Uri(_app.Urls.Single()).Authority;

    /// <summary>What every path but that of tokens answers; status 0 never does.</summary>
    public (int Status, string Body) Answer { get; set; } = (200, """{"data":[{"id":"9"}]}""");

    public (int Status, string Body) TokenAnswer { get; set; } = (200, """{"access_token":"canary-access-1","refresh_token":"canary-refresh-1","expires_in":3600}""");

    /// <summary>What a request answers in the place of <see cref="Answer"/>: asked with method and path with query; null for that.</summary>
    public Func<string, (int Status, string Body)?> Respond { get; set; } = _ => null;

    /// <summary>The keys of the requests that had one, in order.</summary>
    public ConcurrentQueue<string> IdempotencyKeys { get; } = [];

    /// <summary>The media types of the bodies so far, in order.</summary>
    public ConcurrentQueue<string> ContentTypes { get; } = [];

    /// <summary>Requests in order: method, path with query, what it authenticates with, and the body.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public static async Task<FakeCrm> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var crm = new FakeCrm(builder.Build());
        crm._app.Run(async context =>
        {
            var request = context.Request;
            using var body = new StreamReader(request.Body);
            crm.Requests.Enqueue($"{request.Method} {request.Path}{request.QueryString} {request.Headers.Authorization}{request.Headers["X-Key"]} {await body.ReadToEndAsync(context.RequestAborted)}".TrimEnd());
            if (request.ContentType is { } type)
                crm.ContentTypes.Enqueue(type);
            if (request.Headers.TryGetValue("Idempotency-Key", out var key))
                crm.IdempotencyKeys.Enqueue(key.ToString());
            var (status, text) = request.Path == TokenPath ? crm.TokenAnswer : crm.Respond($"{request.Method} {request.Path}{request.QueryString}") ?? crm.Answer;
            if (status == 0)
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            // Where none is allowed, even the writing of no body makes the server close the connection.
            if (text.Length > 0)
                await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);
        });
        await crm._app.StartAsync(cancellationToken);
        return crm;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>A service that may call a CRM of the test's own.</summary>
public abstract class FakeCrmTest(TestServers servers) : CrmTest(servers)
{
    internal FakeCrm Crm { get; private set; } = null!;

    protected override string[] Settings => [$"--Egress:AllowList:0={Crm.Authority}", "--Egress:AssumedReplicas=1"];

    public override async ValueTask InitializeAsync()
    {
        Crm = await FakeCrm.StartAsync(Cancellation);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Crm.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
