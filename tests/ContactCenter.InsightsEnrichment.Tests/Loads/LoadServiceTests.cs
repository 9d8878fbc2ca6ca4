using System.Net;
using ContactCenter.Insights.V1;
using Dapper;
using Grpc.Core;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Tests.Loads;

public sealed class LoadServiceTests(TestServers servers) : LoadTest(servers)
{
    [Fact]
    [Rule("INS-102"), Rule("INS-135")]
    public async Task A_load_takes_what_has_changed_since_the_one_before_and_is_numbered()
    {
        var life = Examples.ColdTransfer();
        await SendAsync(life.Forms.Take(9));
        await SettledAsync();
        Assert.Equal([0L, 0, 0], await OfSegmentsAsync());
        var first = await LoadAsync();
        Assert.Equal([1L, 1, 1], await OfSegmentsAsync());
        Assert.Equal((1L, 4L, 0L, "apikey:" + TestKey.Id), (first.LoadNumber, first.SegmentsNew, first.SegmentsChanged, first.RequestedBy));
        Assert.True(first.RequestTime <= first.CutOffTime && first.CutOffTime <= first.FinishTime && first.WorkloadEndTime <= first.CutOffTime);
        Assert.Equal((2L, 0L, 0L), NumberAndCounts(await LoadAsync()));

        // The second handling has ended.
        await SendAsync(life.Forms.Skip(9));
        Assert.Equal((3L, 0L, 1L), NumberAndCounts(await LoadAsync()));
        Assert.Equal([1L, 1, 1, 3], await OfSegmentsAsync());

        var request = new RunLoadRequest { RequestId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString() };
        var asked = await Loads.RunLoadAsync(request, cancellationToken: Cancellation);
        Assert.Equal(asked, await Loads.RunLoadAsync(request, cancellationToken: Cancellation));
        Assert.Equal((LoadState.Waiting, 0L), (asked.Load.State, asked.Load.LoadNumber));
        await Eventually.TrueAsync(async () => (await LoadAsync(asked.Load.LoadId)).LoadNumber == 4);
        Assert.Equal(1, await QueryAsync<long>("SELECT count(*) FROM durable.audit_entries WHERE action = 'loads.run' AND resource = @resource", new { resource = $"loads/{asked.Load.LoadId}" }));

        var numbers = new List<long>();
        var page = new ListLoadsRequest { PageSize = 3 };
        do
        {
            var answer = await Loads.ListLoadsAsync(page, cancellationToken: Cancellation);
            numbers.AddRange(answer.Loads.Select(load => load.LoadNumber));
            page.PageToken = answer.NextPageToken;
        }
        while (page.PageToken.Length > 0);
        Assert.Equal([4, 3, 2, 1], numbers);
    }

    [Fact]
    [Rule("INS-102")]
    public async Task What_is_committed_after_the_cut_off_is_in_the_next_load_although_it_began_before()
    {
        await SendAsync(Examples.ColdTransfer().Forms);
        await SettledAsync();
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var slow = await connection.BeginTransactionAsync(Cancellation);
        await connection.ExecuteAsync("UPDATE insights.segments SET revision = revision + 1 WHERE kind = 1");

        Assert.Equal((1L, 4L, 0L), NumberAndCounts(await LoadAsync()));
        await slow.CommitAsync(Cancellation);
        Assert.Equal((2L, 0L, 2L), NumberAndCounts(await LoadAsync()));
    }

    [Fact]
    [Rule("INS-102")]
    public async Task A_load_waits_for_the_one_that_runs_and_nothing_of_it_is_seen_before_its_end()
    {
        await SendAsync(Examples.ColdTransfer().Forms);
        await SettledAsync();
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var running = await connection.BeginTransactionAsync(Cancellation);
        await connection.ExecuteAsync("LOCK TABLE insights.loaded_segments IN EXCLUSIVE MODE");

        var asked = (await Loads.RunLoadAsync(new(), cancellationToken: Cancellation)).Load;
        await Eventually.TrueAsync(() => QueryAsync<bool>("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'insights.loaded_segments'::regclass)"));
        Assert.Equal(LoadState.Waiting, (await LoadAsync(asked.LoadId)).State);
        // Intake goes on meanwhile.
        await SendAsync(Examples.AbandonedAfterTransfer().Forms);
        await SettledAsync();
        await running.RollbackAsync(Cancellation);
        await Eventually.TrueAsync(async () => (await LoadAsync(asked.LoadId)).State == LoadState.Done);
        Assert.Equal(9, (await LoadAsync(asked.LoadId)).SegmentsNew);
    }

    [Fact]
    [Rule("INS-102")]
    public async Task A_load_that_is_due_while_the_one_before_still_runs_is_left_out_with_a_warning()
    {
        await using var replica = await RunAsync();
        var time = new ManualTimeProvider(new DateTimeOffset(2026, 3, 2, 10, 0, 1, TimeSpan.Zero));
        var loads = RunnerOf(replica.Services, time);
        await loads.RunDueAsync(new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero), Cancellation);
        await QueryAsync<int>("UPDATE insights.loads SET finish_time = '2026-03-02 11:20:00+00' RETURNING 1");

        time.Advance(TimeSpan.FromMinutes(80));
        await loads.RunDueAsync(new(2026, 3, 2, 11, 0, 0, TimeSpan.Zero), Cancellation);
        Assert.Single((await Loads.ListLoadsAsync(new(), cancellationToken: Cancellation)).Loads);
        Assert.Equal("load_overrun", Assert.Single((await Warnings.ListWarningsAsync(new(), cancellationToken: Cancellation)).Warnings).Code);

        time.Advance(TimeSpan.FromMinutes(40));
        await loads.RunDueAsync(new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero), Cancellation);
        Assert.Equal([2, 1], (await Loads.ListLoadsAsync(new(), cancellationToken: Cancellation)).Loads.Select(load => load.LoadNumber));
        Assert.Equal(1, await WarningsAsync("load_overrun"));
    }

    [Fact]
    [Rule("INS-101"), Rule("INS-102")]
    public async Task Loads_are_planned_every_hour_and_one_that_was_missed_runs_once_at_the_start()
    {
        Assert.StartsWith("aligned 00:15:00", await ScheduleAsync(), StringComparison.Ordinal);
        await SendAsync(Examples.ColdTransfer().Forms);
        await SettledAsync();
        await StopAsync();
        await QueryAsync<int>(
            """
            WITH missed AS (SELECT date_trunc('hour', now()) - interval '4 hours 45 minutes' AS time)
            UPDATE durable.jobs SET due_time = time, ready_time = time, enqueued_time = time, payload = jsonb_set(payload::jsonb, '{time}', to_jsonb(time))::json
            FROM missed WHERE kind = 'loads.due' RETURNING 1
            """);
        await StartAsync();

        await Eventually.TrueAsync(async () => (await Loads.ListLoadsAsync(new(), cancellationToken: Cancellation)).Loads.Count == 1);
        var load = (await Loads.ListLoadsAsync(new(), cancellationToken: Cancellation)).Loads[0];
        Assert.Equal((1L, 4L, ""), (load.LoadNumber, load.SegmentsNew, load.RequestedBy));
        await Eventually.TrueAsync(() => QueryAsync<bool>("SELECT count(*) = 1 FROM durable.jobs WHERE kind = 'loads.due' AND state = 'READY' AND due_time > now()"));
        Assert.Single((await Loads.ListLoadsAsync(new(), cancellationToken: Cancellation)).Loads);
    }

    [Fact]
    public async Task Bad_requests_are_told_what_is_wrong()
    {
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "load_id", () => Loads.GetLoadAsync(new(), cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "LOAD_NOT_FOUND", null, () => Loads.GetLoadAsync(new() { LoadId = "7" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "PAGE_SIZE_INVALID", "page_size", () => Loads.ListLoadsAsync(new() { PageSize = 1001 }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", "page_token", () => Loads.ListLoadsAsync(new() { PageToken = "x" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", "page_token", () => Loads.ListWorkloadAsync(new() { PageToken = "x" }, cancellationToken: Cancellation));
        await FailsAsync(
            StatusCode.InvalidArgument, "RANGE_INVALID", "filter.end_time",
            () => Loads.ListWorkloadAsync(new() { Filter = new() { StartTime = new() { Seconds = 5 }, EndTime = new() { Seconds = 5 } } }, cancellationToken: Cancellation));
        await FailsAsync(
            StatusCode.InvalidArgument, "TIME_INVALID", "filter.start_time",
            () => Loads.ListWorkloadAsync(new() { Filter = new() { StartTime = new() { Nanos = -1 } } }, cancellationToken: Cancellation));
    }

    [Fact]
    [Rule("INS-136")]
    public async Task Exports_and_session_events_need_scopes_of_their_own()
    {
        await FailsAsync(
            StatusCode.PermissionDenied, "SCOPE_MISSING", null,
            () => new ExportService.ExportServiceClient(Channel).GetExportAsync(new() { ExportId = Guid.Empty.ToString() }, cancellationToken: Cancellation));
        Http.DefaultRequestHeaders.Add("x-api-key", TestKey.Text);
        using var answer = await Http.GetAsync($"/v1/exports/{Guid.Empty}/content", Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        using var refused = await Http.PostAsync("/ingest/sessions/events", new StringContent("[]"), Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private static (long, long, long) NumberAndCounts(Load load) => (load.LoadNumber, load.SegmentsNew, load.SegmentsChanged);

    private Task<string> ScheduleAsync() => QueryAsync<string>("SELECT payload ->> 'schedule' FROM durable.jobs WHERE kind = 'loads.due'");

    private async Task<IEnumerable<long>> OfSegmentsAsync() =>
        (await Conversations.ListSegmentsAsync(new(), cancellationToken: Cancellation)).Segments.Select(segment => segment.LoadNumber);
}
