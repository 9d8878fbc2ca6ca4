using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Sessions;
using ContactCenter.ServiceDefaults.Callers;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>
/// <c>POST /v1/rbm/sentMessages</c>: records messages given as a JSON object, an array of objects, or one object a line (MSG-12).
/// 200 says what became of each.
/// </summary>
/// <param name="database">The service's database.</param>
/// <param name="desk">Records messages.</param>
/// <param name="counts">Counts what is too large.</param>
public sealed class SentMessagesEndpoint(DurableDatabase database, SentMessageDesk desk, IngestRefusals counts)
{
    private const int LongestBody = 4 * 1024 * 1024;

    /// <summary>Maps the endpoint.</summary>
    /// <param name="routes">The application's routes.</param>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/rbm/sentMessages", routes.ServiceProvider.GetRequiredService<SentMessagesEndpoint>().TakeAsync).RequireScope("insights.ingest");

    private async Task TakeAsync(HttpContext context)
    {
        if (await RequestBody.ReadAsync(context, LongestBody) is not { } body)
        {
            await RequestBody.RefuseTooLargeAsync(context, counts, $"The body exceeds {LongestBody} bytes.");
            return;
        }

        var rows = SessionEventDesk.Split(body, out var isTooDeep);
        if (rows is null || isTooDeep)
            await RequestBody.AnswerAsync(context, StatusCodes.Status400BadRequest, InsightsErrors.BodyUnreadable, "The body must be a JSON object, an array of objects, or one object a line.");
        else if (rows.Count > SentMessageDesk.MostMessages)
            await RequestBody.RefuseTooLargeAsync(context, counts, $"A request has at most {SentMessageDesk.MostMessages} messages.");
        else
            await RecordAsync(context, rows);
    }

    private async Task RecordAsync(HttpContext context, List<byte[]> rows)
    {
        var (messages, unreadable) = (new List<SentMessage>(), new Dictionary<int, FieldViolation>());
        for (var i = 0; i < rows.Count; i++)
        {
            var (message, violation) = Read(rows[i]);
            messages.Add(message);
            if (violation is not null)
                unreadable.Add(i, violation);
        }

        await using var transaction = await database.BeginAsync(context.RequestAborted);
        var readable = Enumerable.Range(0, rows.Count).Where(i => !unreadable.ContainsKey(i)).ToList();
        var recorded = await desk.RecordAsync(transaction, readable.ConvertAll(i => messages[i]));
        await transaction.CommitAsync(context.RequestAborted);

        var results = new RecordedMessage[rows.Count];
        for (var i = 0; i < readable.Count; i++)
            results[readable[i]] = recorded[i];
        foreach (var (i, violation) in unreadable)
            results[i] = new(messages[i], RecordResult.Rejected, [violation]);
        await Results.Json(new
        {
            results = results.Select(result => new
            {
                message_id = result.Message.MessageId,
                agent_id = result.Message.AgentId,
                result = result.Result.ToString().ToLowerInvariant(),
                violations = result.Violations.Select(violation => new { field = violation.Field, reason = violation.Reason, description = violation.Description }),
            }),
        }).ExecuteAsync(context);
    }

    private static (SentMessage Message, FieldViolation? Violation) Read(byte[] row)
    {
        try
        {
            var message = JsonSerializer.Deserialize<SentMessage>(row);
            return message is { MessageId: not null, AgentId: not null, PhoneNumber: not null, Format: not null, TrafficType: not null, Suggestions: not null, Responder: not null, Campaign: not null, Template: not null, ConversationId: not null }
                && message.Suggestions.All(suggestion => suggestion is { Kind: not null, Text: not null, PostbackData: not null })
                ? (message, null)
                : (new(), new("", "no field may be null"));
        }
        catch (JsonException failure)
        {
            return (new(), new(failure.Path?.TrimStart('$', '.') ?? "", "has a value of another kind than the contract's"));
        }
    }
}
