using ContactCenter.InsightsEnrichment.Sessions;

namespace ContactCenter.InsightsEnrichment.Tests.Sessions;

public sealed class SessionSegmentsTests(TestServers servers) : SessionsTest(servers)
{
    private static SessionLife Call => new SessionLife(SessionKind.Call, 21)
        .At("10:00:00", "session.started", new { session_type = "Voice Inbound", end_user = new { id = 1, phone = "+15551234567" }, support_number = "+18001234567" })
        .At("10:00:01", "session.queued", new { queue_id = "Q1", queue_path = "Level 1" })
        .At("10:00:09", "agent.assigned", new { agent_id = 5 })
        .At("10:00:12", "agent.joined", new { agent_id = 5, agent_custom_id = "emp-5", agent_name = "John Doe" })
        .At("10:02:12", "agent.left", new { agent_id = 5 })
        .At("10:02:12", "session.ended", new { status = "finished", disconnected_by = "disconnected_by_end_user" })
        .At("10:02:12", "wrapup.started", new { agent_id = 5 })
        .At("10:02:20", "disposition.submitted", new { agent_id = 5, code = "sold", note = "two units" })
        .At("10:02:22", "wrapup.stopped", new { agent_id = 5 });

    [Fact]
    [Rule("INS-32"), Rule("INS-33"), Rule("INS-142")]
    public async Task A_session_without_task_makes_its_own_segments_in_a_conversation_of_its_name()
    {
        await SendAsync(Call);
        Assert.Equal(["Queue|Level 1||10:00:01|11||||No|sold", "Conversation|Level 1|John Doe|10:00:12|11|3|120|10|No|sold"], await RowsAsync("call-21"));
        var handled = (await Conversations.ListSegmentsAsync(new() { Filter = new() { TaskSid = "call-21" } }, cancellationToken: Cancellation)).Segments[1];
        Assert.Equal(("call-21", "emp-5", "Q1", "call-21-1"), (handled.ConversationId, handled.AgentSid, handled.QueueSid, handled.ReservationSid));
        Assert.Equal(("Customer", "two units", "Call"), (handled.Attributes["hang_up_by"], handled.Attributes["content"], handled.Attributes["channel"]));
        var conversation = await ConversationAsync("call-21");
        Assert.NotNull(conversation.EndTime);
        Assert.Equal(["call-21"], conversation.SessionNames);
        var session = (await Sessions.GetSessionAsync(new() { Name = "call-21" }, cancellationToken: Cancellation)).Session;
        Assert.Equal(("call-21", conversation.CustomerId), (session.ConversationId, session.CustomerId));
    }

    [Fact]
    [Rule("INS-32"), Rule("INS-15")]
    public async Task Events_in_reverse_make_the_same_segments()
    {
        foreach (var text in Call.Texts.Reverse())
        {
            Assert.Equal(["accepted"], await TakeAsync(text));
            await SettledAsync();
        }

        Assert.Equal(["Queue|Level 1||10:00:01|11||||No|sold", "Conversation|Level 1|John Doe|10:00:12|11|3|120|10|No|sold"], await RowsAsync("call-21"));
    }

    [Fact]
    [Rule("INS-32")]
    public async Task A_session_that_turns_out_to_name_a_task_belongs_to_the_conversation_of_that_task()
    {
        var task = TaskLife.Sid("WT", 1);
        await SendAsync(Examples.ColdTransfer().Forms);
        var life = Call;
        life.Events[0]["data"]!["task_sid"] = task;
        foreach (var text in life.Texts.Skip(1))
            Assert.Equal(["accepted"], await TakeAsync(text));
        await SettledAsync();
        Assert.Equal(2, (await RowsAsync("call-21")).Count);

        await TakeAsync(life.Texts.First());
        await SettledAsync();
        Assert.Empty(await RowsAsync("call-21"));
        Assert.Equal(4, (await RowsAsync(task)).Count);
        Assert.Equal(task, (await Sessions.GetSessionAsync(new() { Name = "call-21" }, cancellationToken: Cancellation)).Session.ConversationId);
        var answer = await Conversations.ListConversationsAsync(new(), cancellationToken: Cancellation);
        Assert.Equal([task], answer.Conversations.Select(conversation => conversation.ConversationId));
        Assert.Equal(["call-21"], answer.Conversations[0].SessionNames);
        Assert.Equal(answer.Conversations[0].CustomerId, Assert.Single((await Sessions.ListSessionsAsync(new(), cancellationToken: Cancellation)).Sessions).CustomerId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rule("INS-33"), Rule("INS-32"), Rule("INS-15")]
    public async Task A_session_that_names_a_task_gives_its_segments_outcome_and_note_whichever_comes_first(bool sessionFirst)
    {
        var life = new TaskLife().Entered("10:00:00", "Level 1").Offered("10:00:05", 1, "John Doe", "Level 1").Reserved("accepted", "10:00:09", 1, "John Doe", "Level 1")
            .Reserved("completed", "10:01:00", 1, "John Doe", "Level 1").Completed("10:01:01");
        var session = new SessionLife(SessionKind.Call, 22)
            .At("10:00:00", "session.started", new { session_type = "Voice Inbound", task_sid = life.TaskSid })
            .At("10:00:09", "agent.joined", new { agent_id = 5, agent_custom_id = life.Forms[1]["WorkerSid"] })
            .At("10:00:50", "session.ended", new { status = "finished", disconnected_by = "disconnected_by_end_user" })
            .At("10:00:55", "disposition.submitted", new { agent_id = 5, code = "sold", note = "two units" });
        if (sessionFirst)
            await SendAsync(session);
        await SendAsync(life.Forms);
        await SettledAsync();
        if (!sessionFirst)
            await SendAsync(session);

        Assert.Equal(["Queue|Level 1||10:00:00|9||||No|sold", "Conversation|Level 1|John Doe|10:00:09|9|4|51|0|No|sold"], await RowsAsync(life.TaskSid));
        var handled = (await Conversations.ListSegmentsAsync(new() { Filter = new() { TaskSid = life.TaskSid } }, cancellationToken: Cancellation)).Segments[1];
        Assert.Equal(("Customer", "two units"), (handled.Attributes["hang_up_by"], handled.Attributes["content"]));
    }
}
