using System.Text;
using System.Text.Json.Nodes;
using ContactCenter.Insights.V1;
using ContactCenter.Operations.V1;
using Grpc.Net.Client;

namespace ContactCenter.InsightsEnrichment.Tests.Sessions;

/// <summary>The service with what speaks of sessions.</summary>
public abstract class SessionsTest(TestServers servers) : InsightsTest(servers)
{
    private protected const string Path = "/ingest/sessions/events";

    private GrpcChannel _channel = null!;

    protected SessionService.SessionServiceClient Sessions { get; private set; } = null!;

    protected EventIngestService.EventIngestServiceClient Ingest { get; private set; } = null!;

    protected override string[] Scopes => ["insights.read", "insights.ingest", "insights.operate"];

    protected OperationsService.OperationsServiceClient Operations { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _channel = GrpcChannel.ForAddress(GrpcAddress, new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        Sessions = new(_channel);
        Ingest = new(_channel);
        Operations = new(_channel);
        Http.DefaultRequestHeaders.Add("x-api-key", TestKey.Text);
    }

    public override async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task<HttpResponseMessage> PostBodyAsync(string body, string contentType = "application/json")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new(contentType);
        return await Http.PostAsync(Path, content, Cancellation);
    }

    /// <summary>Posts events; the answer is a result a line, such as <c>accepted</c>, with the fields of its violations.</summary>
    private protected async Task<IReadOnlyList<string>> TakeAsync(string body, string contentType = "application/json")
    {
        using var answer = await PostBodyAsync(body, contentType);
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        var results = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!["results"]!.AsArray();
        return [.. results.Select(one => string.Join(' ', [(string)one!["result"]!, .. one["violations"]!.AsArray().Select(violation => (string)violation!["field"]!)]))];
    }

    private protected async Task SendAsync(SessionLife life)
    {
        Assert.All(await TakeAsync(life.Body), result => Assert.Equal("accepted", result));
        await SettledAsync();
    }
}
