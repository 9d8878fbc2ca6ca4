using System.Text.Json;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Sessions;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.InsightsEnrichment.Tests.Sessions;

namespace ContactCenter.InsightsEnrichment.Tests.Conversations;

public sealed class PrecedenceTests
{
    private static readonly DateTimeOffset Day = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly SessionHandling John = new(5, "emp-5", "of the session", "of the session", "Customer");

    [Fact]
    [Rule("INS-39"), Rule("INS-33")]
    public void Each_field_takes_the_first_of_correction_event_stored_enrichment_session_and_default()
    {
        var life = Handled("""{"conversations":{"outcome":"of the event","campaign":"of the event"},"reason":"default"}""");
        var additions = new TaskAdditions
        {
            Corrections = [Correct(new() { ["campaign"] = "corrected" })],
            Enrichment = [Stored("09:00:00", """{"outcome":"stored","content":"stored","case":"stored"}"""), Stored("09:00:01", """{"case":"stored later"}""")],
            Sessions = [new() { Handlings = [John] }],
        };
        foreach (var segment in Build(life, additions))
        {
            Assert.Equal(
                "corrected|of the event|stored|Customer|stored later",
                string.Join('|', new[] { "campaign", "outcome", "content", "hang_up_by", "case" }.Select(name => segment.Attributes.GetValueOrDefault(name))));
        }

        Assert.Equal("of the session", Build(Handled("""{"reason":"default"}"""), additions with { Enrichment = [] })[1].Attributes["outcome"]);
        Assert.Equal("default", Build(Handled("""{"reason":"default"}"""), TaskAdditions.None)[1].Attributes["outcome"]);
    }

    [Fact]
    [Rule("INS-39")]
    public void A_value_of_the_event_that_is_not_usable_gives_way_to_the_next()
    {
        var life = Handled("""{"conversations":{"direction":"sideways","conversation_measure_1":"many","handling_team_name":"Sales"}}""");
        var segment = Build(life, new() { Enrichment = [Stored("09:00:00", """{"direction":"outbound","conversation_measure_1":"7","handling_team_id":"T1","handling_team_name":"Stored"}""")] })[1];
        Assert.Equal(("Outbound", 7, "T1", "Stored"), (segment.Attributes["direction"], segment.Measures["conversation_measure_1"], segment.Attributes["handling_team_id"], segment.Attributes["handling_team_name"]));
        Assert.Contains("value_not_allowed:direction", segment.Codes());
    }

    [Fact]
    [Rule("INS-33")]
    public void A_session_speaks_of_the_segment_of_its_agent_alone()
    {
        var other = new TaskAdditions { Sessions = [new() { Handlings = [John with { AgentCustomId = "emp-6" }] }] };
        Assert.All(Build(Handled("{}"), other), segment => Assert.False(segment.Attributes.ContainsKey("content")));
        var numbered = new TaskAdditions { Sessions = [new() { Handlings = [John with { AgentCustomId = null }] }] };
        Assert.All(Build(Handled("{}", agentId: "5"), numbered), segment => Assert.Equal("of the session", segment.Attributes["content"]));
    }

    [Fact]
    [Rule("INS-39")]
    public void What_was_stored_after_a_handling_ended_belongs_to_the_next_and_after_the_last_to_the_last()
    {
        var life = Examples.ColdTransfer();
        var segments = Build(life, new() { Enrichment = [Stored("10:03:00", """{"campaign":"A"}""")] });
        Assert.Equal([null, null, "A", "A"], segments.Select(segment => segment.Attributes.GetValueOrDefault("campaign")));
        segments = Build(life, new() { Enrichment = [Stored("23:00:00", """{"campaign":"A","content":null}""")] });
        Assert.Equal([null, null, "A", "A"], segments.Select(segment => segment.Attributes.GetValueOrDefault("campaign")));
    }

    [Fact]
    [Rule("INS-24"), Rule("INS-75")]
    public void What_follows_from_a_value_follows_from_the_corrected_one()
    {
        var life = new TaskLife().Entered("09:00:00", "Level 1").Canceled("09:00:10");
        var segment = Build(life, new() { Corrections = [Correct(new() { ["abandoned_phase"] = "Callback Request" })] })[1];
        Assert.Equal("Follow-Up", segment.Attributes["abandoned"]);
        var replaced = Assert.Single(Assert.Single(segment.Corrections!).Values);
        Assert.Equal(("Callback Request", "Queue"), (replaced.Value, replaced.Replaced));
    }

    [Fact]
    [Rule("INS-33"), Rule("INS-55"), Rule("INS-57")]
    public void What_a_session_says_of_its_task_does_not_depend_on_the_order_of_its_events()
    {
        var life = new SessionLife(SessionKind.Call, 7)
            .At("10:00:00", "session.started", new { session_type = "Voice Inbound", task_sid = "WT1" })
            .At("10:00:10", "agent.joined", new { agent_id = 5, agent_custom_id = "emp-5" })
            .At("10:00:20", "recording.started", new { recording_id = 1085, permission = "granted" })
            .At("10:01:00", "media.added", new { media_id = 1, kind = "recording", location = "https://media.example.com/1" })
            .At("10:02:00", "session.ended", new { status = "finished", disconnected_by = "disconnected_by_agent" })
            .At("10:02:10", "disposition.submitted", new { agent_id = 5, code = "sold", note = "two" })
            .At("10:02:20", "disposition.submitted", new { agent_id = 5, code = "sold twice", note = "four" });
        var events = life.Read();
        var said = SessionForTask.Of(SessionRecord.Build(life.Name, events), "AC1", events);
        Assert.Equal(("https://media.example.com/1", "granted"), (said.RecordingLink, said.RecordingPermission));
        Assert.Equal(new SessionHandling(5, "emp-5", "sold twice", "four", "Agent"), Assert.Single(said.Handlings));
        events.Reverse();
        Assert.Equal(JsonSerializer.Serialize(said), JsonSerializer.Serialize(SessionForTask.Of(SessionRecord.Build(life.Name, events), "AC1", events)));
    }

    private static TaskLife Handled(string attributes, string agentId = "emp-5")
    {
        (string, string)[] reservation = [("ReservationSid", "WR1"), ("WorkerSid", "WK1"), ("WorkerAttributes", JsonSerializer.Serialize(new { agent_id = agentId }))];
        return new TaskLife { Attributes = attributes }.Entered("10:00:00", "Level 1").Add("reservation.created", "10:00:05", reservation)
            .Add("reservation.accepted", "10:00:09", reservation).Add("reservation.completed", "10:01:00", reservation).Completed("10:01:01");
    }

    private static IReadOnlyList<Segment> Build(TaskLife life, TaskAdditions additions) =>
        TaskTimeline.Build(life.Events, surroundings: TaskSurroundings.None with { Additions = additions }).Segments;

    private static Correction Correct(Dictionary<string, string> values) => new(Guid.Empty, "AC1", null, "C1", null, values, "apikey:a", "r", Day);

    private static StoredEnrichment Stored(string time, string values)
    {
        Assert.True(TaskAttributes.TryRead(System.Text.Encoding.UTF8.GetBytes($$"""{"conversations":{{values}}}"""), out var read));
        return new(Day + TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture), read.Conversations.Detached());
    }
}
