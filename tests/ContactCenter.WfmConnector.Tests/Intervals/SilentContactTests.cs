using ContactCenter.Events.Insights;
using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.WfmConnector.Tests.Intervals;

public sealed class SilentContactTests(TestServers servers) : WfmTest(servers)
{
    protected override string Start => "10:20:00";

    [Fact]
    [Rule("WFM-48"), Rule("WFM-47")]
    public async Task A_contact_that_nothing_is_told_of_for_a_day_ends_with_its_last_event_until_its_real_end_is_told()
    {
        await PublishAsync(
            Told.Activity("WK1", "10:00:00", "Available"),
            Told.Entered("WT-WR1", "10:01:00"), Told.Closed(Told.Wait("seg_wait", "10:01:00", "10:01:30", "answered") with { TaskSid = "WT-WR1" }),
            Told.Handling("WK1", "WR1", "10:01:30", "talking"), Told.Handling("WK1", "WR1", "10:03:00", "wrap_up"),
            Told.Entered("WT2", "10:02:00"),
            Told.Closed(Told.Of("seg_offer", SegmentKinds.RejectedConversation, "10:04:00", "10:05:00") with { TaskSid = "WT2", AgentSid = "WK1", ReservationSid = "WR2" }));
        await RestateAsync("10:00:00", "10:15:00");
        // Whoever was offered in vain waits on.
        Assert.Equal("WQ1 offered 0 answered 0 redirected 0 at end 1", Text(Assert.Single(await ListAsync())));
        Time.Set(Told.At("11:00:00").AddDays(1));
        await SealAsync();
        // Nobody is silent as far as Insights is behind.
        await PublishAsync(Told.Watermark("10:04:00") with { WatermarkTime = Told.At("10:04:00").AddDays(1) });
        await SealAsync();
        Assert.Equal("WQ1 offered 1 answered 1 redirected 0 at end 1", Text(Assert.Single(await ListAsync())));

        await PublishAsync(Told.Watermark("10:05:01") with { WatermarkTime = Told.At("10:05:01").AddDays(1) });
        await SealAsync();
        var row = Assert.Single(await ListAsync());
        Assert.Equal("WQ1 offered 2 answered 1 redirected 1 at end 0", Text(row));
        Assert.Equal((30, 90, 0), (row.QueueTime.Seconds, row.TalkTime.Seconds, row.WrapUpTime.Seconds));
        Assert.Equal(["10:00:00 AVAILABLE", "10:01:30 ON_CONTACT", "10:03:00 AVAILABLE"], await SpansAsync());
        Assert.Equal(["WT-WR1 2026-03-02T10:03:00.0000000Z", "WT2 2026-03-02T10:05:00.0000000Z"], await WarningsAsync());
        // What had been sealed without them was worked out again.
        Assert.Contains("\"offered\":2", (await ReportAsync("10:00:00", ReportKind.Queue)).Body, StringComparison.Ordinal);
        Assert.Equal("AVAILABLE", (await States.ListAgentStatesAsync(new(), cancellationToken: Cancellation)).AgentStates.Single().State);

        await PublishAsync(
            Told.Closed(Told.Answered("seg_talk", "10:01:30", "10:04:30", 30_000, 90_000, 90_000) with { TaskSid = "WT-WR1" }),
            Told.Closed(Told.Wait("seg_lost", "10:02:00", "10:06:00", "abandoned") with { TaskSid = "WT2" }));
        await SealAsync();
        row = Assert.Single(await ListAsync());
        Assert.Equal(("WQ1 offered 2 answered 1 redirected 0 at end 0", 1, 90), (Text(row), row.Abandoned, row.WrapUpTime.Seconds));
        Assert.Equal(["10:00:00 AVAILABLE", "10:01:30 ON_CONTACT", "10:03:00 WRAP_UP", "10:04:30 AVAILABLE"], await SpansAsync());
        Assert.Empty(await WarningsAsync());
        Assert.Contains("\"wrapUpTime\":90", (await ReportAsync("10:00:00", ReportKind.Queue)).Body, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<QueueInterval>> ListAsync() => (await Intervals.ListQueueIntervalsAsync(
        new() { StartTime = Told.At("10:00:00").ToTimestamp(), EndTime = Told.At("10:15:00").ToTimestamp() }, cancellationToken: Cancellation)).QueueIntervals;

    private async Task<IEnumerable<string>> SpansAsync() => (await Adherence.ListAgentActivitiesAsync(
        new() { StartTime = Told.At("10:00:00").ToTimestamp(), EndTime = Told.At("10:15:00").ToTimestamp() }, cancellationToken: Cancellation)).Activities
        .Select(span => $"{span.StartTime.ToDateTime():HH:mm:ss} {span.State}");

    private async Task<IEnumerable<string>> WarningsAsync() => (await Mappings.ListMappingWarningsAsync(new(), cancellationToken: Cancellation)).Warnings
        .Where(warning => warning.Code == "CONTACT_FORCED_END").Select(warning => $"{warning.Subject} {warning.Detail}");

    private static string Text(QueueInterval row) => $"{row.SkillId} offered {row.Offered} answered {row.Answered} redirected {row.Redirected} at end {row.WaitingAtEnd}";
}

public sealed class TalkEndedTests(TestServers servers) : WfmTest(servers)
{
    protected override string Start => "10:20:00";

    protected override IEnumerable<string> Settings => ["--Wfm:Intervals:ContactEnd=TALK_ENDED"];

    [Fact]
    [Rule("WFM-46"), Rule("WFM-45")]
    public async Task A_contact_counts_at_the_end_of_its_talk_and_wrap_up_restates_it()
    {
        await PublishAsync(
            Told.Entered("WT-WR1", "10:01:00"), Told.Closed(Told.Wait("seg_wait", "10:01:00", "10:01:30", "answered") with { TaskSid = "WT-WR1" }),
            Told.Handling("WK1", "WR1", "10:01:30", "talking"), Told.Handling("WK1", "WR1", "10:14:00", "wrap_up"));
        await SealAsync();
        Assert.Equal("10:00 offered 1 answered 1 talk 750 wrap-up 0", Text(Assert.Single(await ListAsync())));
        await RestateAsync("10:00:00", "10:15:00");

        await PublishAsync(Told.Closed(Told.Answered("seg_talk", "10:01:30", "10:16:00", 30_000, 750_000, 120_000) with { TaskSid = "WT-WR1" }));
        await SealAsync();
        Assert.Equal("10:00 offered 1 answered 1 talk 750 wrap-up 120", Text(Assert.Single(await ListAsync())));
        Assert.Contains("\"wrapUpTime\":120", (await ReportAsync("10:00:00", ReportKind.Queue)).Body, StringComparison.Ordinal);
        Assert.Equal(
            ["10:00 offered 1 answered 1 talk 750 wrap-up 60", "10:15 offered 0 answered 0 talk 0 wrap-up 60"],
            (await ListAsync(Attribution.TrueToInterval)).Select(Text));
    }

    private async Task<IReadOnlyList<QueueInterval>> ListAsync(Attribution attribution = Attribution.Unspecified) => (await Intervals.ListQueueIntervalsAsync(
        new() { StartTime = Told.At("10:00:00").ToTimestamp(), EndTime = Told.At("10:30:00").ToTimestamp(), Attribution = attribution }, cancellationToken: Cancellation)).QueueIntervals;

    private static string Text(QueueInterval row) =>
        $"{row.StartTime.ToDateTime():HH:mm} offered {row.Offered} answered {row.Answered} talk {row.TalkTime.Seconds} wrap-up {row.WrapUpTime.Seconds}";
}
