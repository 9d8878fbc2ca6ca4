using ContactCenter.Insights.V1;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Tests.Conversations;

public sealed class CorrectionTests(TestServers servers) : InsightsTest(servers)
{
    private readonly TaskLife _life = Examples.ColdTransfer();

    [Fact]
    [Rule("INS-24"), Rule("INS-39"), Rule("INS-15")]
    public async Task A_correction_holds_whatever_is_processed_after_it_and_tells_what_it_replaces_until_it_is_withdrawn()
    {
        await SendAsync(_life.Forms.SkipLast(1));
        await SettledAsync();
        var segment = await LastAsync();
        var request = new CorrectSegmentRequest
        {
            RequestId = "0197a000-0000-7000-8000-000000000001",
            SegmentId = segment.SegmentId,
            Attributes = { ["outcome"] = "Sold", ["in_business_hours"] = "yes" },
            Labels = { ["conversation_label_1"] = "ID-1" },
            Measures = { ["conversation_measure_1"] = 5.5 },
            Reason = "heard again",
        };

        var made = (await Conversations.CorrectSegmentAsync(request, cancellationToken: Cancellation)).Correction;
        Assert.Equal(made, (await Conversations.CorrectSegmentAsync(request, cancellationToken: Cancellation)).Correction);
        Assert.Equal(["conversation_label_1=ID-1 for ", "conversation_measure_1=5.5 for ", "in_business_hours=Yes for ", "outcome=Sold for "], Values(made));
        var corrected = await LastAsync();
        Assert.Equal(("Sold", "Yes", "ID-1", 5.5), (corrected.Attributes["outcome"], corrected.Attributes["in_business_hours"], corrected.Labels["conversation_label_1"], corrected.Measures["conversation_measure_1"]));
        Assert.Equal(segment.SegmentId, corrected.Attributes["conversation_attribute_1"]);
        Assert.Equal(segment.Revision + 1, corrected.Revision);

        // The end of the task states another outcome; everything comes once more, backwards.
        await SendAsync(_life.Forms.Reverse());
        await SettledAsync();
        corrected = await LastAsync();
        Assert.Equal("Sold", corrected.Attributes["outcome"]);
        Assert.Equal("Sold", (await ConversationAsync(_life.TaskSid)).Outcome);
        var shown = Assert.Single(corrected.Corrections);
        Assert.Equal((made.CorrectionId, false, "heard again", made.Actor), (shown.CorrectionId, shown.OfConversation, shown.Reason, shown.Actor));
        Assert.StartsWith("apikey:", shown.Actor, StringComparison.Ordinal);
        Assert.Contains("outcome=Sold for solved", Values(shown));

        var withdrawn = (await Conversations.WithdrawCorrectionAsync(new() { CorrectionId = made.CorrectionId, Reason = "not so" }, cancellationToken: Cancellation)).Entry;
        Assert.Equal(("Sold", "solved"), withdrawn.Changes.Where(change => change.Field == "outcome").Select(change => (change.Before, change.After)).Single());
        corrected = await LastAsync();
        Assert.Equal(("solved", 0, false), (corrected.Attributes["outcome"], corrected.Corrections.Count, corrected.Measures.ContainsKey("conversation_measure_1")));
        await FailsAsync(StatusCode.NotFound, "CORRECTION_NOT_FOUND", null, () => Conversations.WithdrawCorrectionAsync(new() { CorrectionId = made.CorrectionId, Reason = "x" }, cancellationToken: Cancellation));

        var history = await HistoryAsync();
        Assert.Equal(
            [$"WithdrawCorrection not so {segment.SegmentId} {made.CorrectionId}", $"Correct heard again {segment.SegmentId} {made.CorrectionId}"],
            history.Select(entry => $"{entry.Action} {entry.Reason} {entry.SegmentId} {entry.CorrectionId}"));
        Assert.Equal(("", "Sold"), history[1].Changes.Where(change => change.Field == "outcome").Select(change => (change.Before, change.After)).Single());
    }

    [Fact]
    [Rule("INS-24")]
    public async Task A_correction_of_a_conversation_holds_for_every_segment_and_gives_way_to_that_of_a_segment()
    {
        await SendAsync(_life.Forms.Take(8));
        await SettledAsync();
        var first = (await SegmentsAsync())[1];
        await Conversations.CorrectSegmentAsync(
            new() { SegmentId = first.SegmentId, Attributes = { ["campaign"] = "Summer" }, Reason = "r" }, cancellationToken: Cancellation);
        var made = await Conversations.CorrectSegmentAsync(
            new() { ConversationId = _life.TaskSid, Attributes = { ["campaign"] = "Winter" }, Reason = "r" }, cancellationToken: Cancellation);
        Assert.Equal(["campaign=Winter for Summer"], Values(made.Correction));

        await SendAsync(_life.Forms.Skip(8));
        await SettledAsync();

        Assert.Equal(["Winter", "Summer", "Winter", "Winter"], (await SegmentsAsync()).Select(segment => segment.Attributes["campaign"]));
        Assert.All((await SegmentsAsync())[1].Corrections, correction => Assert.Equal("campaign", Assert.Single(correction.Values).Field));
        Assert.Equal(["Winter for ", "Summer for Winter"], (await SegmentsAsync())[1].Corrections.Select(correction => $"{correction.Values[0].Value} for {correction.Values[0].ReplacedValue}"));
        await Conversations.WithdrawCorrectionAsync(new() { CorrectionId = made.Correction.CorrectionId, Reason = "r" }, cancellationToken: Cancellation);
        Assert.Equal([null, "Summer", null, null], (await SegmentsAsync()).Select(segment => segment.Attributes.GetValueOrDefault("campaign")));
    }

    [Theory]
    [InlineData("attributes", "kind", "Queue", "FIELD_NOT_CORRECTABLE")]
    [InlineData("attributes", "conversation_id", "C1", "FIELD_NOT_CORRECTABLE")]
    [InlineData("attributes", "handling_team_id", "T1", "FIELD_NOT_CORRECTABLE")]
    [InlineData("attributes", "start_time", "2026-03-02", "FIELD_NOT_CORRECTABLE")]
    [InlineData("attributes", "conversation_label_1", "x", "FIELD_NOT_CORRECTABLE")]
    [InlineData("labels", "campaign", "x", "FIELD_NOT_CORRECTABLE")]
    [InlineData("measures", "talk_time", "1", "FIELD_NOT_CORRECTABLE")]
    [InlineData("measures", "outcome", "1", "FIELD_NOT_CORRECTABLE")]
    [InlineData("measures", "priority", "NaN", "FIELD_INVALID")]
    [InlineData("attributes", "direction", "sideways", "FIELD_INVALID")]
    [InlineData("attributes", "date", "1900-12-31", "FIELD_INVALID")]
    [InlineData("attributes", "campaign", "", "FIELD_INVALID")]
    [InlineData("attributes", "segment_link", "ftp://example.com/1", "FIELD_INVALID")]
    [Rule("INS-24")]
    public async Task What_cannot_be_corrected_is_refused_by_the_name_of_the_field(string part, string field, string value, string reason)
    {
        var request = new CorrectSegmentRequest { SegmentId = "seg_x", Reason = "r" };
        if (part == "measures")
            request.Measures[field] = double.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
        else
            (part == "labels" ? request.Labels : request.Attributes)[field] = value;
        await FailsAsync(StatusCode.InvalidArgument, reason, $"{part}.{field}", () => Conversations.CorrectSegmentAsync(request, cancellationToken: Cancellation));
    }

    [Fact]
    [Rule("INS-24")]
    public async Task Corrections_that_lack_something_are_told_what()
    {
        await CorrectionFailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "target", new() { Attributes = { ["campaign"] = "A" }, Reason = "r" });
        await CorrectionFailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "segment_id", new() { SegmentId = "", Attributes = { ["campaign"] = "A" }, Reason = "r" });
        await CorrectionFailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "attributes", new() { SegmentId = "seg_x", Reason = "r" });
        await CorrectionFailsAsync(StatusCode.InvalidArgument, "REASON_REQUIRED", "reason", new() { SegmentId = "seg_x", Attributes = { ["campaign"] = "A" } });
        await CorrectionFailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", "attributes.campaign", new() { SegmentId = "seg_x", Attributes = { ["campaign"] = new string('A', 129) }, Reason = "r" });
        await CorrectionFailsAsync(StatusCode.NotFound, "SEGMENT_NOT_FOUND", null, new() { SegmentId = "seg_x", Attributes = { ["campaign"] = "A" }, Reason = "r" });
        await CorrectionFailsAsync(StatusCode.NotFound, "CONVERSATION_NOT_FOUND", null, new() { ConversationId = "x", Attributes = { ["campaign"] = "A" }, Reason = "r" });
        await FailsAsync(StatusCode.InvalidArgument, "REASON_REQUIRED", "reason", () => Conversations.WithdrawCorrectionAsync(new() { CorrectionId = "x" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "CORRECTION_NOT_FOUND", null, () => Conversations.WithdrawCorrectionAsync(new() { CorrectionId = "x", Reason = "r" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "conversation_id", () => Conversations.ListConversationHistoryAsync(new(), cancellationToken: Cancellation));
    }

    [Fact]
    [Rule("INS-36")]
    public async Task A_link_is_set_at_any_time_with_history_and_later_events_do_not_take_it_away()
    {
        await SendAsync(_life.Forms);
        await SettledAsync();
        var segment = await LastAsync();
        const string Link = "https://media.example.com/1?key=1";
        foreach (var link in (string[])["https://media.example.com/0", Link])
        {
            await Conversations.SetSegmentLinkAsync(new() { SegmentId = segment.SegmentId, SegmentLink = link, Reason = "moved" }, cancellationToken: Cancellation);
            Assert.Equal(link, (await LastAsync()).Attributes["segment_link"]);
        }

        _life.Attributes = """{"direction":"inbound","from":"+15551234567","to":"+18001234567","conversations":{"segment_link":"https://media.example.com/2"}}""";
        await SendAsync(_life.Add("task.updated", "10:06:20").Forms.TakeLast(1));
        await SettledAsync();

        Assert.Equal(Link, (await LastAsync()).Attributes["segment_link"]);
        Assert.Equal("https://media.example.com/2", (await SegmentsAsync())[1].Attributes["segment_link"]);
        var history = await HistoryAsync();
        Assert.All(history, entry => Assert.Equal(ConversationAction.SetSegmentLink, entry.Action));
        Assert.Equal([("https://media.example.com/0", Link), ("", "https://media.example.com/0")], history.Select(entry => (entry.Changes[0].Before, entry.Changes[0].After)));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", "segment_link", () => Conversations.SetSegmentLinkAsync(new() { SegmentId = segment.SegmentId, SegmentLink = "file.wav" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "segment_link", () => Conversations.SetSegmentLinkAsync(new() { SegmentId = segment.SegmentId }, cancellationToken: Cancellation));
    }

    [Fact]
    [Rule("INS-93")]
    public async Task The_history_of_a_conversation_is_paged_from_the_latest_on_and_tells_of_relinks()
    {
        await SendAsync(_life.Forms);
        await SettledAsync();
        await Conversations.RelinkConversationAsync(new() { ConversationId = _life.TaskSid, ExternalId = "crm-4711", Reason = "r" }, cancellationToken: Cancellation);
        var segment = await LastAsync();
        await Conversations.SetSegmentLinkAsync(new() { SegmentId = segment.SegmentId, SegmentLink = "https://media.example.com/1" }, cancellationToken: Cancellation);

        var first = await Conversations.ListConversationHistoryAsync(new() { ConversationId = _life.TaskSid, PageSize = 1 }, cancellationToken: Cancellation);
        var second = await Conversations.ListConversationHistoryAsync(new() { ConversationId = _life.TaskSid, PageSize = 1, PageToken = first.NextPageToken }, cancellationToken: Cancellation);
        Assert.Equal((ConversationAction.SetSegmentLink, ConversationAction.Relink, ""), (first.Entries[0].Action, second.Entries[0].Action, second.NextPageToken));
        Assert.Equal("customer_id", second.Entries[0].Changes[0].Field);
    }

    private async Task<IReadOnlyList<V1.Segment>> SegmentsAsync() =>
        (await Conversations.ListSegmentsAsync(
            new() { Filter = new() { TaskSid = _life.TaskSid, Kinds = { Enum.GetValues<V1.SegmentKind>().Except([V1.SegmentKind.Unspecified]) } } }, cancellationToken: Cancellation)).Segments;

    private async Task<V1.Segment> LastAsync() => (await SegmentsAsync())[^1];

    private async Task<IReadOnlyList<ConversationHistoryEntry>> HistoryAsync() =>
        (await Conversations.ListConversationHistoryAsync(new() { ConversationId = _life.TaskSid }, cancellationToken: Cancellation)).Entries;

    private static IEnumerable<string> Values(V1.Correction correction) => correction.Values.Select(value => $"{value.Field}={value.Value} for {value.ReplacedValue}");

    private Task CorrectionFailsAsync(StatusCode code, string reason, string? field, CorrectSegmentRequest request) =>
        FailsAsync(code, reason, field, () => Conversations.CorrectSegmentAsync(request, cancellationToken: Cancellation));
}
