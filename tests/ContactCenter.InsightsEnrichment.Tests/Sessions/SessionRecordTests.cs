using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.InsightsEnrichment.Sessions;
using FsCheck;
using FsCheck.Fluent;

namespace ContactCenter.InsightsEnrichment.Tests.Sessions;

public sealed class SessionRecordTests
{
    private static readonly TimeZoneInfo Pacific = TimeZoneInfo.FindSystemTimeZoneById("America/Los_Angeles");

    [Fact]
    [Rule("INS-123"), Rule("INS-122"), Rule("INS-27"), Rule("INS-28"), Rule("INS-124"), Rule("INS-125")]
    public void Example_18_the_durations_of_a_call_with_a_transfer()
    {
        var life = SessionLife.RecordedCall();
        var document = SessionRecord.Build(life.Name, life.Read()).Document;

        Assert.Equal((126, 27, 5), (document.CallDuration, document.WaitDuration, document.HoldDuration));
        Assert.Equal([(32, 0), (0, 8), (80, 0), (0, 6)], document.HandleDurations.Select(row => (row.CallDuration!.Value, row.AcwDuration)));
        Assert.Equal([5, null, 0, null], document.HandleDurations.Select(row => row.HoldDuration));
        Assert.Equal([6, 0, 5, 0], document.HandleDurations.Select(row => row.AssignedConnectionDuration));
        Assert.Equal([null, null, true, null], document.HandleDurations.Select(row => row.TransferCold));
        Assert.Equal([(9, "in_sla"), (18, "in_sla")], document.QueueDurations.Select(row => (row.Duration, row.ServiceLevelEvent)));
        Assert.Equal(2.94m, Assert.Single(Assert.Single(document.Recordings).RedactionTimes).Duration);
        var transfer = Assert.Single(document.Transfers);
        Assert.Equal(("transferred", 18, 86), (transfer.Status, transfer.WaitDuration, transfer.CallDuration));
        Assert.Equal(("Voice Inbound (IVR)", "Voice Inbound (IVR)"), (document.SessionType, document.SessionTypeV2));
        Assert.Equal(("Fifth Agent", "agent5@example.com"), (document.AgentInfo!.Name, document.AgentInfo.Email));
        Assert.Equal(("finished", "nothing"), (document.Status, document.FailReason));
        Assert.Equal(document.Participants[^1].Id, Assert.Single(document.Dispositions!).ParticipantId);
        var json = Render(document, SessionKind.Call);
        Assert.Equal("2026-03-23T13:12:51.000-07:00", (string?)json["created_at"]);
        Assert.Equal("2026-03-23T20:15:35.473Z", (string?)json["recordings"]![0]!["redaction_times"]![0]!["start"]);
    }

    [Theory]
    [InlineData("metadata_call-1418.json", SessionKind.Call)]
    [InlineData("metadata_chat-135.json", SessionKind.Chat)]
    [Rule("INS-121"), Rule("INS-122"), Rule("STO-75"), Rule("STO-76"), Rule("STO-77"), Rule("STO-78"), Rule("STO-79")]
    public void Example_18_a_recorded_document_is_written_as_it_was_read(string file, SessionKind kind)
    {
        var text = File.ReadAllText(ContractData.Require($"ccai-platform/{file}"));
        var options = SessionDocumentJson.Options(kind, Pacific);
        var rendered = JsonSerializer.Serialize(JsonSerializer.Deserialize<SessionDocument>(text, options), options);

        Assert.Equal(Compact(JsonNode.Parse(text)), rendered);
    }

    [Fact]
    [Rule("INS-121"), Rule("STO-77")]
    public void An_older_call_gives_its_newer_keys_back_as_null_or_empty()
    {
        var document = JsonNode.Parse(File.ReadAllText(ContractData.Require("ccai-platform/metadata_call-1418.json")))!.AsObject();
        foreach (var key in new[] { "queue_priority_level", "escalations", "dispositions", "sip_headers" })
            document.Remove(key);
        var options = SessionDocumentJson.Options(SessionKind.Call, Pacific);
        var rendered = JsonNode.Parse(JsonSerializer.Serialize(document.Deserialize<SessionDocument>(options), options))!.AsObject();

        Assert.Equal("null [] [] null", string.Join(' ', new[] { "queue_priority_level", "escalations", "dispositions", "sip_headers" }.Select(key => rendered[key]?.ToJsonString() ?? "null")));
        Assert.True(rendered.ContainsKey("sip_headers"));
    }

    [Fact]
    [Rule("INS-121"), Rule("INS-124"), Rule("INS-125"), Rule("STO-79"), Rule("STO-77")]
    public void A_chat_has_the_keys_of_a_chat_and_counts_its_messages()
    {
        var life = SessionLife.Chat();
        var json = Render(SessionRecord.Build(life.Name, life.Read()).Document, SessionKind.Chat);

        Assert.Equal("Messaging Inbound (App Chat)", (string?)json["chat_type"]);
        Assert.Equal("Messaging Inbound (Mobile Chat)", (string?)json["session_type_v2"]);
        Assert.False(json.ContainsKey("call_type") || json.ContainsKey("hold_duration") || json.ContainsKey("escalations") || json.ContainsKey("dispositions"));
        Assert.Equal((4, 6m, 8m), ((int)json["message_count"]!, (decimal)json["average_response_time"]!, (decimal)json["longest_response_time"]!));
        Assert.Equal("\"6.0\"", json["handle_durations"]![0]!["response_time_avg"]!.ToJsonString());
        Assert.Equal("12", json["consumer_handle_durations"]![0]!["response_time_avg"]!.ToJsonString());
        Assert.Equal("null", json["fail_reason"]?.ToJsonString() ?? "null");
        Assert.Equal(["end_user", "agent"], json["participants"]!.AsArray().Select(one => (string)one!["type"]!));
        Assert.True(json["participants"]![0]!.AsObject().ContainsKey("phone_number"));
        Assert.False(json["participants"]![1]!.AsObject().ContainsKey("phone_number"));
        Assert.Equal(7, (int)json["agent_info"]!["id"]!);
    }

    [Fact]
    [Rule("INS-124"), Rule("STO-78")]
    public void Without_a_handler_there_is_no_agent_info_and_a_virtual_agent_shows_its_alias()
    {
        var life = new SessionLife(SessionKind.Call, 7).At("10:00:00", "session.started", new { session_type = "Voice Inbound" });
        Assert.False(Render(SessionRecord.Build(life.Name, life.Read()).Document, SessionKind.Call).ContainsKey("agent_info"));

        life.At("10:00:05", "virtual_agent.joined", new { virtual_agent = new { id = 6, name = "va" } })
            .At("10:00:55", "virtual_agent.left", new { virtual_agent = new { id = 6 }, escalation_reason = "by_virtual_agent", finish_reason = "escalated", response_count = 3 });
        var json = Render(SessionRecord.Build(life.Name, life.Read()).Document, SessionKind.Call);
        Assert.Equal("""{"id":6,"name":"va","va_alias":null,"avatar_url":null}""", json["agent_info"]!.ToJsonString());
        Assert.Equal((50, 3), ((int)json["virtual_agent_handle_durations"]![0]!["call_duration"]!, (int)json["virtual_agent_handle_durations"]![0]!["response_count"]!));
        Assert.Equal("by_virtual_agent", (string?)json["escalations"]![0]!["reason"]);
    }

    [Fact]
    [Rule("INS-29")]
    public void Of_what_comes_after_the_end_only_some_changes_the_record()
    {
        var life = SessionLife.RecordedCall();
        var before = SessionRecord.Build(life.Name, life.Read());
        life.At("20:20:00", "agent.joined", new { agent_id = 9 }).At("20:21:00", "session.queued", new { queue_id = "1" }).At("20:22:00", "session.ended", new { status = "failed" });
        var after = SessionRecord.Build(life.Name, life.Read());
        Assert.Equal(JsonSerializer.Serialize(before.Document), JsonSerializer.Serialize(after.Document));
        Assert.Equal(3, after.AfterEnd.Count);
        Assert.Equal(before.EndTime, after.EndTime);

        life.At("20:23:00", "rating.submitted", new { rating = 4, feedback = "good" });
        var rated = SessionRecord.Build(life.Name, life.Read()).Document;
        Assert.Equal((4L, true), (rated.Rating, rated.HasFeedback));
        Assert.True(rated.UpdatedAt > after.Document.UpdatedAt);
    }

    [Fact]
    [Rule("INS-29"), Rule("INS-15")]
    public void Any_order_of_any_events_gives_the_same_record() =>
        Prop.ForAll(Lives().ToArbitrary(), events =>
        {
            var name = new SessionName(SessionKind.Call, 5);
            var expected = State(SessionRecord.Build(name, events.InOrder));
            Assert.Equal(expected, State(SessionRecord.Build(name, events.Shuffled)));
            Assert.Equal(expected, State(SessionRecord.Build(name, events.Shuffled.AsEnumerable().Reverse())));
        }).QuickCheckThrowOnFailure();

    [Fact]
    [Rule("INS-122"), Rule("STO-76")]
    public void No_duration_of_any_session_is_negative() =>
        Prop.ForAll(Lives().ToArbitrary(), events =>
        {
            var document = SessionRecord.Build(new(SessionKind.Call, 5), events.InOrder).Document;
            Assert.All(document.HandleDurations, row => Assert.True(row.CallDuration >= 0 && row.AcwDuration >= 0 && row.HoldDuration is null or >= 0));
            Assert.All(document.QueueDurations, row => Assert.True(row.Duration >= 0));
            Assert.All(document.Participants, row => Assert.True(row.CallDuration >= 0));
            Assert.All(document.Transfers, row => Assert.True(row.CallDuration >= 0 && row.WaitDuration >= 0));
        }).QuickCheckThrowOnFailure();

    private static string State(SessionRecord record) => JsonSerializer.Serialize(record);

    private static JsonObject Render(SessionDocument document, SessionKind kind) =>
        JsonNode.Parse(JsonSerializer.Serialize(document, SessionDocumentJson.Options(kind, Pacific)))!.AsObject();

    private static string Compact(JsonNode? node) =>
        node!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private static readonly (string Type, object Data)[] Possible =
    [
        ("session.started", new { session_type = "Voice Inbound", end_user = new { id = 1 } }),
        ("session.queued", new { queue_id = "1", queue_path = "a/b", service_level_target_time = 3 }),
        ("session.queued", new { queue_id = "2", transfer_id = 1 }),
        ("agent.assigned", new { agent_id = 1 }), ("agent.assigned", new { agent_id = 2, transfer_id = 1 }),
        ("agent.joined", new { agent_id = 1, agent_name = "One" }), ("agent.joined", new { agent_id = 2, agent_name = "Two" }),
        ("agent.left", new { agent_id = 1 }), ("agent.left", new { agent_id = 2 }),
        ("hold.started", new { agent_id = 1 }), ("hold.stopped", new { agent_id = 1 }),
        ("wrapup.started", new { agent_id = 1 }), ("wrapup.stopped", new { agent_id = 1 }),
        ("transfer.started", new { transfer_id = 1, cold = true, from_agent_id = 1 }), ("transfer.failed", new { transfer_id = 1, fail_reason = "x" }),
        ("virtual_agent.joined", new { virtual_agent = new { id = 6 } }), ("virtual_agent.left", new { virtual_agent = new { id = 6 }, escalation_reason = "r" }),
        ("recording.started", new { recording_id = 1 }), ("recording.stopped", new { recording_id = 1 }),
        ("redaction.started", new { agent_id = 1 }), ("redaction.stopped", new { agent_id = 2 }),
        ("rating.submitted", new { rating = 3 }), ("rating.submitted", new { rating = 5, feedback = "f" }),
        ("disposition.submitted", new { agent_id = 1, code = "c" }), ("message.inbound", new { message_id = "m", message = "t" }),
        ("session.ended", new { status = "finished" }), ("session.ended", new { status = "failed" }),
    ];

    /// <summary>Lives of up to forty events, sensible or not, many of them at the same time.</summary>
    private static Gen<GeneratedSession> Lives() =>
        from steps in Gen.ListOf(from type in Gen.Choose(0, Possible.Length - 1) from second in Gen.Choose(0, 20) select (type, second))
        from order in Gen.Shuffle(Enumerable.Range(0, Math.Min(steps.Count, 40) + 1).ToArray())
        select Life([.. steps.Take(40)], order);

    private static GeneratedSession Life(IReadOnlyList<(int Type, int Second)> steps, int[] order)
    {
        var life = new SessionLife(SessionKind.Call, 5).At("10:00:00", "user.verified");
        foreach (var (type, second) in steps)
            life.At($"10:00:{second:00}", Possible[type].Type, Possible[type].Data);
        var events = life.Read();
        return new(events, [.. order.Select(index => events[index])]);
    }

    private sealed record GeneratedSession(List<SessionEvent> InOrder, List<SessionEvent> Shuffled);
}
