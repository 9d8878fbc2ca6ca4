using System.Text;
using System.Text.Json.Nodes;
using ContactCenter.Contracts;
using ContactCenter.Durable.Idempotency;
using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;
using Microsoft.VisualBasic.FileIO;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>
/// <c>POST /v1/workers:import</c>: a run from a CSV file with header (INS-119). Its first column is <c>worker_sid</c>, the
/// others are attributes of workers; an empty cell leaves the attribute as it is. Query: <c>account_sid</c>,
/// <c>workspace_sid</c>, <c>dry_run</c>, <c>force</c>, <c>request_id</c> as in UpdateWorkers.
/// </summary>
public static class WorkerImportEndpoint
{
    private const int MostBytes = 4 * 1024 * 1024;
    private const string Method = "POST /v1/workers:import";
    private const string WorkerSid = "worker_sid";

    private static readonly HashSet<string> Columns = new(StringComparer.Ordinal)
    {
        "agent_id", "agent_attribute_1", "agent_attribute_2", "agent_attribute_3", "agent_label_1", "agent_label_2", "agent_label_3", "full_name",
        "department_id", "department_name", "department_name_in_hierarchy", "email", "location", "manager", "phone", "role", "state", "team_id", "team_name",
        "team_name_in_hierarchy",
    };

    /// <summary>Maps the endpoint.</summary>
    /// <param name="routes">The application's routes.</param>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/workers:import", ImportAsync).RequireScope("write");

    private static async Task<IResult> ImportAsync(HttpContext context, IdempotentCalls calls, WorkerRuns runs)
    {
        try
        {
            if (await ReadAsync(context) is not { } csv)
                return Problem(StatusCodes.Status413PayloadTooLarge, InsightsErrors.BodyTooLarge, $"The body exceeds {MostBytes} bytes.");
            var query = context.Request.Query;
            var request = new UpdateWorkersRequest
            {
                RequestId = query["request_id"].ToString(),
                AccountSid = query["account_sid"].ToString(),
                WorkspaceSid = query["workspace_sid"].ToString(),
                DryRun = query["dry_run"] == "true",
                Force = query["force"] == "true",
                Workers = { Rows(csv) },
            };
            runs.Check(request);
            var actor = context.GetCaller().Actor;
            var answer = await calls.RunAsync(
                actor, Method, request, transaction => runs.BeginAsync(transaction, request, actor, context.RequestAborted), context.RequestAborted);
            return Results.Accepted(value: new { write_back_id = answer.Response.WriteBack.WriteBackId, rows = request.Workers.Count });
        }
        catch (RpcException refused)
        {
            var status = refused.StatusCode switch
            {
                StatusCode.InvalidArgument => StatusCodes.Status400BadRequest,
                StatusCode.FailedPrecondition => StatusCodes.Status409Conflict,
                _ => StatusCodes.Status503ServiceUnavailable,
            };
            return Problem(status, RpcErrors.ReasonOf(refused), refused.Status.Detail);
        }
        catch (Exception refused) when (refused is InvalidRequestIdException or RequestIdReusedException)
        {
            return refused is RequestIdReusedException
                ? Problem(StatusCodes.Status409Conflict, SharedErrors.RequestIdReused, "The request_id came with another request before.")
                : Problem(StatusCodes.Status400BadRequest, SharedErrors.RequestIdInvalid, "The request_id is no UUID.");
        }
    }

    private static async Task<string?> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        var chunk = new byte[16 * 1024];
        while (await context.Request.Body.ReadAsync(chunk, context.RequestAborted) is > 0 and var read)
        {
            if (body.Length + read > MostBytes)
                return null;
            body.Write(chunk, 0, read);
        }

        return Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
    }

    private static IEnumerable<WorkerUpdate> Rows(string csv)
    {
        using var parser = new TextFieldParser(new StringReader(csv.TrimStart('\uFEFF'))) { Delimiters = [","], HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
        var header = Fields(parser) ?? [];
        if (header is not [WorkerSid, ..])
            throw Invalid("header", "must begin with worker_sid");
        if (header.Skip(1).FirstOrDefault(column => !Columns.Contains(column)) is { } unknown)
            throw RpcErrors.InvalidArgument(InsightsErrors.Domain, InsightsErrors.UnknownColumn, "header", $"'{unknown}' is no attribute of workers");
        while (Fields(parser) is { } fields)
        {
            if (fields.Length != header.Length)
                throw Invalid($"line {parser.LineNumber}", $"has {fields.Length} columns instead of {header.Length}");
            var attributes = new JsonObject(header.Zip(fields).Skip(1).Where(cell => cell.Second.Length > 0)
                .Select(cell => KeyValuePair.Create(cell.First, (JsonNode?)JsonValue.Create(cell.Second))));
            yield return new WorkerUpdate { WorkerSid = fields[0], Attributes = AttributeMerge.Text(attributes) };
        }
    }

    private static string[]? Fields(TextFieldParser parser)
    {
        try
        {
            return parser.ReadFields();
        }
        catch (MalformedLineException malformed)
        {
            throw Invalid($"line {malformed.LineNumber}", "has a quotation mark that is not closed");
        }
    }

    private static RpcException Invalid(string field, string description) =>
        RpcErrors.InvalidArgument(InsightsErrors.Domain, InsightsErrors.CsvInvalid, field, description);

    private static IResult Problem(int status, string? reason, string detail) =>
        Results.Problem(detail, statusCode: status, extensions: new Dictionary<string, object?> { ["reason"] = reason });
}
