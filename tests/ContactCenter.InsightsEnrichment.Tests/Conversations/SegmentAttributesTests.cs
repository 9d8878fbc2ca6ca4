using System.Text.Json;
using ContactCenter.InsightsEnrichment.Conversations;

namespace ContactCenter.InsightsEnrichment.Tests.Conversations;

public sealed class SegmentAttributesTests
{
    [Theory]
    [InlineData("inbound", "Yes", "Callback Request", "Follow-Up", "Callback Request", null)]
    [InlineData("outbound", "Follow-Up", null, "Yes", "Queue", "value_not_allowed:abandoned")]
    [InlineData("outbound", "Yes", "voicemail", "No", null, null)]
    [InlineData("inbound", "maybe", null, "No", null, "value_not_allowed:abandoned")]
    [InlineData("inbound", "yes", "short queue", "Yes", "Short Queue", null)]
    [InlineData("internal", "Follow-up", null, "Follow-Up", "Queue", null)]
    [Rule("INS-52"), Rule("INS-75"), Rule("INS-76")]
    public void Given_abandoned_values_are_read_in_their_allowed_spellings(
        string direction, string given, string? phase, string expected, string? expectedPhase, string? warning)
    {
        var conversations = new Dictionary<string, string?> { ["abandoned"] = given, ["abandoned_phase"] = phase };
        var segment = HandledWith(JsonSerializer.Serialize(new { direction, conversations }));

        Assert.Equal((expected, expectedPhase), (segment.Attributes["abandoned"], segment.Attributes.GetValueOrDefault("abandoned_phase")));
        Assert.Equal(warning is null ? [] : [warning], segment.Codes());
    }

    [Fact]
    [Rule("INS-42")]
    public void A_long_text_is_cut_to_128_code_points_and_never_within_a_pair()
    {
        Assert.Equal(new string('A', 128), SegmentAttributesOf(new string('A', 130)));
        Assert.Equal(new string('x', 127) + "😀", SegmentAttributesOf(new string('x', 127) + "😀yz"));
        Assert.Equal(new string('A', 128), SegmentAttributesOf(new string('A', 128)));
        Assert.Equal(["value_truncated:outcome"], HandledWith(JsonSerializer.Serialize(new { reason = new string('A', 129) })).Codes());

        static string SegmentAttributesOf(string text) => HandledWith(JsonSerializer.Serialize(new { conversations = new { outcome = text } })).Attributes["outcome"];
    }

    [Theory]
    [InlineData("""{"conversations":{"outcome":12.50}}""", "12.50")]
    [InlineData("""{"conversations":{"outcome":true}}""", "true")]
    [InlineData("""{"conversations":{"outcome":["a"]}}""", null)]
    [InlineData("""{"conversations":{"outcome":{"a":1}},"x":[{"conversations":{"outcome":"no"}}]}""", null)]
    [InlineData("""{"conversations":"text"}""", null)]
    [InlineData("""{"conversations":{"outcome":"a"},"conversations2":{"outcome":"b"},"reason":"c"}""", "a")]
    [Rule("INS-38"), Rule("INS-45")]
    public void Scalars_are_kept_in_their_spelling_and_everything_else_is_no_value(string attributes, string? expected) =>
        Assert.Equal(expected, HandledWith(attributes).Attributes.GetValueOrDefault("outcome"));

    [Theory]
    [InlineData("[1]")]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":1} x")]
    [InlineData("nonsense")]
    [InlineData("{\"direction\":\"\\ud800\"}")]
    [Rule("INS-10")]
    public void Attributes_that_are_no_JSON_object_leave_the_defaults(string attributes)
    {
        var life = LifeWith(attributes);

        Assert.All(life.Events, current => Assert.True(current.AttributesUnreadable));
        Assert.Equal("Inbound", HandledWith(attributes).Attributes["direction"]);
    }

    [Theory]
    [InlineData("""{"conversations":{"handling_team_id":"T1","handling_team_name":"Sales"}}""", null, "T1", "Sales")]
    [InlineData("""{"conversations":{"handling_team_name":"Sales"}}""", null, "queue", "Level 1")]
    [InlineData("{}", """{"team_id":"T2","team_name":"Care"}""", "T2", "Care")]
    [Rule("INS-49")]
    public void The_handling_team_is_named_only_with_its_id(string attributes, string? workerAttributes, string id, string name)
    {
        var segment = TaskTimeline.Build(LifeWith(attributes, workerAttributes).Events).Segments[^1];

        Assert.Equal((id == "queue" ? segment.QueueSid! : id, name), (segment.Attributes["handling_team_id"], segment.Attributes["handling_team_name"]));
    }

    private static Segment HandledWith(string attributes) => TaskTimeline.Build(LifeWith(attributes).Events).Segments[^1];

    private static TaskLife LifeWith(string attributes, string? workerAttributes = null)
    {
        var life = new TaskLife { Attributes = attributes };
        life.Offered("09:00:01", 1, "John Doe", "Level 1").Reserved("accepted", "09:00:02", 1, "John Doe", "Level 1");
        return life.Add("reservation.completed", "09:01:00",
            ("ReservationSid", TaskLife.Sid("WR", 1)), ("TaskQueueName", "Level 1"), ("TaskQueueSid", TaskLife.SidOf("Level 1")), ("WorkerAttributes", workerAttributes ?? "{}"));
    }
}
