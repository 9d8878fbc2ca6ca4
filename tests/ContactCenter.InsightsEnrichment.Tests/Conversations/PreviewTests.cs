using ContactCenter.Insights.V1;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.Conversations;

public sealed class PreviewTests(TestServers servers) : InsightsTest(servers)
{
    [Fact]
    [Rule("INS-18")]
    public async Task Attributes_are_tried_on_a_task_that_is_made_up_and_nothing_is_stored()
    {
        var preview = await Conversations.PreviewEnrichmentAsync(
            new()
            {
                TaskAttributes = """{"direction":"inbound","from":"anonymous","customers":{"phone":"1-555-123-4567","email":"nobody","customer_label_1":"L"},"conversations":{"outcome":"Sold","kind":"Queue","conversation_label_1":"ID-1"}}""",
                WorkerAttributes = """{"team_id":"T1","team_name":"Sales"}""",
                QueueName = "Level 1",
                Reason = "solved",
            },
            cancellationToken: Cancellation);

        Assert.Equal(["Queue 10", "Conversation 120"], preview.Segments.Select(segment => $"{segment.Kind} {segment.Measures.GetValueOrDefault(segment.Kind == SegmentKind.Queue ? "queue_time" : "talk_time")}"));
        var handled = preview.Segments[1];
        Assert.Equal(("Sold", "solved", "Level 1", "T1", "Sales"), (handled.Attributes["outcome"], handled.EndReason, handled.Attributes["queue"], handled.HandlingTeam.TeamId, handled.HandlingTeam.Name));
        Assert.Equal((handled.SegmentId, "ID-1"), (handled.Attributes["conversation_attribute_1"], handled.Labels["conversation_label_1"]));
        Assert.Equal(("cus_hcllewivp4dhlg5nmvh4dlz4vq", CustomerLinkSource.Phone, "1-555-123-4567"), (preview.Customer.CustomerId, preview.Customer.LinkSource, preview.Customer.Attributes["phone"]));
        Assert.Equal(preview.Customer.CustomerId, preview.Customer.Attributes["customer_attribute_1"]);
        Assert.Equal(
            ["ExternalId NotGiven", "Phone Unspecified", "Email NotUsable", "From Anonymous", "ConversationId AfterAnother"],
            preview.LinkExplanations.Select(step => $"{step.Source} {step.WhyNot}"));
        Assert.Equal([$"kind_not_settable kind {handled.SegmentId}", "email_not_usable email "], preview.Warnings.Select(warning => $"{warning.Code} {warning.Field} {warning.SegmentId}"));

        Assert.Equal(0L, await QueryAsync<long>("SELECT (SELECT count(*) FROM insights.segments) + (SELECT count(*) FROM insights.raw_events) + (SELECT count(*) FROM insights.warnings)"));
        var given = await Conversations.PreviewEnrichmentAsync(new() { Abandoned = true, TaskChannel = "chat" }, cancellationToken: Cancellation);
        Assert.Equal(["Queue Chat Yes", "Conversation Chat Yes"], given.Segments.Select(segment => $"{segment.Kind} {segment.Attributes["channel"]} {segment.Attributes["abandoned"]}"));
    }

    [Fact]
    [Rule("INS-18")]
    public async Task Attributes_are_tried_on_the_events_of_a_task_which_stays_as_it_is()
    {
        var life = Examples.ColdTransfer();
        await SendAsync(life.Forms);
        await SettledAsync();

        var preview = await Conversations.PreviewEnrichmentAsync(
            new() { TaskSid = life.TaskSid, TaskAttributes = """{"conversations":{"outcome":"Sold","conversation_id":"C1"}}""" }, cancellationToken: Cancellation);

        var stored = (await Conversations.ListSegmentsAsync(new() { Filter = new() { TaskSid = life.TaskSid } }, cancellationToken: Cancellation)).Segments;
        Assert.Equal(stored.Select(segment => segment.SegmentId), preview.Segments.Select(segment => segment.SegmentId));
        Assert.All(preview.Segments, segment => Assert.Equal(("Sold", "C1"), (segment.Attributes["outcome"], segment.ConversationId)));
        Assert.Equal("solved", stored[3].Attributes["outcome"]);
    }

    [Fact]
    [Rule("INS-18")]
    public async Task Previews_of_what_is_no_object_or_no_task_are_refused()
    {
        await PreviewFailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", "task_attributes", new() { TaskAttributes = "[]" });
        await PreviewFailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", "worker_attributes", new() { WorkerAttributes = "{" });
        await PreviewFailsAsync(StatusCode.NotFound, "TASK_NOT_FOUND", null, new() { TaskSid = "WT1" });
    }

    private Task PreviewFailsAsync(StatusCode code, string reason, string? field, PreviewEnrichmentRequest request) =>
        FailsAsync(code, reason, field, () => Conversations.PreviewEnrichmentAsync(request, cancellationToken: Cancellation));
}
