using System.Text.Json;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.Sessions;

namespace ContactCenter.InsightsEnrichment.Tests.Sessions;

public sealed class SessionFactsTests(TestServers servers) : SessionsTest(servers)
{
    protected override Task<string> TakeBrokerAsync() => Servers.CreateVirtualHostAsync(Cancellation);

    private Published _published = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _published = await Published.ListenAsync(
            Broker,
            typeof(SessionStarted), typeof(SessionQueued), typeof(SessionAssigned), typeof(SessionConnected), typeof(SessionAgentLeft),
            typeof(QueueSelected), typeof(SessionTransferred), typeof(PartyAdded), typeof(UserVerified), typeof(CustomDataReceived),
            typeof(RatingSaved), typeof(DispositionSaved), typeof(SurveyAnswered), typeof(ChatMessageSent), typeof(ChatTabChanged),
            typeof(HoldChanged), typeof(RedactionChanged), typeof(CobrowseChanged), typeof(AgentAssistStarted), typeof(AdapterSignInChanged),
            typeof(SessionMediaAdded), typeof(SessionEnded), typeof(SessionRecordUpdated));
    }

    public override async ValueTask DisposeAsync()
    {
        await _published.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    [Rule("INS-27"), Rule("INS-30"), Rule("INS-126")]
    public async Task Every_type_of_session_event_is_published_once_and_in_order()
    {
        var life = new SessionLife(SessionKind.Chat, 9)
            .At("10:00:00", "session.started", new { session_type = "Messaging (Web)", lang = "en", direction = "inbound", end_user = new { id = 19, name = "Customer" } })
            .At("10:00:01", "menu.selected", new { menu = new { id = 3 } })
            .At("10:00:02", "session.queued", new { queue_id = "13", queue_path = "web", priority = 2 })
            .At("10:00:03", "agent.assigned", new { agent_id = 7 })
            .At("10:00:04", "agent.joined", new { agent_id = 7, agent_custom_id = "emp-7", agent_email = "agent7@example.com" })
            .At("10:00:05", "chat.activated", new { agent_id = 7 })
            .At("10:00:06", "message.inbound", new { message_id = "m1", message = "hello" })
            .At("10:00:07", "user.verified", new { verified = true })
            .At("10:00:08", "custom_data.received", new { smart_action_text = "42", custom_data_secured = new { Plan = "gold" } })
            .At("10:00:09", "hold.started", new { agent_id = 7 })
            .At("10:00:10", "redaction.started", new { agent_id = 7 })
            .At("10:00:11", "cobrowse.started", new { cobrowse_session_id = "c1", requested_by = "end-user" })
            .At("10:00:12", "agent_assist.started", new { conversation_id = "a1" })
            .At("10:00:13", "party.added", new { participant_type = "end_user", end_user_id = 20 })
            .At("10:00:14", "transfer.started", new { transfer_id = 4, cold = true, from_agent_id = 7, to_queue_id = "14" })
            .At("10:00:15", "media.added", new { media_id = "p1", kind = "photo", bytes = 10 })
            .At("10:00:16", "agent.left", new { agent_id = 7 })
            .At("10:00:17", "survey.finished", new { survey_type = "csat", answers = new[] { new { question = "q", answer = "a" } } })
            .At("10:00:18", "rating.submitted", new { rating = 5, feedback = "fine" })
            .At("10:00:19", "disposition.submitted", new { agent_id = 7, code = "sold" })
            .At("10:00:20", "session.ended", new { status = "finished" });
        await SendAsync(life);
        Assert.Equal(["duplicate"], (await TakeAsync(life.Texts.First())).Distinct());
        await SettledAsync();
        await TakeAsync("""{"event_id":"in-1","source":"s","type":"agent.logged_in","event_time":"2026-03-02T08:00:00Z","data":{"agent_id":7}}""");
        await Eventually.TrueAsync(() => Task.FromResult(_published.All.Count == 22));

        var ofSession = _published.All.Where(message => message is not AdapterSignInChanged).ToList();
        Assert.Equal(
            [
                "SessionStarted", "QueueSelected", "SessionQueued", "SessionAssigned", "SessionConnected", "ChatTabChanged", "ChatMessageSent", "UserVerified", "CustomDataReceived",
                "HoldChanged", "RedactionChanged", "CobrowseChanged", "AgentAssistStarted", "PartyAdded", "SessionTransferred", "SessionMediaAdded", "SessionAgentLeft", "SurveyAnswered",
                "RatingSaved", "DispositionSaved", "SessionEnded",
            ],
            ofSession.OrderBy(message => Facts(message).Sequence).Select(message => message.GetType().Name));
        Assert.Equal(Enumerable.Range(1, 21).Select(number => (long)number), ofSession.Select(message => Facts(message).Sequence).Order());
        var connected = Assert.Single(_published.Of<SessionConnected>());
        Assert.Equal((true, "emp-7", "13", "chat-9", "Messaging (Web)"), (connected.FirstAgent, connected.Session.Agent!.AgentCustomId, connected.Session.QueueId, connected.Session.ConversationId, connected.Session.SessionType));
        Assert.Equal("hello", Assert.Single(_published.Of<ChatMessageSent>()).Message!.Value.GetString());
        Assert.Equal("end_user", Assert.Single(_published.Of<CobrowseChanged>()).RequestedBy);
        Assert.Equal("""{"Plan":"gold"}""", JsonSerializer.Serialize(Assert.Single(_published.Of<CustomDataReceived>()).Session.CustomDataSecured));
        var ended = Assert.Single(_published.Of<SessionEnded>());
        Assert.Equal((ended.EndTime.AddMinutes(15), true, TaskLife.AccountSid), (ended.ReadyTime, ended.Successful, ended.AccountSid));
        Assert.True(Assert.Single(_published.Of<AdapterSignInChanged>()).SignedIn);
    }

    [Fact]
    [Rule("INS-126"), Rule("INS-127")]
    public async Task Example_18_a_change_before_the_ready_time_is_not_told_and_later_ones_are_told_once()
    {
        var now = TimeProvider.System.GetUtcNow();
        var recent = SessionLife.Chat(1, now.AddMinutes(-5) - TimeSpan.FromHours(9));
        var old = SessionLife.Chat(2, now.AddMinutes(-20) - TimeSpan.FromHours(9));
        await SendAsync(recent);
        await SendAsync(old);
        foreach (var life in new[] { recent, old })
        {
            Assert.Equal(["accepted"], await TakeAsync(life.At("09:03:00", "rating.submitted", new { rating = 5 }).Texts.Last()));
            await SettledAsync();
            Assert.Equal(["accepted"], await TakeAsync(life.At("09:03:01", "disposition.submitted", new { agent_id = 7, code = "sold" }).Texts.Last()));
            await SettledAsync();
        }

        // The wait of half a minute is taken from the job rather than from the test.
        await RunNowAsync("sessions.tell-update", 30);
        await Eventually.TrueAsync(() => Task.FromResult(_published.Of<SessionRecordUpdated>().Any()));
        var update = Assert.Single(_published.Of<SessionRecordUpdated>());
        Assert.Equal(("chat", 2L, 3L), (update.SessionKind, update.SessionId, update.RecordVersion));
        Assert.Equal(["dispositions", "rating", "updated_at"], update.ChangedParts);
        Assert.Equal(3, (await Sessions.GetSessionAsync(new() { Name = "chat-1" }, cancellationToken: Cancellation)).Session.RecordVersion);
        Assert.False((await Sessions.GetSessionMetadataAsync(new() { Name = "chat-1" }, cancellationToken: Cancellation)).Metadata.Complete);
    }

    [Fact]
    [Rule("INS-29")]
    public async Task A_session_whose_start_does_not_come_within_an_hour_raises_a_warning()
    {
        await SendAsync(new SessionLife(SessionKind.Call, 4).At("10:00:00", "agent.joined", new { agent_id = 7 }));
        await RunNowAsync("sessions.check-start", 3_600);
        await Eventually.TrueAsync(async () => await QueryAsync<long>("SELECT count(*) FROM insights.warnings WHERE code = 'session_start_missing'") == 1);
    }

    /// <summary>Runs the one job of a kind before its time, which has to be so many seconds after its beginning.</summary>
    private async Task RunNowAsync(string kind, int seconds)
    {
        // The clock of the transaction is read before that of the row.
        Assert.InRange(await QueryAsync<long>("SELECT round(extract(epoch FROM due_time - enqueued_time)) FROM durable.jobs WHERE kind = @kind", new { kind }), seconds - 10, seconds);
        var id = await QueryAsync<Guid>("SELECT id FROM durable.jobs WHERE kind = @kind", new { kind });
        await Operations.RunJobNowAsync(new() { JobId = id.ToString() }, cancellationToken: Cancellation);
    }

    private static SessionFacts Facts(object message) => (SessionFacts)message.GetType().GetProperty("Session")!.GetValue(message)!;
}
