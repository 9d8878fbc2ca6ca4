using System.Net;
using System.Text;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Tests.Sessions;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.InsightsEnrichment.Tests.RawEvents;

/// <summary>One bad event among 500, at every door that takes several.</summary>
public sealed class BatchTests(TestServers servers) : SessionsTest(servers)
{
    private const int Events = 500, Bad = 250;

    [Fact]
    [Rule("INS-25"), Rule("INS-26")]
    public async Task One_bad_session_event_of_500_leaves_499_accepted_by_http_and_by_grpc()
    {
        var results = await TakeAsync($"[{string.Join(',', Enumerable.Range(0, Events).Select(i => i == Bad ? """{"event_id":"250","source":"http"}""" : TextOf(i, "http")))}]");
        Check(results);

        var request = new IngestSessionEventsRequest { Events = { Enumerable.Range(0, Events).Select(i => EventOf(i, "grpc")) } };
        request.Events[Bad].Type = "";
        request.Events[Bad].EventTime = null;
        var answer = await Ingest.IngestSessionEventsAsync(request, cancellationToken: Cancellation);
        Check([.. answer.Results.Select(result => string.Join(' ', [result.Outcome.ToString().ToLowerInvariant(), .. result.Violations.Select(violation => violation.Field)]))]);
        Assert.Equal(request.Events.Select(sent => sent.EventId), answer.Results.Select(result => result.EventId));

        await SettledAsync();
        Assert.Equal($"failed 2, processed {2 * (Events - 1)}", await StatusesAsync());
        Assert.Equal(2 * (Events - 1), await QueryAsync<long>("SELECT count(DISTINCT resource_sid) FROM insights.raw_events WHERE status = 'processed'"));
        Assert.Equal(2 * (Events - 1), await QueryAsync<long>("SELECT count(*) FROM insights.sessions"));

        static void Check(IReadOnlyList<string> results) =>
            Assert.Equal(Enumerable.Range(0, Events).Select(i => i == Bad ? "rejected type event_time" : "accepted"), results);
    }

    [Fact]
    [Rule("INS-9"), Rule("INS-141")]
    public async Task One_bad_TaskRouter_event_of_500_leaves_499_processed_as_event_streams_and_in_bulk()
    {
        var items = Enumerable.Range(1, Events).Select(i => i == Bad
            ? """{"specversion":"1.0","type":"com.twilio.taskrouter.task.created","data":7}"""
            : EventStreamsTests.CloudEvent(new TaskLife(i).Created("10:00:00").Forms[0]));
        using (var answer = await PostStreamAsync(Encoding.UTF8.GetBytes($"[{string.Join(',', items)}]")))
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await SettledAsync();
        Assert.Equal($"failed 1, processed {Events - 1}", await StatusesAsync());

        using var call = Ingest.IngestTaskRouterEvents(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(
            new()
            {
                Events =
                {
                    Enumerable.Range(1_001, Events).Select(i => new TaskRouterEventText
                    {
                        ContentType = i == 1_000 + Bad ? "application/json" : "application/x-www-form-urlencoded",
                        Body = ByteString.CopyFrom(FormOf.Bytes(new TaskLife(i).Created("10:00:00").Forms[0])),
                    }),
                },
            },
            Cancellation);
        await call.RequestStream.CompleteAsync();
        var bulk = await call.ResponseAsync;
        Assert.Equal((Events - 1, 0, 1), (bulk.Stored, bulk.Duplicate, bulk.Refused));
        Assert.Equal((Bad - 1L, "NOT_AN_ARRAY"), (bulk.Refusals[0].Index, bulk.Refusals[0].Reason));

        await SettledAsync();
        Assert.Equal($"failed 1, processed {2 * (Events - 1)}", await StatusesAsync());
        Assert.Equal(2 * (Events - 1), await QueryAsync<long>("SELECT count(DISTINCT task_sid) FROM insights.raw_events WHERE status = 'processed'"));
    }

    private static string TextOf(int number, string source) =>
        $$$"""{"event_id":"{{{number}}}","source":"{{{source}}}","type":"session.started","event_time":"2026-03-02T10:00:00Z","session_kind":"call","session_id":{{{number + 1}}},"data":{"session_type":"Voice Inbound"}}""";

    private static SessionEvent EventOf(int number, string source) => new()
    {
        EventId = $"{number}",
        Source = source,
        Type = "session.started",
        EventTime = new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero).ToTimestamp(),
        SessionKind = SessionKind.Chat,
        SessionId = number + 1,
        Data = """{"session_type":"Messaging (Web)"}""",
    };
}
