using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ContactCenter.Sandbox.Storage;

namespace ContactCenter.Sandbox.Crm;

/// <summary>A CRM in two dialects: one like Zoho's, with lists of <c>data</c>, and a plain one with bare objects and 404 for nothing.</summary>
/// <param name="state">What it keeps.</param>
/// <param name="faults">What goes wrong.</param>
public sealed partial class CrmApi(CrmState state, CrmFaults faults)
{
    /// <summary>Where the dialect like Zoho's begins.</summary>
    public const string ZohoLike = "/crm/v2";

    /// <summary>Where the plain dialect begins.</summary>
    public const string Plain = "/crm/plain";

    /// <summary>What callers authenticate with: the value of <c>X-Api-Key</c>, or the password.</summary>
    public const string Key = "sandbox-crm-key";

    /// <summary>Maps the endpoints.</summary>
    /// <param name="routes">The application's routes.</param>
    public void Map(IEndpointRouteBuilder routes)
    {
        Serve("GET", $"{ZohoLike}/Contacts/search", call => Found(state.FindAccount(Number(call.Criterion("Customer")))?.Id));
        Serve("GET", $"{ZohoLike}/Contacts/{{id:long}}", call => Found(state.Account(call.Id)?.Id, missing: StatusCodes.Status404NotFound));
        Serve("POST", $"{ZohoLike}/Contacts", call => Made(state.AddAccount(Number(call.First("Customer"))).Id));
        Serve("GET", $"{ZohoLike}/Cases/search", call =>
        {
            var record = state.FindRecord(Number(call.Criterion("Contact")), call.Criterion("Subject"));
            return Found(record?.Id, record?.Subject);
        });
        Serve("POST", $"{ZohoLike}/Cases", call => Made(state.AddRecord(Number(call.First("Contact")), call.First("Subject")).Id));
        Serve("PUT", $"{ZohoLike}/Cases/{{id:long}}", call => Changed(call, record => record.Updates++));
        Serve("POST", $"{ZohoLike}/Cases/{{id:long}}/Notes", call => Changed(call, record => record.Comments.Add(call.First("Note_Content"))));

        Serve("POST", $"{ZohoLike}/Cases/{{id:long}}/Attachments", call => Attached(call, () => Made(state.Next())));

        Serve("GET", $"{Plain}/customers", call => PlainOf(state.FindAccount(Number(call.Query("customer")))?.Id));
        Serve("GET", $"{Plain}/customers/{{id:long}}", call => PlainOf(state.Account(call.Id)?.Id));
        Serve("POST", $"{Plain}/customers", call => PlainOf(state.AddAccount(Number(call.Field("customer"))).Id));
        Serve("GET", $"{Plain}/tickets", call =>
        {
            var record = state.FindRecord(Number(call.Query("customer")), call.Query("subject"));
            return PlainOf(record?.Id, record?.Subject);
        });
        Serve("POST", $"{Plain}/tickets", call => PlainOf(state.AddRecord(Number(call.Field("customer")), call.Field("subject")).Id));
        Serve("PATCH", $"{Plain}/tickets/{{id:long}}", call => Changed(call, record => record.Updates++));
        Serve("POST", $"{Plain}/tickets/{{id:long}}/comments", call => Changed(call, record => record.Comments.Add(call.Field("text"))));

        Serve("POST", $"{Plain}/tickets/{{id:long}}/files", call => Attached(
            call, () => new(StatusCodes.Status200OK, new JsonObject { ["url"] = $"{CrmConnectors.Pages}/files/{Text(state.Next())}" })));

        void Serve(string method, string path, Func<Call, Answer> serve) => routes.MapMethods(path, [method], context => AnswerAsync(context, serve)).AllowAnonymous();
    }

    private async Task AnswerAsync(HttpContext context, Func<Call, Answer> serve)
    {
        var file = context.Request.HasFormContentType ? await FileOfAsync(context.Request, context.RequestAborted) : null;
        var body = file is null && context.Request.ContentLength > 0 ? await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) : null;
        var (busy, lost) = faults.Next();
        var isKnown = context.Request.Headers["X-Api-Key"] == Key || context.Request.Headers.Authorization.ToString().StartsWith("Basic ", StringComparison.Ordinal);
        var answer = !isKnown ? new Answer(StatusCodes.Status401Unauthorized, null) : busy ? new(StatusCodes.Status503ServiceUnavailable, null) : serve(new(context.Request, body, file));
        if (lost && isKnown && !busy)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.Status;
        if (busy)
            context.Response.Headers.RetryAfter = "1";
        if (answer.Body is not null)
            await context.Response.WriteAsJsonAsync(answer.Body, context.RequestAborted);
    }

    private Answer Changed(Call call, Action<CrmRecord> change) =>
        new(state.Change(call.Id, call.IdempotencyKey, change) ? StatusCodes.Status200OK : StatusCodes.Status404NotFound, null);

    private Answer Attached(Call call, Func<Answer> answer)
    {
        var hash = FileFacts.Medium(call.File ?? Convert.FromBase64String(call.Field("content")));
        return state.Change(call.Id, call.IdempotencyKey, record => record.Files.Add(hash)) ? answer() : new(StatusCodes.Status404NotFound, null);
    }

    private static async Task<byte[]> FileOfAsync(HttpRequest request, CancellationToken cancellation)
    {
        var file = (await request.ReadFormAsync(cancellation)).Files.Single();
        var bytes = new byte[file.Length];
        await using var content = file.OpenReadStream();
        await content.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }

    private static Answer Found(long? id, string? subject = null, int missing = StatusCodes.Status204NoContent) => id is { } known
        ? new(StatusCodes.Status200OK, new JsonObject { ["data"] = new JsonArray(new JsonObject { ["id"] = Text(known), ["Subject"] = subject }) })
        : new(missing, null);

    private static Answer Made(long id) => new(
        StatusCodes.Status201Created,
        new JsonObject { ["data"] = new JsonArray(new JsonObject { ["code"] = "SUCCESS", ["details"] = new JsonObject { ["id"] = Text(id) } }) });

    private static Answer PlainOf(long? id, string? subject = null) =>
        id is { } known ? new(StatusCodes.Status200OK, new JsonObject { ["id"] = known, ["subject"] = subject }) : new(StatusCodes.Status404NotFound, null);

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\((\w+):equals:(.*?)\)(?= and \(|$)")]
    private static partial Regex Criteria();

    private sealed record Answer(int Status, JsonNode? Body);

    private sealed record Call(HttpRequest Request, JsonNode? Body, byte[]? File)
    {
        public long Id => Number((string)Request.RouteValues["id"]!);

        public string IdempotencyKey => Request.Headers["Idempotency-Key"].ToString();

        public string Query(string name) => Request.Query[name].ToString();

        public string Field(string name) => Body?[name]?.ToString() ?? "";

        public string First(string name) => Body?["data"]?[0]?[name]?.ToString() ?? "";

        public string Criterion(string name) => Criteria().Matches(Query("criteria")).FirstOrDefault(match => match.Groups[1].Value == name)?.Groups[2].Value ?? "";
    }
}
