using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.Sessions;

public sealed class SessionServiceTests(TestServers servers) : SessionsTest(servers)
{
    private const string Zone = "America/Los_Angeles";

    protected override IEnumerable<string> Settings => [.. base.Settings, $"--Sessions:TimeZone={Zone}"];

    [Fact]
    [Rule("INS-120"), Rule("INS-122"), Rule("INS-126"), Rule("STO-75")]
    public async Task A_session_and_its_document_can_be_read_by_grpc_and_http_with_an_etag()
    {
        await SendAsync(SessionLife.RecordedCall());
        var session = (await Sessions.GetSessionAsync(new() { Name = "call-1418" }, cancellationToken: Cancellation)).Session;
        Assert.Equal(("Voice Inbound (IVR)", "finished", TaskLife.AccountSid, false), (session.SessionType, session.Status, session.AccountSid, session.Provisional));
        Assert.Equal(new DateTime(2026, 3, 23, 20, 31, 46, DateTimeKind.Utc), session.ReadyTime.ToDateTime());
        Assert.Equal((5L, "Fifth Agent"), (Assert.Single(session.Agents).AgentId, session.Agents[0].Name));

        var metadata = (await Sessions.GetSessionMetadataAsync(new() { Name = "call-1418" }, cancellationToken: Cancellation)).Metadata;
        Assert.True(metadata.Complete);
        using var answer = await Http.GetAsync("/v1/sessions/call-1418/metadata", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(metadata.Document.ToStringUtf8(), await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(metadata.Etag, answer.Headers.ETag!.Tag);
        var document = JsonNode.Parse(metadata.Document.ToStringUtf8())!;
        Assert.Equal((126, "2026-03-23T13:16:46.000-07:00"), ((int)document["call_duration"]!, (string)document["ends_at"]!));
        Assert.Equal($"{PublicBaseUrl}/v1/sessions/call-1418/metadata", (string?)document["out_ticket_url"]);

        using var again = new HttpRequestMessage(HttpMethod.Get, "/v1/sessions/call-1418/metadata");
        again.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(metadata.Etag));
        using var unchanged = await Http.SendAsync(again, Cancellation);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        foreach (var name in new[] { "call-1", "fax-1418", "call-01418", "call-99999999999999999999" })
        {
            using var missing = await Http.GetAsync($"/v1/sessions/{name}/metadata", Cancellation);
            Assert.Equal((HttpStatusCode.NotFound, "SESSION_NOT_FOUND"), (missing.StatusCode, await ReasonOfAsync(missing)));
        }
    }

    [Fact]
    [Rule("INS-29"), Rule("INS-127"), Rule("INS-15")]
    public async Task Events_that_come_in_reverse_open_a_provisional_record_and_end_in_the_same_document()
    {
        var life = SessionLife.RecordedCall();
        Assert.Equal(["accepted"], await TakeAsync(life.Texts.Last()));
        await SettledAsync();
        var first = (await Sessions.GetSessionAsync(new() { Name = "call-1418" }, cancellationToken: Cancellation)).Session;
        Assert.Equal((true, 1L), (first.Provisional, first.RecordVersion));
        foreach (var text in life.Texts.Reverse().Skip(1))
            await TakeAsync(text);
        await SettledAsync();
        await SendAsync(SessionLife.RecordedCall(1419));

        var reverse = (await Sessions.GetSessionMetadataAsync(new() { Name = "call-1418" }, cancellationToken: Cancellation)).Metadata;
        var straight = (await Sessions.GetSessionMetadataAsync(new() { Name = "call-1419" }, cancellationToken: Cancellation)).Metadata;
        Assert.True(reverse.RecordVersion > 1);
        Assert.Equal(straight.Document.ToStringUtf8().Replace("1419", "1418", StringComparison.Ordinal), reverse.Document.ToStringUtf8());
    }

    [Fact]
    [Rule("INS-31"), Rule("INS-129"), Rule("STO-81"), Rule("STO-82")]
    public async Task What_was_written_is_served_as_a_transcript_and_stored_encrypted()
    {
        await SendAsync(SessionLife.Chat());
        var text = await Sessions.GetSessionTranscriptAsync(new() { Name = "chat-135", Format = TranscriptFormat.Text }, cancellationToken: Cancellation);
        Assert.Equal(
            "[2026-03-02 01:00:10] end_user: my parcel is lost\n    please help\n[2026-03-02 01:00:18] agent Seventh Agent: one moment\n"
            + "[2026-03-02 01:00:20] end_user: (photo chat-135-photo-7.jpg)\n[2026-03-02 01:00:30] end_user: thanks\n[2026-03-02 01:00:34] agent Seventh Agent: done\n",
            text.Content.ToStringUtf8());

        var json = await Sessions.GetSessionTranscriptAsync(new() { Name = "chat-135" }, cancellationToken: Cancellation);
        var transcript = JsonNode.Parse(json.Content.ToStringUtf8())!.AsObject();
        Assert.Equal(["comm_type", "comm_id", "transcript_version", "assigned_at", "timezone", "entries"], transcript.Select(member => member.Key));
        Assert.Equal(
            """{"timestamp":1772442018,"type":"text","role":"agent","body":{"type":"text","content":"one moment","lang":null},"user_data":{"name":"Seventh Agent"}}""",
            transcript["entries"]![1]!.ToJsonString());
        Assert.Equal("{}", transcript["entries"]![0]!["user_data"]!.ToJsonString());

        Assert.StartsWith("v1.", await QueryAsync<string>("SELECT transcript FROM insights.sessions"), StringComparison.Ordinal);
        Assert.Equal(0, await QueryAsync<long>("SELECT count(*) FROM insights.sessions WHERE (document::text || transcript) LIKE '%parcel%'"));
    }

    [Fact]
    [Rule("INS-30")]
    public async Task A_screen_share_without_session_joins_the_session_that_names_it_whichever_comes_first()
    {
        Assert.Equal(["accepted"], await TakeAsync("""{"event_id":"s1","source":"share","type":"cobrowse.full_device_changed","event_time":"2026-03-02T09:00:40Z","data":{"cobrowse_session_id":"share-9","full_device":"on"}}"""));
        await SendAsync(SessionLife.Chat().At("09:00:39", "cobrowse.started", new { cobrowse_session_id = "share-9", requested_by = "agent" }));

        var events = (await Sessions.ListSessionEventsAsync(new() { Name = "chat-135" }, cancellationToken: Cancellation)).Events;
        Assert.Equal(["cobrowse.started", "cobrowse.full_device_changed", "session.ended"], events.Skip(9).Select(one => one.Type));
    }

    [Fact]
    [Rule("INS-28"), Rule("INS-29")]
    public async Task Unknown_types_and_what_comes_after_the_end_raise_warnings()
    {
        var life = new SessionLife(ContactCenter.InsightsEnrichment.Sessions.SessionKind.Call, 3)
            .At("10:00:00", "session.started", new { session_type = "Voice Telepathy" }).At("10:01:00", "session.ended").At("10:02:00", "agent.joined", new { agent_id = 5 });
        await SendAsync(life);
        Assert.Equal("Voice Telepathy", (await Sessions.GetSessionAsync(new() { Name = "call-3" }, cancellationToken: Cancellation)).Session.SessionType);
        Assert.Equal("event_after_end,session_type_unknown", await QueryAsync<string>("SELECT string_agg(code, ',' ORDER BY code) FROM insights.warnings"));
    }

    [Fact]
    [Rule("INS-120")]
    public async Task Sessions_and_events_are_listed_page_by_page()
    {
        await SendAsync(SessionLife.Chat(1));
        await SendAsync(SessionLife.Chat(2));
        await SendAsync(SessionLife.RecordedCall(3));
        var names = new List<string>();
        var token = "";
        do
        {
            var page = await Sessions.ListSessionsAsync(new() { PageSize = 1, PageToken = token }, cancellationToken: Cancellation);
            names.AddRange(page.Sessions.Select(session => session.Name));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(["call-3", "chat-1", "chat-2"], names);
        var chats = await Sessions.ListSessionsAsync(new() { Filter = new() { Kind = SessionKind.Chat } }, cancellationToken: Cancellation);
        Assert.Equal(["chat-1", "chat-2"], chats.Sessions.Select(session => session.Name));

        var first = await Sessions.ListSessionEventsAsync(new() { Name = "chat-1", PageSize = 6 }, cancellationToken: Cancellation);
        var rest = await Sessions.ListSessionEventsAsync(new() { Name = "chat-1", PageSize = 6, PageToken = first.NextPageToken }, cancellationToken: Cancellation);
        Assert.Equal((6, 4, ""), (first.Events.Count, rest.Events.Count, rest.NextPageToken));
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Sessions.GetSessionAsync(new(), cancellationToken: Cancellation));
        Assert.Equal("FIELD_REQUIRED", RpcErrors.ReasonOf(failure));
    }
}
