using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.Sessions;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.RawEvents;

public sealed partial class EventIngestService
{
    private const string ContentType = "application/grpc";

    /// <inheritdoc />
    public override async Task<V1.IngestSessionEventsResponse> IngestSessionEvents(V1.IngestSessionEventsRequest request, ServerCallContext context)
    {
        if (request.Events.Count > SessionEventIntake.MostEvents)
            throw TooLarge($"must be at most {SessionEventIntake.MostEvents}");
        if (backlog.IsFull)
            throw RpcErrors.ResourceExhausted(Domain, InsightsErrors.Overloaded, "Too many events wait to be processed.", RetryDelay);
        var answers = await sessions.TakeAsync(request.Events.Select(TextOf), ContentType, context.CancellationToken)
            ?? throw RpcErrors.Unavailable(Domain, InsightsErrors.StoreUnavailable, "The events could not be stored.", RetryDelay);
        var response = new V1.IngestSessionEventsResponse();
        response.Results.AddRange(answers.Select(MessageOf));
        return response;
    }

    private static V1.SessionEventResult MessageOf(SessionEventAnswer answer)
    {
        var result = new V1.SessionEventResult { EventId = answer.EventId, Outcome = (V1.SessionEventOutcome)answer.Result };
        result.Violations.AddRange(answer.Violations.Select(violation => new V1.SessionEventViolation { Field = violation.Field, Description = violation.Description }));
        return result;
    }

    /// <summary>The text that the HTTP door would have received for an event; what is not set is left out.</summary>
    private static byte[] TextOf(V1.SessionEvent given)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            Write("event_id", given.EventId);
            Write("source", given.Source);
            Write("type", given.Type);
            if (given.EventTime is { } time)
                Write("event_time", TimeOf(time));
            if (given.SessionKind != V1.SessionKind.Unspecified)
                Write("session_kind", given.SessionKind.ToString());
            if (given.SessionId != 0)
                writer.WriteNumber("session_id", given.SessionId);
            Write("account_sid", given.AccountSid);
            if (given.Data.Length > 0)
            {
                writer.WritePropertyName("data");
                writer.WriteRawValue(given.Data, skipInputValidation: true);
            }

            writer.WriteEndObject();

            void Write(string name, string value)
            {
                if (value.Length > 0)
                    writer.WriteString(name, value);
            }
        }

        return buffer.ToArray();
    }

    // A time outside its range is left as it is: the event is rejected for it, like any other that cannot be read.
    private static string TimeOf(Google.Protobuf.WellKnownTypes.Timestamp time)
    {
        try
        {
            return time.ToDateTimeOffset().ToString("O");
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            return "out of range";
        }
    }
}
