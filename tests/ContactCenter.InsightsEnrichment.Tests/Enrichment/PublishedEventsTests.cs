using ContactCenter.Events.Insights;

namespace ContactCenter.InsightsEnrichment.Tests.Enrichment;

public sealed class PublishedEventsTests(TestServers servers) : InsightsTest(servers)
{
    protected override Task<string> TakeBrokerAsync() => Servers.CreateVirtualHostAsync(Cancellation);

    private Published _published = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _published = await Published.ListenAsync(
            Broker,
            typeof(SegmentClosed), typeof(SegmentRevised), typeof(SegmentWithdrawn), typeof(ConversationClosed), typeof(CustomerLinked),
            typeof(CustomerContacted), typeof(WarningRaised));
    }

    public override async ValueTask DisposeAsync()
    {
        await _published.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    [Rule("INS-138"), Rule("INS-142")]
    public async Task Every_segment_is_closed_once_and_the_conversation_when_all_is_over()
    {
        await SendAsync(Examples.ColdTransfer().Forms);
        await SendAsync(Examples.ColdTransfer().Forms);
        await _published.ReceivedAsync<ConversationClosed>(1);

        var closed = _published.Of<SegmentClosed>().Select(message => message.Segment).OrderBy(segment => segment.StartTime).ToList();
        Assert.Equal(
            ["Queue 12 0 0 answered", "Conversation 12 120 10 ", "Queue 33 0 0 answered", "Conversation 33 180 30 "],
            closed.Select(segment => $"{segment.Kind} {segment.QueueSeconds} {segment.TalkSeconds ?? 0} {segment.WrapUpSeconds ?? 0} {segment.Left}"));
        Assert.Equal(119_900, closed[1].TalkMilliseconds);
        var conversation = Assert.Single(_published.Of<ConversationClosed>());
        Assert.Equal((340, 345, "solved", 4), (conversation.HandlingSeconds, conversation.ExperienceSeconds, conversation.Outcome, conversation.SegmentCount));
        Assert.Equal(4, closed.Select(segment => segment.SegmentId).Distinct().Count());
    }

    [Fact]
    [Rule("INS-112")]
    public async Task A_warning_is_published_when_it_occurs_for_the_first_time_of_a_day()
    {
        var tooLong = new string('A', 130);
        foreach (var (number, attributes) in (IEnumerable<(int, string)>)
            [(1, $$$"""{"conversations":{"campaign":"{{{tooLong}}}"}}"""), (2, $$$"""{"conversations":{"campaign":"{{{tooLong}}}"}}"""), (3, """{"conversations":{"kind":"Queue"}}""")])
        {
            await SendAsync(new TaskLife(number) { Attributes = attributes }.Entered("09:00:00", "Level 1").Canceled("09:00:10").Forms);
            await SettledAsync();
        }

        await _published.ReceivedAsync<WarningRaised>(2);
        Assert.Equal(
            [(TaskLife.AccountSid, "value_truncated", "campaign"), (TaskLife.AccountSid, "kind_not_settable", "kind")],
            _published.Of<WarningRaised>().Select(warning => (warning.AccountSid, warning.Code, warning.Field)));
        Assert.All(_published.Of<WarningRaised>(), warning => Assert.Equal(DateOnly.FromDateTime(warning.OccurredTime.UtcDateTime), warning.Day));
    }

    [Fact]
    [Rule("INS-138")]
    public async Task A_late_event_revises_what_was_published_and_names_what_changed()
    {
        var forms = Examples.ColdTransfer().Forms;
        await SendAsync(forms.Where((_, index) => index != 4));
        await _published.ReceivedAsync<ConversationClosed>(1);
        await SendAsync([forms[4]]);
        await _published.ReceivedAsync<ConversationClosed>(2);

        // Besides the revision by which the end of the task states the outcome of its last segment.
        var revised = Assert.Single(_published.Of<SegmentRevised>(), message => message.Segment.ReservationSid == TaskLife.Sid("WR", 11));
        Assert.Equal(["talk_time", "wrap_up_time"], revised.ChangedFields);
        Assert.Equal((120, 10), (revised.Segment.TalkSeconds, revised.Segment.WrapUpSeconds));
        var first = _published.Of<SegmentClosed>().Single(message => message.Segment.SegmentId == revised.Segment.SegmentId);
        Assert.True(revised.Segment.Revision > first.Segment.Revision);
        Assert.Equal((130, 0), (first.Segment.TalkSeconds, first.Segment.WrapUpSeconds));
    }

    [Fact]
    [Rule("INS-138")]
    public async Task A_segment_that_never_was_is_withdrawn()
    {
        var life = new TaskLife().Entered("09:00:01", "Level 1").Canceled("09:00:10").TransferInitiated("09:00:00", "Level 1");
        await SendAsync(life.Forms.Take(2));
        await _published.ReceivedAsync<ConversationClosed>(1);
        await SendAsync(life.Forms.Skip(2));
        await _published.ReceivedAsync<ConversationClosed>(2);

        var before = _published.Of<SegmentClosed>().Take(2).Select(message => message.Segment.SegmentId).ToHashSet();
        await _published.ReceivedAsync<SegmentWithdrawn>(2);
        Assert.Equal(before, _published.Of<SegmentWithdrawn>().Select(message => message.Segment.SegmentId).ToHashSet());
        await _published.ReceivedAsync<SegmentClosed>(4);
    }

    [Fact]
    [Rule("INS-84")]
    public async Task A_customer_is_published_once_it_is_certain_and_again_only_if_it_is_another_one()
    {
        var life = Examples.ColdTransfer();
        await SendAsync(life.Forms.Take(6));
        await SettledAsync();
        Assert.True((await ConversationAsync(life.TaskSid)).Provisional);
        await SendAsync(life.Forms.Skip(6));
        await SendAsync(life.Forms);
        await _published.ReceivedAsync<ConversationClosed>(1);
        await _published.ReceivedAsync<CustomerContacted>(1);

        const string Customer = "cus_hcllewivp4dhlg5nmvh4dlz4vq";
        var linked = Assert.Single(_published.Of<CustomerLinked>());
        Assert.Equal((life.TaskSid, Customer, "from"), (linked.ConversationId, linked.CustomerId, linked.LinkSource));
        var contacted = Assert.Single(_published.Of<CustomerContacted>());
        Assert.Equal((Customer, "voice", "+15551234567"), (contacted.CustomerId, contacted.Channel, contacted.Address));
        Assert.Equal(Customer, _published.Of<ConversationClosed>().Single().CustomerId);
    }
}
