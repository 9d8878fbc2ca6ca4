using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ContactCenter.WfmConnector.Tests;

/// <summary>A request that CXone got.</summary>
public sealed record CxoneCall(string Path, string Body, string? Authorization, string? RequestId)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}

/// <summary>CXone as far as the connector sees it: a listener that answers as it is told.</summary>
public sealed class CxoneStub : IAsyncDisposable
{
    public const string Login = "/authentication/v1/token/access-key";
    public const string States = "/wfm/external-acd/v1/agent-states";
    public const string Activities = "/wfm/external-acd/v1/agent-activity-report";
    public const string Queues = "/wfm/external-acd/v1/queue-report";
    public const string Heartbeat = "/wfm/external-acd/v1/heartbeat";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<CxoneCall> _calls = new();
    private int _tokens;

    private CxoneStub(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public string AllowEntry => $"127.0.0.1:{new Uri(Url).Port}";

    public IEnumerable<CxoneCall> Calls => _calls;

    /// <summary>Answers of paths that are not simply taken: status and body; null for the usual answer.</summary>
    public Func<CxoneCall, (int Status, string Body)?> Answer { get; set; } = _ => null;

    public IEnumerable<CxoneCall> To(string path) => _calls.Where(call => call.Path == path);

    /// <summary>Every state that was reported, in the order of arrival.</summary>
    public IEnumerable<JsonElement> ReportedStates => To(States).SelectMany(call => call.Json.GetProperty("agentStates").EnumerateArray());

    public static async Task<CxoneStub> StartAsync()
    {
        // Not the settings of the service, which lie beside the test.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = Path.GetTempPath() });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var stub = new CxoneStub(builder.Build());
        stub._app.Run(stub.TakeAsync);
        await stub._app.StartAsync();
        return stub;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var call = new CxoneCall(
            context.Request.Path,
            await reader.ReadToEndAsync(context.RequestAborted),
            context.Request.Headers.Authorization.FirstOrDefault(),
            context.Request.Headers["X-Request-Id"].FirstOrDefault());
        _calls.Enqueue(call);
        var (status, body) = Answer(call) ?? (200, call.Path == Login
            ? $$"""{"access_token":"token-{{Interlocked.Increment(ref _tokens)}}","id_token":"id","token_type":"bearer","expires_in":3600,"refresh_token":"refresh"}"""
            : "");
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body, context.RequestAborted);
    }
}
