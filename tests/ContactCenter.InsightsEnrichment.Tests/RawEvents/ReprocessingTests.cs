using ContactCenter.Insights.V1;
using ContactCenter.Operations.V1;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Tests.RawEvents;

public sealed class ReprocessingTests(TestServers servers) : InsightsTest(servers)
{
    private string _account = TaskLife.AccountSid;

    private RawEventService.RawEventServiceClient RawEvents => new(Channel);

    private OperationsService.OperationsServiceClient Operations => new(Channel);

    protected override IEnumerable<string> Settings => [$"--Twilio:Accounts:0:AccountSid={_account}"];

    [Fact]
    [Rule("INS-17"), Rule("INS-23")]
    public async Task Events_of_an_account_that_is_configured_later_are_taken_in_after_a_dry_run_has_told_what_would_change()
    {
        _account = "AC00000000000000000000000000000002";
        await RestartAsync();
        await SendAsync(Examples.ColdTransfer().Forms);
        await SettledAsync();
        Assert.Equal("set_aside 12", await StatusesAsync());
        _account = TaskLife.AccountSid;
        await RestartAsync();

        var tried = await RunAsync(new() { Filter = new() { Status = RawEventStatus.SetAside }, DryRun = true });
        Assert.Equal("12 12 12 0 0 4 1", Numbers(tried));
        Assert.Equal("set_aside 12", await StatusesAsync());
        Assert.Empty(await RowsAsync(TaskLife.Sid("WT", 1)));
        var differences = (await RawEvents.GetReprocessingAsync(new() { ReprocessingId = tried.ReprocessingId }, cancellationToken: Cancellation)).Differences;
        Assert.Equal(5, differences.Count);
        Assert.All(differences, difference => Assert.Equal("", difference.Before));
        Assert.Contains("\"John Doe\"", Assert.Single(differences, difference => difference.After.Contains("WR00000000000000000000000000000011", StringComparison.Ordinal)).After, StringComparison.Ordinal);

        Assert.Equal("12 12 12 0 0 4 1", Numbers(await RunAsync(new() { Filter = new() { TaskSid = TaskLife.Sid("WT", 1) } })));
        Assert.Equal("processed 12", await StatusesAsync());
        Assert.Equal(4, (await RowsAsync(TaskLife.Sid("WT", 1))).Count);
        Assert.Equal("12 12 0 0 0 0 0", Numbers(await RunAsync(new() { Filter = new() { ConversationId = TaskLife.Sid("WT", 1) } })));
        // Between the acceptances: 10:00:12.200 to 10:02:45.900, the first included.
        var (from, to) = (DateTimeOffset.Parse("2026-03-02T10:00:12.2Z", null).ToTimestamp(), DateTimeOffset.Parse("2026-03-02T10:02:45.9Z", null).ToTimestamp());
        Assert.Equal("6 6 0 0 0 0 0", Numbers(await RunAsync(new() { Filter = new() { EventStartTime = from, EventEndTime = to } })));
    }

    [Fact]
    [Rule("INS-23")]
    public async Task What_was_lost_of_a_result_is_made_again_from_the_backup_and_a_second_run_changes_nothing()
    {
        var life = Examples.ColdTransfer();
        await SendAsync([.. life.Forms, .. life.Forms.Take(3), .. Examples.AbandonedAfterTransfer().Forms]);
        await SendAsync([new Dictionary<string, string>(life.Forms[0]) { ["EventType"] = "task.unheard-of", ["Sid"] = TaskLife.Sid("EV", 9) }]);
        await SettledAsync();
        var (rows, statuses) = (await RowsAsync(life.TaskSid), await StatusesAsync());
        var warnings = await WarningCountAsync();
        await QueryAsync<int?>("UPDATE insights.segments SET document = jsonb_set(document, '{agent_name}', '\"Nobody\"') WHERE task_sid = '" + life.TaskSid + "' AND agent_sid IS NOT NULL");

        var repaired = await RunAsync(new() { EventsPerSecond = 10 });
        // Two segments have another name; the conversation is as it was.
        Assert.Equal("25 25 0 1 0 2 0", Numbers(repaired));
        var shown = await RawEvents.GetReprocessingAsync(new() { ReprocessingId = repaired.ReprocessingId }, cancellationToken: Cancellation);
        Assert.All(shown.Differences, difference => Assert.Contains("Nobody", difference.Before, StringComparison.Ordinal));
        Assert.All(shown.Differences, difference => Assert.DoesNotContain("Nobody", difference.After, StringComparison.Ordinal));
        Assert.Equal("25 25 0 1 0 0 0", Numbers(await RunAsync(new())));

        Assert.Equal(rows, await RowsAsync(life.TaskSid));
        Assert.Equal(statuses, await StatusesAsync());
        Assert.Equal(warnings, await WarningCountAsync());
        var audited = await Operations.ListAuditEntriesAsync(new() { Filter = new() { Action = "rawEvents.reprocess" } }, cancellationToken: Cancellation);
        Assert.Equal(2, audited.AuditEntries.Count);
    }

    [Fact]
    [Rule("INS-23")]
    public async Task A_run_outlives_a_restart_and_can_be_canceled()
    {
        await SendAsync(Examples.ColdTransfer().Forms);
        await SettledAsync();
        var begun = (await RawEvents.ReprocessRawEventsAsync(new() { EventsPerSecond = 1 }, cancellationToken: Cancellation)).Reprocessing;
        await Eventually.TrueAsync(async () => (await FindAsync(begun.ReprocessingId)).Counts.EventsDone >= 1);
        await RestartAsync();
        await Eventually.TrueAsync(async () => (await FindAsync(begun.ReprocessingId)).Counts.EventsDone >= 2);

        var canceled = (await RawEvents.CancelReprocessingAsync(new() { ReprocessingId = begun.ReprocessingId }, cancellationToken: Cancellation)).Reprocessing;
        Assert.Equal(ReprocessingState.Canceled, canceled.State);
        await FailsAsync(StatusCode.FailedPrecondition, "REPROCESSING_FINISHED", "", async () => await RawEvents.CancelReprocessingAsync(new() { ReprocessingId = begun.ReprocessingId }, cancellationToken: Cancellation));

        var second = await RunAsync(new());
        var page = await RawEvents.ListReprocessingsAsync(new() { PageSize = 1 }, cancellationToken: Cancellation);
        Assert.Equal(second.ReprocessingId, Assert.Single(page.Reprocessings).ReprocessingId);
        page = await RawEvents.ListReprocessingsAsync(new() { PageSize = 1, PageToken = page.NextPageToken }, cancellationToken: Cancellation);
        Assert.Equal((begun.ReprocessingId, ""), (Assert.Single(page.Reprocessings).ReprocessingId, page.NextPageToken));
    }

    [Fact]
    [Rule("INS-23")]
    public async Task What_cannot_be_reprocessed_is_refused_with_its_field()
    {
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", "events_per_second", async () => await RawEvents.ReprocessRawEventsAsync(new() { EventsPerSecond = 1_001 }, cancellationToken: Cancellation));
        var filter = new RawEventFilter { StartTime = new() { Seconds = 2 }, EndTime = new() { Seconds = 2 } };
        await FailsAsync(StatusCode.InvalidArgument, "RANGE_INVALID", "filter.end_time", async () => await RawEvents.ReprocessRawEventsAsync(new() { Filter = filter }, cancellationToken: Cancellation));
        filter = new() { EventStartTime = new() { Seconds = 2 }, EventEndTime = new() { Seconds = 1 } };
        await FailsAsync(StatusCode.InvalidArgument, "RANGE_INVALID", "filter.event_end_time", async () => await RawEvents.ReprocessRawEventsAsync(new() { Filter = filter }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "REPROCESSING_NOT_FOUND", "", async () => await RawEvents.GetReprocessingAsync(new() { ReprocessingId = "x" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "REPROCESSING_NOT_FOUND", "", async () => await RawEvents.CancelReprocessingAsync(new() { ReprocessingId = Guid.Empty.ToString() }, cancellationToken: Cancellation));
    }

    private async Task<V1.Reprocessing> RunAsync(ReprocessRawEventsRequest request)
    {
        var id = (await RawEvents.ReprocessRawEventsAsync(request, cancellationToken: Cancellation)).Reprocessing.ReprocessingId;
        await Eventually.TrueAsync(async () => (await FindAsync(id)).State == ReprocessingState.Done);
        return await FindAsync(id);
    }

    private async Task<V1.Reprocessing> FindAsync(string id) =>
        (await RawEvents.GetReprocessingAsync(new() { ReprocessingId = id }, cancellationToken: Cancellation)).Reprocessing;

    private static string Numbers(V1.Reprocessing run)
    {
        var counts = run.Counts;
        return string.Join(' ', counts.EventsMatched, counts.EventsDone, counts.EventsTakenIn, counts.EventsLeftOut, counts.EventsFailed, counts.SegmentsChanged, counts.ConversationsChanged);
    }

    private Task<long> WarningCountAsync() => QueryAsync<long>("SELECT coalesce(sum(count), 0)::bigint FROM insights.warnings");

    private async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    private static async Task FailsAsync(StatusCode code, string reason, string field, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal((code, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
        Assert.StartsWith(field.Length > 0 ? $"{field}: " : "", failure.Status.Detail, StringComparison.Ordinal);
    }
}
