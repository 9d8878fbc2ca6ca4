using ContactCenter.Events.Insights;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Tests.Retention;
using ContactCenter.Operations.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using RawEventStatus = ContactCenter.Insights.V1.RawEventStatus;

namespace ContactCenter.InsightsEnrichment.Tests.Enrichment;

public sealed class FailedEventTests(TestServers servers) : InsightsTest(servers)
{
    private const string Kind = "raw-events.process";

    private readonly TaskLife _failing = new TaskLife(2).Entered("09:00:00", "Level 1");

    protected override Task<string> TakeBrokerAsync() => Servers.CreateVirtualHostAsync(Cancellation);

    private OperationsService.OperationsServiceClient Operations => new(Channel);

    private ContactCenter.Insights.V1.RawEventService.RawEventServiceClient RawEvents => new(Channel);

    [Fact]
    [Rule("INS-20")]
    public async Task After_five_tries_an_event_is_a_dead_letter_that_is_listed_read_and_replayed_by_filter()
    {
        await BreakAsync();
        var letter = await FailForGoodAsync();
        Assert.Equal(("MAX_ATTEMPTS", 5, "PostgresException"), (letter.Reason, letter.Attempts, letter.ErrorClass));
        var failed = (await RawEvents.ListRawEventsAsync(new() { Filter = new() { Status = RawEventStatus.Failed } }, cancellationToken: Cancellation)).RawEvents;
        Assert.StartsWith("PostgresException: 23514", Assert.Single(failed).Error, StringComparison.Ordinal);
        var read = await Operations.GetDeadLetterAsync(new() { DeadLetterId = letter.Id }, cancellationToken: Cancellation);
        Assert.Contains(failed[0].RawEventId, read.Payload, StringComparison.Ordinal);
        // Another task is not held up.
        Assert.Equal(4, (await RowsAsync(TaskLife.Sid("WT", 1))).Count);

        await RepairAsync();
        var filter = new DeadLetterFilter { Kind = Kind };
        var tried = (await Operations.BulkReplayDeadLettersAsync(new() { Filter = filter, ValidateOnly = true }, cancellationToken: Cancellation)).Preview;
        Assert.Equal(1, tried.Count);
        await Operations.BulkReplayDeadLettersAsync(new() { Filter = filter, Token = tried.Token }, cancellationToken: Cancellation);
        await Eventually.TrueAsync(async () => (await RowsAsync(_failing.TaskSid)).Count == 1);
        Assert.Equal(("processed 13", DeadLetterState.Replayed), (await StatusesAsync(), (await LettersAsync())[0].State));
    }

    [Fact]
    [Rule("INS-20"), Rule("INS-22")]
    public async Task A_failed_event_that_is_removed_for_its_age_closes_its_dead_letter()
    {
        await BreakAsync();
        await FailForGoodAsync();
        await Ageing.RunAsync(Services, 401, Cancellation);
        Assert.Equal(("", DeadLetterState.Superseded), (await StatusesAsync(), (await LettersAsync())[0].State));
    }

    [Fact]
    [Rule("INS-20"), Rule("INS-23")]
    public async Task A_failed_event_that_is_reprocessed_or_replayed_closes_its_dead_letter()
    {
        await BreakAsync();
        await FailForGoodAsync();
        var run = await ReprocessAsync();
        Assert.Equal((1L, 0L, 1L), (run.EventsMatched, run.EventsTakenIn, run.EventsFailed));
        Assert.Equal(DeadLetterState.Pending, (await LettersAsync())[0].State);
        await RepairAsync();
        run = await ReprocessAsync();
        Assert.Equal((1L, 1L, 0L), (run.EventsMatched, run.EventsTakenIn, run.EventsFailed));
        Assert.Equal(("processed 13", DeadLetterState.Superseded), (await StatusesAsync(), (await LettersAsync())[0].State));
    }

    [Fact]
    [Rule("INS-139")]
    public async Task The_watermark_stands_still_while_an_event_waits_and_goes_on_without_it_when_it_is_a_dead_letter()
    {
        await using var published = await Published.ListenAsync(
            Broker, typeof(IngestWatermark), typeof(SegmentClosed), typeof(SegmentRevised), typeof(SegmentWithdrawn));
        await SendAsync(Examples.AbandonedAfterTransfer(3).Forms);
        await SettledAsync();
        var first = await TellAsync(published, told => told.WatermarkTime > DateTimeOffset.UnixEpoch);
        Assert.InRange(first.WatermarkTime, first.OccurredTime.AddSeconds(-11), first.OccurredTime.AddSeconds(-9));

        await BreakAsync();
        await QueryAsync<int?>($"UPDATE insights.received_events SET received_time = '{first.WatermarkTime:O}' WHERE raw_event_id IN (SELECT raw_event_id FROM insights.raw_event_states WHERE status = 'received')");
        // What was known to be processed before may still be told, and then nothing more.
        for (var tells = 0; tells < 2; tells++)
            await TellAsync(published, _ => true);
        var second = await TellAsync(published, _ => true);
        var third = await TellAsync(published, _ => true);
        Assert.Equal((second.WatermarkTime, 0L), (third.WatermarkTime, third.DeadLetters));

        await FailForGoodAsync();
        var fourth = await TellAsync(published, told => told.WatermarkTime > third.WatermarkTime);
        Assert.Equal(1, fourth.DeadLetters);
    }

    /// <summary>Has the watermark stated until it is as expected: a message on its way holds it up for a moment.</summary>
    private async Task<IngestWatermark> TellAsync(Published published, Func<IngestWatermark, bool> isExpected)
    {
        IngestWatermark? told = null;
        await Eventually.TrueAsync(async () =>
        {
            await Eventually.TrueAsync(async () => await QueryAsync<long>("SELECT count(*) FROM durable.outbox_messages") == 0);
            await QueryAsync<int?>("UPDATE insights.ingest_watermark SET told_time = told_time - interval '1 minute'");
            var before = published.Of<IngestWatermark>().Count();
            await Services.GetRequiredService<WatermarkTeller>().TellAsync(Cancellation);
            await published.ReceivedAsync<IngestWatermark>(before + 1);
            told = published.Of<IngestWatermark>().Last();
            return isExpected(told);
        });
        return told!;
    }

    private async Task BreakAsync()
    {
        await QueryAsync<int?>($"ALTER TABLE insights.segments ADD CONSTRAINT ck_test CHECK (task_sid <> '{_failing.TaskSid}')");
        await SendAsync([.. _failing.Forms, .. Examples.ColdTransfer().Forms]);
        await Eventually.TrueAsync(async () => await StatusesAsync() is { } found && found.Contains("received 1", StringComparison.Ordinal));
    }

    private async Task<DeadLetter> FailForGoodAsync()
    {
        await Eventually.TrueAsync(async () =>
        {
            // An operator need not wait for the next try.
            foreach (var job in (await Operations.ListJobsAsync(new() { Filter = new() { Kind = Kind } }, cancellationToken: Cancellation)).Jobs)
            {
                try
                {
                    await Operations.RunJobNowAsync(new() { JobId = job.Id }, cancellationToken: Cancellation);
                }
                catch (RpcException)
                {
                    // It is running, or has ended.
                }
            }

            return (await LettersAsync()).Count > 0;
        });
        return (await LettersAsync())[0];
    }

    private Task<int?> RepairAsync() => QueryAsync<int?>("ALTER TABLE insights.segments DROP CONSTRAINT ck_test");

    private async Task<IReadOnlyList<DeadLetter>> LettersAsync() =>
        (await Operations.ListDeadLettersAsync(new() { Filter = new() { Kind = Kind } }, cancellationToken: Cancellation)).DeadLetters;

    private async Task<ReprocessingCounts> ReprocessAsync()
    {
        var id = (await RawEvents.ReprocessRawEventsAsync(new() { Filter = new() { TaskSid = _failing.TaskSid } }, cancellationToken: Cancellation)).Reprocessing.ReprocessingId;
        await Eventually.TrueAsync(async () => (await RawEvents.GetReprocessingAsync(new() { ReprocessingId = id }, cancellationToken: Cancellation)).Reprocessing.State == ReprocessingState.Done);
        return (await RawEvents.GetReprocessingAsync(new() { ReprocessingId = id }, cancellationToken: Cancellation)).Reprocessing.Counts;
    }
}
