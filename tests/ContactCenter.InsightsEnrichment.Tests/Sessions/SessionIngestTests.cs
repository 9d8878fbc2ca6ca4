using System.Net;
using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.Sessions;

public sealed class SessionIngestTests(TestServers servers) : SessionsTest(servers)
{
    [Fact]
    [Rule("INS-25"), Rule("INS-1"), Rule("INS-136")]
    public async Task An_object_an_array_and_lines_give_the_same_results_and_are_stored_as_they_came()
    {
        var life = SessionLife.RecordedCall();
        var texts = life.Texts.ToList();
        Assert.Equal(["accepted"], await TakeAsync(texts[0]));
        Assert.Equal(["duplicate", "accepted", "accepted"], await TakeAsync($"[{texts[0]},{texts[1]}, {texts[2]}]"));
        Assert.Equal(["accepted", "accepted", "duplicate"], await TakeAsync($"{texts[3]}\n{texts[4]}\r\n\n{texts[3]}\n", "application/x-ndjson"));
        Assert.Empty(await TakeAsync("[]"));
        await SettledAsync();

        Assert.Equal("duplicate 2, processed 5", await StatusesAsync());
        Assert.Equal(5, await QueryAsync<long>("SELECT count(DISTINCT body) FROM insights.raw_events WHERE convert_from(body, 'UTF8') = ANY(@texts)", new { texts = texts.ToArray() }));
    }

    [Fact]
    [Rule("INS-25"), Rule("INS-26"), Rule("INS-28"), Rule("INS-30")]
    public async Task Each_event_is_judged_by_itself_and_a_rejected_one_is_kept_as_failed()
    {
        var results = await TakeAsync(
            """
            [
              {"event_id":"1","source":"s","type":"rating.submitted","event_time":"2026-03-02T10:00:00Z","session_kind":"call","session_id":1,"data":{"rating":5}},
              {"event_id":"2","source":"s","type":"rating.submitted","event_time":"2026-03-02T10:00:00Z","session_kind":"call","session_id":1,"data":{"rating":6}},
              {"event_id":"3","source":"s","type":"rating.submitted","event_time":"2026-03-02T10:00:00Z","session_kind":"call","session_id":1,"data":{"rating":4.5}},
              {"source":"s","type":"agent.left","event_time":"soon","session_kind":"fax","session_id":0},
              {"event_id":"5","source":"s","type":"session.started","event_time":"1899-03-02T10:00:00Z","session_kind":"call","session_id":1,"data":{"session_type":"Messaging (Web)"}},
              {"event_id":"6","source":"s","type":"agent.logged_in","event_time":1772445600,"data":{"agent_id":5}},
              {"event_id":"7","source":"s","type":"cobrowse.started","event_time":1772445600000,"data":{"cobrowse_session_id":"c1","requested_by":"end-user","REMOTE_CONTROL":"off"}},
              {"event_id":"8","source":"s","type":"cobrowse.ended","event_time":1772445600000,"data":{"cobrowse_session_id":"c1","ended_by":"nobody"}},
              {"event_id":"9","source":"s","type":"cobrowse.ended","event_time":1772445600000,"data":{}},
              {"event_id":"10","source":"s","type":"tea.served","event_time":1772445600000},
              "text", 7, {"EVENT_ID":"11","Source":"s","TYPE":"Agent.Left","Event_Time":"2026-03-02T10:00:00Z","SESSION_KIND":"Chat","session_ID":"2","Data":{"AGENT_ID":"5"}}
            ]
            """);

        Assert.Equal(
            [
                "accepted", "rejected data.rating", "rejected data.rating", "rejected event_id event_time session_kind session_id data.agent_id",
                "rejected event_time data.session_type", "accepted", "accepted", "rejected data.ended_by", "rejected data.cobrowse_session_id", "accepted", "rejected ",
                "rejected ", "accepted",
            ],
            results);
        await SettledAsync();
        Assert.Equal("failed 8, ignored 1, processed 4", await StatusesAsync());
        Assert.Equal("BODY_UNREADABLE,EVENT_INVALID,TIME_OUT_OF_RANGE", await QueryAsync<string>("SELECT string_agg(DISTINCT error, ',' ORDER BY error) FROM insights.raw_events WHERE status = 'failed'"));
        Assert.Equal("unknown_event_type", await QueryAsync<string>("SELECT string_agg(code, ',') FROM insights.warnings"));
    }

    [Fact]
    [Rule("INS-21"), Rule("INS-25")]
    public async Task What_cannot_be_read_or_is_too_large_is_refused_as_a_whole()
    {
        await RefusedAsync("neither", HttpStatusCode.BadRequest, "BODY_UNREADABLE");
        await RefusedAsync("7", HttpStatusCode.BadRequest, "BODY_UNREADABLE");
        await RefusedAsync(string.Concat(Enumerable.Repeat("[", 65)) + string.Concat(Enumerable.Repeat("]", 65)), HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE");
        await RefusedAsync($"[{string.Join(',', Enumerable.Repeat("{}", 501))}]", HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE");
        await RefusedAsync($"\"{new string('x', 4 * 1024 * 1024)}\"", HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE");
        Assert.Equal("failed 2", await StatusesAsync());

        var names = string.Join(',', Enumerable.Range(0, 1_001).Select(i => $"\"n{i}\":{i}"));
        Assert.Equal(["rejected "], await TakeAsync($$$"""{"event_id":"1","source":"s","type":"tea.served","event_time":1772445600000,"data":{{{{names}}}}}"""));
        Assert.Equal("failed 3", await StatusesAsync());

        var large = SessionLife.Chat().At("09:02:00", "custom_data.received", new { custom_data_not_secured = new { text = new string('x', 256 * 1024) } });
        Assert.Equal(10, (await TakeAsync(large.Body)).Count(result => result == "accepted"));
        Assert.Equal(13, await QueryAsync<long>("SELECT count(*) FROM insights.raw_events"));
    }

    [Fact]
    [Rule("INS-136")]
    public async Task Without_a_key_nothing_is_taken()
    {
        using var http = new HttpClient { BaseAddress = Http.BaseAddress };
        using var answer = await http.PostAsync(Path, new StringContent("[]"), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    [Rule("INS-25"), Rule("INS-26"), Rule("INS-135")]
    public async Task By_grpc_the_same_events_have_the_same_results()
    {
        var request = new IngestSessionEventsRequest();
        request.Events.Add(Event("1", "session.started", """{"session_type":"Voice Inbound"}"""));
        request.Events.Add(Event("2", "rating.submitted", """{"rating":9}"""));
        request.Events.Add(Event("3", "rating.submitted", "no json"));
        request.Events.Add(new SessionEvent());
        var first = await Ingest.IngestSessionEventsAsync(request, cancellationToken: Cancellation);
        var second = await Ingest.IngestSessionEventsAsync(new() { Events = { request.Events[0] } }, cancellationToken: Cancellation);

        Assert.Equal(
            [SessionEventOutcome.Accepted, SessionEventOutcome.Rejected, SessionEventOutcome.Rejected, SessionEventOutcome.Rejected],
            first.Results.Select(result => result.Outcome));
        Assert.Equal("data.rating", Assert.Single(first.Results[1].Violations).Field);
        Assert.Equal(["event_id", "source", "type", "event_time"], first.Results[3].Violations.Select(violation => violation.Field));
        Assert.Equal(SessionEventOutcome.Duplicate, Assert.Single(second.Results).Outcome);
        await SettledAsync();
        Assert.Equal("call-77", (await Sessions.GetSessionAsync(new() { Name = "call-77" }, cancellationToken: Cancellation)).Session.Name);

        request.Events.AddRange(Enumerable.Repeat(new SessionEvent(), 500));
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Ingest.IngestSessionEventsAsync(request, cancellationToken: Cancellation));
        Assert.Equal((StatusCode.InvalidArgument, "BODY_TOO_LARGE"), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
    }

    private static SessionEvent Event(string id, string type, string data) => new()
    {
        EventId = id,
        Source = "platform",
        Type = type,
        EventTime = new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero).ToTimestamp(),
        SessionKind = SessionKind.Call,
        SessionId = 77,
        Data = data,
    };

    private async Task RefusedAsync(string body, HttpStatusCode status, string reason)
    {
        using var answer = await PostBodyAsync(body);
        Assert.Equal((status, reason), (answer.StatusCode, await ReasonOfAsync(answer)));
    }
}
