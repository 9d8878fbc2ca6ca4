using System.Text.Json;
using ContactCenter.InsightsEnrichment.Conversations;

namespace ContactCenter.InsightsEnrichment.Tests.Conversations;

public sealed class FieldValueTests
{
    [Fact]
    [Rule("INS-42")]
    public void A_text_that_is_too_long_is_cut_and_the_warning_tells_its_length()
    {
        var segment = HandledWith(new { campaign = new string('A', 130) });

        Assert.Equal(new string('A', 128), segment.Attributes["campaign"]);
        var warning = Assert.Single(segment.Warnings!);
        Assert.Equal(("value_truncated", "campaign", "AAA…", "130 characters"), (warning.Code, warning.Field, warning.Sample, warning.Note));
        Assert.Equal(new string('x', 127) + "😀", HandledWith(new { campaign = new string('x', 127) + "😀yz" }).Attributes["campaign"]);
        Assert.Null(HandledWith(new { campaign = new string('A', 128) }).Warnings);
        Assert.Null(HandledObject($$"""{"campaign":"{{new string('é', 128)}}"}""").Warnings);
    }

    [Fact]
    [Rule("INS-42"), Rule("INS-43")]
    public void Conversation_ids_that_differ_after_128_characters_are_two_conversations()
    {
        var ids = new[] { 'a', 'b' }.Select((last, index) => TaskTimeline.Build(
            new TaskLife(index + 1) { Attributes = JsonSerializer.Serialize(new { conversations = new { conversation_id = new string('c', 128) + last } }) }
                .Entered("09:00:00", "Level 1").Canceled("09:00:10").Events)).ToList();

        Assert.Equal(2, ConversationGrouping.Group([.. ids.Select(timeline => timeline.Links)]).Values.Distinct().Count());
        Assert.Single(ids.Select(timeline => timeline.Segments[1].Attributes["conversation_id"]).Distinct());
    }

    [Fact]
    [Rule("INS-47"), Rule("INS-40")]
    public void An_attribute_is_its_own_label_and_a_label_alone_stands_for_the_segment()
    {
        var segment = HandledWith(new
        {
            conversation_label_1 = "ID-123456789",
            conversation_attribute_2 = "Green Category",
            conversation_attribute_10 = "CAT-77",
            conversation_label_10 = "Returns",
            external_id_label = "X",
        });

        Assert.Equal((segment.SegmentId, "ID-123456789"), (segment.Attributes["conversation_attribute_1"], segment.Labels["conversation_label_1"]));
        Assert.Equal(("Green Category", "Green Category"), (segment.Attributes["conversation_attribute_2"], segment.Labels["conversation_label_2"]));
        Assert.Equal(("CAT-77", "Returns"), (segment.Attributes["conversation_attribute_10"], segment.Labels["conversation_label_10"]));
        Assert.Equal(4, segment.Labels.Count);
    }

    [Theory]
    [InlineData("""{"date":"1900-12-31"}""", "date", null, "date_out_of_range:date")]
    [InlineData("""{"date":"1901-01-01"}""", "date", "1901-01-01", null)]
    [InlineData("""{"date":"2049-12-31"}""", "date", "2049-12-31", null)]
    [InlineData("""{"date":"2050-01-01"}""", "date", null, "date_out_of_range:date")]
    [InlineData("""{"date":"someday"}""", "date", null, "date_out_of_range:date")]
    [InlineData("""{"conversation_attribute_11":"x"}""", "conversation_attribute_11", null, "unknown_attribute:conversation_attribute_11")]
    [InlineData("""{"kind":"Queue"}""", "kind", null, "kind_not_settable:kind")]
    [InlineData("""{"order":17,"x":null}""", "order", "17", "unknown_attribute:x")]
    [InlineData("""{"case":["a"]}""", "case", null, "attribute_not_scalar:case")]
    [InlineData("""{"case":{"a":1}}""", "case", null, "attribute_not_scalar:case")]
    [InlineData("""{"ivr_path":["Main",2,"Billing"]}""", "ivr_path", "Main ▸ 2 ▸ Billing", null)]
    [InlineData("""{"ivr_path":[{"a":1}]}""", "ivr_path", null, "attribute_not_scalar:ivr_path")]
    [InlineData("""{"virtual":"YES"}""", "virtual", "Yes", null)]
    [InlineData("""{"in_business_hours":"sometimes"}""", "in_business_hours", null, "value_not_allowed:in_business_hours")]
    [InlineData("""{"direction":"OUTBOUND"}""", "direction", "Outbound", null)]
    [InlineData("""{"media":[{"type":"VoiceRecording","url":"https://m.example.com/1"}]}""", "media", """[{"type":"VoiceRecording","url":"https://m.example.com/1"}]""", null)]
    [InlineData("""{"content":"a\u0000b\n"}""", "content", "a\ufffdb\n", null)]
    [InlineData("""{"content":"first","content":"second"}""", "content", "second", null)]
    [InlineData("""{"content":"first","content":null}""", "content", null, null)]
    [Rule("INS-38"), Rule("INS-41"), Rule("INS-44"), Rule("INS-45"), Rule("INS-46"), Rule("INS-52"), Rule("INS-53")]
    public void Values_are_read_by_the_rules_of_their_field(string conversations, string name, string? expected, string? warning)
    {
        var segment = HandledObject(conversations);

        Assert.Equal(expected, segment.Attributes.GetValueOrDefault(name));
        Assert.Equal(warning is null ? [] : [warning], segment.Codes());
    }

    [Theory]
    [InlineData("\"101\"", 101.0)]
    [InlineData("101.5", 101.5)]
    [InlineData("\"-1e3\"", -1000.0)]
    [InlineData("\"many\"", null)]
    [InlineData("\"1,5\"", null)]
    [InlineData("true", null)]
    [InlineData("1e999", null)]
    [InlineData("\"NaN\"", null)]
    [Rule("INS-45")]
    public void Measures_are_finite_numbers(string given, double? expected)
    {
        var segment = HandledObject("{\"conversation_measure_1\":" + given + "}");

        Assert.Equal(expected, segment.Measures.TryGetValue("conversation_measure_1", out var measure) ? measure : null);
        Assert.Equal(expected is null ? ["measure_not_numeric:conversation_measure_1"] : [], segment.Codes());
    }

    [Theory]
    [InlineData(2048, true)]
    [InlineData(2049, false)]
    [Rule("INS-43")]
    public void Links_are_kept_whole_or_not_at_all(int length, bool kept)
    {
        var url = "https://r.example.com/".PadRight(length, 'x');
        var segment = HandledWith(new { segment_link = url, media = new[] { new { url } } });

        Assert.Equal(kept ? url : null, segment.Attributes.GetValueOrDefault("segment_link"));
        Assert.Equal(kept, segment.Attributes.ContainsKey("media"));
        Assert.Equal(kept ? [] : ["link_too_long:media", "link_too_long:segment_link"], segment.Codes());
    }

    [Theory]
    [InlineData("""{"handling_team_name":"Sales 2"}""", "{}", "queue", "Level 1", null, "team_name_without_id:handling_team_name")]
    [InlineData("""{"handling_team_id":"T1","handling_team_name":"Sales","handling_team_name_in_hierarchy":["EMEA","Sales"]}""", "{}", "T1", "Sales", "EMEA ▸ Sales", null)]
    [InlineData("""{"handling_team_id":"T1"}""", """{"team_id":"T2","team_name":"Care"}""", "T1", null, null, null)]
    [InlineData("{}", """{"team_name":"Care"}""", "queue", "Level 1", null, "team_name_without_id:team_name")]
    [InlineData("{}", """{"team_id":"T2","team_name":"Care","team_name_in_hierarchy":"EMEA ▸ Care"}""", "T2", "Care", "EMEA ▸ Care", null)]
    [Rule("INS-49")]
    public void A_team_is_named_by_the_object_that_gives_its_id(string conversations, string worker, string id, string? name, string? path, string? warning)
    {
        var segment = HandledObject(conversations, worker);

        Assert.Equal(
            (id == "queue" ? segment.QueueSid : id, name, path),
            (segment.Attributes["handling_team_id"], segment.Attributes.GetValueOrDefault("handling_team_name"), segment.Attributes.GetValueOrDefault("handling_team_name_in_hierarchy")));
        Assert.Equal(warning is null ? [] : [warning], segment.Codes());
    }

    [Theory]
    [InlineData("""{"handling_department_id":"D1","handling_department_name":"Care"}""", "{}", "D1", "Care", null)]
    [InlineData("""{"handling_department_name":"Care"}""", "{}", null, null, "department_name_without_id:handling_department_name")]
    [InlineData("{}", """{"department_name":"Care"}""", null, null, "department_name_without_id:department_name")]
    [InlineData("{}", """{"department_id":7,"department_name":"Care"}""", "7", "Care", null)]
    [Rule("INS-50")]
    public void A_department_is_shown_only_with_its_id(string conversations, string worker, string? id, string? name, string? warning)
    {
        var segment = HandledObject(conversations, worker);

        Assert.Equal((id, name), (segment.Attributes.GetValueOrDefault("handling_department_id"), segment.Attributes.GetValueOrDefault("handling_department_name")));
        Assert.Equal(warning is null ? [] : [warning], segment.Codes());
    }

    [Fact]
    [Rule("INS-54"), Rule("INS-71")]
    public void A_custom_time_is_reported_in_place_of_the_measured_one_which_stays()
    {
        var timeline = TaskTimeline.Build(LifeWith("""{"conversations":{"talk_time":"100","ring_time":9,"abandon_time":3}}""", "{}").Events);

        var handled = timeline.Segments[^1];
        Assert.Equal((100, 9, 58), (handled.Measured("talk_time"), handled.Measured("ring_time"), handled.TalkTime!.Value.Seconds));
        Assert.Equal(100, Conversation.Of(timeline.TaskSid, [timeline])!.TalkSeconds);
        Assert.Empty(TaskTimeline.Build(new TaskLife { Attributes = """{"conversations":{"talk_time":7}}""" }.Entered("09:00:00", "Level 1").Entered("09:00:05", "Level 2").Events).Segments[1].Measures);
    }

    [Fact]
    [Rule("INS-41")]
    public void Names_of_others_are_reported_only_on_demand()
    {
        var life = LifeWith("""{"own":{"deep":1},"channelSid":"x","direction":"inbound"}""", """{"badge":7,"team_id":"T"}""");

        Assert.Empty(TaskTimeline.Build(life.Events).Segments[^1].Codes());
        Assert.Equal(
            ["unknown_attribute:own", "unknown_attribute:badge"],
            TaskTimeline.Build(life.Events, SegmentRules.Default with { ReportForeignAttributes = true }).Segments[^1].Codes());
    }

    private static Segment HandledWith(object conversations) => HandledJson(JsonSerializer.Serialize(new { conversations }));

    private static Segment HandledObject(string conversations, string worker = "{}") => HandledJson("{\"conversations\":" + conversations + "}", worker);

    private static Segment HandledJson(string attributes, string worker = "{}") => TaskTimeline.Build(LifeWith(attributes, worker).Events).Segments[^1];

    private static TaskLife LifeWith(string attributes, string worker)
    {
        var life = new TaskLife { Attributes = attributes };
        life.Offered("09:00:01", 1, "John Doe", "Level 1").Reserved("accepted", "09:00:02", 1, "John Doe", "Level 1");
        return life.Add("reservation.completed", "09:01:00",
            ("ReservationSid", TaskLife.Sid("WR", 1)), ("TaskQueueName", "Level 1"), ("TaskQueueSid", TaskLife.SidOf("Level 1")), ("WorkerAttributes", worker));
    }
}
