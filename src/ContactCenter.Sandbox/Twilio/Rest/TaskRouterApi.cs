using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ContactCenter.Sandbox.Twilio.Rest;

/// <summary>The API key that requests authenticate with.</summary>
/// <param name="Sid">SK…, the user name.</param>
/// <param name="Secret">The password; empty lets nobody in.</param>
public sealed record RestKey(string Sid, string Secret);

/// <summary>TaskRouter's REST API, the part of it that integrations use: a task, a worker, the list of events.</summary>
/// <param name="account">Whose workspace is served.</param>
/// <param name="key">Who may ask.</param>
/// <param name="state">What is served.</param>
/// <param name="faults">What goes wrong.</param>
/// <param name="time">When requests come.</param>
public sealed class TaskRouterApi(TwilioAccount account, RestKey key, TaskRouterState state, RestFaults faults, TimeProvider time)
{
    private const string Root = "/v1/Workspaces/{workspace}";
    private const int RateLimit = 1_000;
    private const int DefaultPage = 50;
    private const int LargestPage = 1_000;

    private readonly string? _authorization = key.Secret.Length == 0 ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key.Sid}:{key.Secret}"));

    /// <summary>Maps the endpoints.</summary>
    /// <param name="routes">The application's routes.</param>
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var path in (string[])["Tasks", "Workers"])
        {
            routes.MapMethods($"{Root}/{path}/{{sid}}", ["GET"], context => AnswerAsync(context, (_, sid) => state.With(sid, Read))).AllowAnonymous();
            routes.MapMethods($"{Root}/{path}/{{sid}}", ["POST"], context => AnswerAsync(context, (call, sid) => Update(call, sid))).AllowAnonymous();
        }

        routes.MapMethods($"{Root}/Events", ["GET"], context => AnswerAsync(context, (call, _) => List(call))).AllowAnonymous();
    }

    private async Task AnswerAsync(HttpContext context, Func<Call, string, Answer> serve)
    {
        var form = context.Request.HasFormContentType
            ? (await context.Request.ReadFormAsync(context.RequestAborted)).ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal)
            : [];
        var ifMatch = context.Request.Headers.IfMatch is [{ } etag] ? etag : null;
        var call = new Call(context.Request, ifMatch, form);
        var fault = faults.Take(context.Request.Method);
        fault?.Meanwhile?.Invoke();

        var answer = _authorization is null || context.Request.Headers.Authorization != _authorization ? Answer.Error(401, 20003, "Authenticate")
            : fault is { Status: > 0 and var status } ? Answer.Error(status, status == 429 ? 20429 : status, "The sandbox was asked to answer so")
            : !string.Equals((string?)context.Request.RouteValues["workspace"], account.WorkspaceSid, StringComparison.Ordinal) ? Answer.NotFound
            : serve(call, (string?)context.Request.RouteValues["sid"] ?? "");
        faults.Note(new(time.GetUtcNow(), context.Request.Method, context.Request.Path + context.Request.QueryString, ifMatch, form, answer.Status));

        context.Response.StatusCode = answer.Status;
        context.Response.Headers["X-Rate-Limit-Limit"] = RateLimit.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-Rate-Limit-Remaining"] = (fault?.RateLimitRemaining ?? RateLimit).ToString(CultureInfo.InvariantCulture);
        if (fault is { Status: > 0, RetryAfterSeconds: { } seconds })
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (answer.ETag is not null)
            context.Response.Headers.ETag = answer.ETag;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.Body.ToJsonString(), context.RequestAborted);
    }

    private Answer Read(RestResource? resource) => resource is null ? Answer.NotFound : Show(resource);

    private Answer Update(Call call, string sid) => state.With(sid, resource =>
    {
        if (resource is null)
            return Answer.NotFound;
        if (call.IfMatch is { } etag && etag != resource.ETag)
            return Answer.Error(412, 20412, "The resource was changed since it was read");
        var status = call.Form.GetValueOrDefault("AssignmentStatus");
        if (status is not null && resource.HasEnded)
            return Answer.Error(400, 20001, "The task has ended");

        resource.Attributes = call.Form.GetValueOrDefault("Attributes", resource.Attributes);
        resource.FriendlyName = call.Form.GetValueOrDefault("FriendlyName", resource.FriendlyName ?? "");
        resource.AssignmentStatus = status ?? resource.AssignmentStatus;
        resource.Reason = call.Form.GetValueOrDefault("Reason") ?? resource.Reason;
        resource.Version++;
        resource.Updated = time.GetUtcNow();
        return Show(resource);
    });

    private Answer Show(RestResource resource)
    {
        var kind = resource.Sid.StartsWith("WT", StringComparison.Ordinal) ? "Tasks" : "Workers";
        var url = $"https://taskrouter.twilio.com/v1/Workspaces/{account.WorkspaceSid}/{kind}/{resource.Sid}";
        return new(200, resource.ToJson(account.AccountSid, account.WorkspaceSid, url, time.GetUtcNow()), resource.ETag);
    }

    private Answer List(Call call)
    {
        var query = call.Request.Query;
        var now = time.GetUtcNow();
        var until = Time(query["EndDate"]) ?? now;
        var from = Time(query["StartDate"])
            ?? (int.TryParse(query["Minutes"], CultureInfo.InvariantCulture, out var minutes) ? until.AddMinutes(-minutes) : until.AddMinutes(-15));
        var size = int.TryParse(query["PageSize"], CultureInfo.InvariantCulture, out var asked) ? Math.Clamp(asked, 1, LargestPage) : DefaultPage;
        var page = int.TryParse(query["Page"], CultureInfo.InvariantCulture, out var number) ? number : 0;
        var found = state.Events(from, until, Given(query["EventType"]), Given(query["TaskSid"]));

        var here = $"{call.Request.Scheme}://{call.Request.Host}{call.Request.Path}?StartDate={RestTime.Of(from)}&EndDate={RestTime.Of(until)}&PageSize={size}";
        return new(200, new JsonObject
        {
            ["events"] = new JsonArray([.. found.Skip(page * size).Take(size).Select(TaskRouterState.ToJson)]),
            ["meta"] = new JsonObject
            {
                ["page"] = page,
                ["page_size"] = size,
                ["key"] = "events",
                ["first_page_url"] = $"{here}&Page=0",
                ["url"] = $"{here}&Page={page}",
                ["previous_page_url"] = page > 0 ? $"{here}&Page={page - 1}" : null,
                ["next_page_url"] = found.Count > (page + 1) * size ? $"{here}&Page={page + 1}&PageToken=PT{found[((page + 1) * size) - 1].Sid}" : null,
            },
        });
    }

    private static string? Given(string? value) => value is { Length: > 0 } ? value : null;

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private sealed record Call(HttpRequest Request, string? IfMatch, IReadOnlyDictionary<string, string> Form);

    private sealed record Answer(int Status, JsonObject Body, string? ETag = null)
    {
        public static Answer NotFound => Error(404, 20404, "The requested resource was not found");

        public static Answer Error(int status, int code, string message) => new(status, new JsonObject
        {
            ["code"] = code,
            ["message"] = message,
            ["more_info"] = $"https://www.twilio.com/docs/errors/{code}",
            ["status"] = status,
        });
    }
}
