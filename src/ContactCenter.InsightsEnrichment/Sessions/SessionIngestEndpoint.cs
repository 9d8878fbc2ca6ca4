using System.Globalization;
using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.ServiceDefaults.Callers;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>
/// The HTTP door for session events (INS-25). 200 says that all events are committed, and what became of each; every other
/// answer is a problem document with a reason of <see cref="InsightsErrors"/>.
/// </summary>
/// <param name="desk">Takes the events.</param>
/// <param name="backlog">Says when no more is taken.</param>
/// <param name="counts">Counts what is too large.</param>
/// <param name="limits">Largest body.</param>
public sealed class SessionIngestEndpoint(SessionEventDesk desk, EnrichmentBacklog backlog, IngestRefusals counts, IOptions<IngestOptions> limits)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Maps the endpoint.</summary>
    /// <param name="routes">The application's routes.</param>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/ingest/sessions/events", routes.ServiceProvider.GetRequiredService<SessionIngestEndpoint>().TakeAsync).RequireScope("insights.ingest");

    private async Task TakeAsync(HttpContext context)
    {
        if (backlog.IsFull)
        {
            await AnswerUnavailableAsync(context, InsightsErrors.Overloaded, "Too many events wait to be processed.");
            return;
        }

        if (await RequestBody.ReadAsync(context, limits.Value.MaxJsonBytes) is not { } body)
        {
            await RequestBody.RefuseTooLargeAsync(context, counts, $"The body exceeds {limits.Value.MaxJsonBytes} bytes.");
            return;
        }

        var events = SessionEventDesk.Split(body, out var isTooDeep);
        if (isTooDeep)
            await RequestBody.RefuseTooLargeAsync(context, counts, $"The body is nested deeper than {SessionEventIntake.DeepestJson} levels.");
        else if (events is null)
            await RefuseUnreadableAsync(context, body);
        else if (events.Count > SessionEventIntake.MostEvents)
            await RequestBody.RefuseTooLargeAsync(context, counts, $"A request has at most {SessionEventIntake.MostEvents} events.");
        else if (await desk.TakeAsync(events, context.Request.ContentType, context.RequestAborted) is { } answers)
            await AnswerAsync(context, answers);
        else
            await AnswerUnavailableAsync(context, InsightsErrors.StoreUnavailable, "The events could not be stored.");
    }

    private async Task RefuseUnreadableAsync(HttpContext context, byte[] body)
    {
        if (await desk.KeepUnreadableAsync(body, context.Request.ContentType, context.RequestAborted))
            await RequestBody.AnswerAsync(context, StatusCodes.Status400BadRequest, InsightsErrors.BodyUnreadable, "The body must be a JSON object, an array of objects, or one object a line.");
        else
            await AnswerUnavailableAsync(context, InsightsErrors.StoreUnavailable, "The body could not be stored.");
    }

    private static async Task AnswerAsync(HttpContext context, IReadOnlyList<SessionEventAnswer> answers)
    {
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        writer.WriteStartObject();
        writer.WriteStartArray("results");
        foreach (var answer in answers)
        {
            writer.WriteStartObject();
            writer.WriteString("event_id", answer.EventId);
            writer.WriteString("result", answer.Result.ToString().ToLowerInvariant());
            writer.WriteStartArray("violations");
            foreach (var violation in answer.Violations)
            {
                writer.WriteStartObject();
                writer.WriteString("field", violation.Field);
                writer.WriteString("description", violation.Description);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static Task AnswerUnavailableAsync(HttpContext context, string reason, string detail)
    {
        context.Response.Headers.RetryAfter = RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return RequestBody.AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, reason, detail);
    }
}
