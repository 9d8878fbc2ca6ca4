using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.Sandbox.Twilio;
using ContactCenter.Sandbox.Twilio.Callbacks;
using ContactCenter.Sandbox.Twilio.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Sandbox.Tests.Twilio.Rest;

/// <summary>The REST API beside its public contract, spoken to over HTTP.</summary>
public sealed class TaskRouterApiTests : IAsyncLifetime
{
    private const string Task = "WT00000000000000000000000000000001";
    private static readonly TwilioAccount Account = new("AC1", "WS1", "token", "https://insights.example.com");
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    private readonly TaskRouterState _state = new(TimeProvider.System);
    private readonly RestFaults _faults = new();
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // Without settings: the folder has those of the programs beside.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        new TaskRouterApi(Account, new("SK1", "secret"), _state, _faults, TimeProvider.System).Map(_app);
        await _app.StartAsync(Cancellation);
        _http = new() { BaseAddress = new(_app.Urls.Single()) };
        _http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("SK1:secret")));
        for (var number = 0; number < 5; number++)
            _state.Happened(Event("task.updated", Start.AddMinutes(number), Task));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    [Rule("INS-113"), Rule("INS-114")]
    public async Task An_update_with_the_ETag_just_read_is_taken_and_one_with_an_older_is_not()
    {
        using var read = await _http.GetAsync($"/v1/Workspaces/WS1/Tasks/{Task}", Cancellation);
        using var taken = await PostAsync(read.Headers.ETag, ("Attributes", """{"a":1}"""));
        using var late = await PostAsync(read.Headers.ETag, ("Attributes", """{"a":2}"""));
        using var completed = await PostAsync(taken.Headers.ETag, ("AssignmentStatus", "completed"), ("Reason", "sold"));
        using var again = await PostAsync(completed.Headers.ETag, ("AssignmentStatus", "completed"));

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.PreconditionFailed, HttpStatusCode.OK, HttpStatusCode.BadRequest],
            new[] { read, taken, late, completed, again }.Select(answer => answer.StatusCode));
        var task = await JsonAsync(completed);
        Assert.Equal(("""{"a":1}""", "completed", "sold"), ((string?)task["attributes"], (string?)task["assignment_status"], (string?)task["reason"]));
        Assert.Equal(5, _faults.Requests.Count);
    }

    [Fact]
    public async Task Answers_have_no_field_that_the_contract_does_not_know()
    {
        using var contract = JsonDocument.Parse(await File.ReadAllBytesAsync(ContractData.Require("twilio/twilio_taskrouter_v1.json"), Cancellation));
        var schemas = contract.RootElement.GetProperty("components").GetProperty("schemas");
        _state.Change("WK1", worker => worker.FriendlyName = "Ann");

        await KnownAsync($"Tasks/{Task}", "task", answer => answer);
        await KnownAsync("Workers/WK1", "worker", answer => answer);
        await KnownAsync($"Events?StartDate={Start:O}&EndDate={Start.AddHours(1):O}", "event", answer => answer["events"]![0]!.AsObject());

        async Task KnownAsync(string path, string schema, Func<JsonObject, JsonObject> part)
        {
            using var answer = await _http.GetAsync($"/v1/Workspaces/WS1/{path.Replace("+", "%2B", StringComparison.Ordinal)}", Cancellation);
            var known = schemas.GetProperty($"taskrouter.v1.workspace.{schema}").GetProperty("properties").EnumerateObject().Select(property => property.Name).ToHashSet();
            Assert.Empty(part(await JsonAsync(answer)).Select(property => property.Key).Except(known));
        }
    }

    [Fact]
    [Rule("INS-19")]
    public async Task The_list_of_events_has_pages_that_lead_to_each_other()
    {
        var seen = new List<string>();
        for (var next = $"/v1/Workspaces/WS1/Events?StartDate=2026-03-02T10:00:00Z&EndDate=2026-03-02T10:04:00Z&PageSize=3"; next is not null;)
        {
            using var answer = await _http.GetAsync(next, Cancellation);
            var page = await JsonAsync(answer);
            seen.AddRange(page["events"]!.AsArray().Select(e => (string)e!["event_data"]!["task_attributes"]!));
            next = (string?)page["meta"]!["next_page_url"];
        }

        Assert.Equal(["""{"minute":3}""", """{"minute":2}""", """{"minute":1}""", """{"minute":0}"""], seen);
    }

    [Fact]
    [Rule("INS-118")]
    public async Task A_fault_strikes_one_request_of_its_method_and_a_wrong_key_every_one()
    {
        _faults.Add(new("POST", 429, RetryAfterSeconds: 2, RateLimitRemaining: 0));
        using var read = await _http.GetAsync($"/v1/Workspaces/WS1/Tasks/{Task}", Cancellation);
        using var limited = await PostAsync(null, ("Attributes", "{}"));
        using var taken = await PostAsync(null, ("Attributes", "{}"));
        _http.DefaultRequestHeaders.Authorization = new("Basic", "eDp5");
        using var refused = await PostAsync(null, ("Attributes", "{}"));

        Assert.Equal([200, 429, 200, 401], new[] { read, limited, taken, refused }.Select(answer => (int)answer.StatusCode));
        Assert.Equal((TimeSpan.FromSeconds(2), "0"), (limited.Headers.RetryAfter!.Delta, limited.Headers.GetValues("X-Rate-Limit-Remaining").Single()));
    }

    private async Task<HttpResponseMessage> PostAsync(EntityTagHeaderValue? etag, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/Workspaces/WS1/Tasks/{Task}")
        {
            Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };
        if (etag is not null)
            request.Headers.IfMatch.Add(etag);
        return await _http.SendAsync(request, Cancellation);
    }

    private static async Task<JsonObject> JsonAsync(HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!.AsObject();

    private static EventCallback Event(string type, DateTimeOffset time, string taskSid) => new($"EV{time.Ticks}", type, time,
    [
        new("AccountSid", "AC1"), new("WorkspaceSid", "WS1"), new("EventType", type), new("TaskSid", taskSid),
        new("TaskAttributes", $$"""{"minute":{{time.Minute}}}"""),
    ]);
}
