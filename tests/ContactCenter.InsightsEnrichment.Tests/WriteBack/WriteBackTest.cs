using ContactCenter.Insights.V1;
using ContactCenter.Sandbox.Twilio.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.InsightsEnrichment.Tests.WriteBack;

/// <summary>The service beside the sandbox's REST API of TaskRouter.</summary>
public abstract class WriteBackTest(TestServers servers) : InsightsTest(servers)
{
    protected static readonly string TheTask = TaskLife.Sid("WT", 1);

    private WebApplication _rest = null!;

    protected TaskRouterState TaskRouter { get; } = new(TimeProvider.System);

    protected RestFaults Faults { get; } = new();

    protected WriteBackService.WriteBackServiceClient WriteBacks { get; private set; } = null!;

    /// <summary>The API key as the service is told of it.</summary>
    protected virtual string Secret => "rest-secret-1";

    protected override string[] Scopes => ["insights.read", "insights.write", "insights.operate"];

    protected override IEnumerable<string> Settings =>
    [
        "--Twilio:Accounts:0:ApiKeySid=SK1",
        $"--Twilio:Accounts:0:ApiKeySecret={Secret}",
        $"--Twilio:ApiBaseUrl={_rest.Urls.Single()}",
        $"--Egress:AllowList:0={new Uri(_rest.Urls.Single()).Authority}",
    ];

    public override async ValueTask InitializeAsync()
    {
        // Without settings: the folder has those of the programs beside.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        _rest = builder.Build();
        new TaskRouterApi(new(TaskLife.AccountSid, TaskLife.WorkspaceSid, Token, PublicBaseUrl), new("SK1", "rest-secret-1"), TaskRouter, Faults, TimeProvider.System).Map(_rest);
        await _rest.StartAsync(Cancellation);
        await base.InitializeAsync();
        WriteBacks = new(Channel);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _rest.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes a task or worker at a version, as <c>ETag "3"</c>.</summary>
    protected void Exists(string sid, int version, string attributes, string status = "assigned") => TaskRouter.Change(sid, resource =>
    {
        resource.Attributes = attributes;
        resource.AssignmentStatus = status;
        resource.Version = version - 1;
    });

    protected string AttributesOf(string sid) => TaskRouter.With(sid, resource => resource!.Attributes);

    protected async Task<WriteBackStatus> EndAsync(string writeBackId)
    {
        await Eventually.TrueAsync(async () => (await GetAsync(writeBackId)).FinishTime is not null);
        return (await GetAsync(writeBackId)).Status;
    }

    protected async Task<Insights.V1.WriteBack> GetAsync(string writeBackId) =>
        (await WriteBacks.GetWriteBackAsync(new() { WriteBackId = writeBackId }, cancellationToken: Cancellation)).WriteBack;

    /// <summary>The requests that came: method, version asked for, what was posted, and the answer's status.</summary>
    protected IReadOnlyList<string> Requests => [.. Faults.Requests.Select(request =>
        $"{request.Method}{(request.IfMatch is null ? "" : " " + request.IfMatch)}{(request.Form.Count == 0 ? "" : " " + string.Join('&', request.Form.Select(f => $"{f.Key}={f.Value}")))} -> {request.Status}")];
}
