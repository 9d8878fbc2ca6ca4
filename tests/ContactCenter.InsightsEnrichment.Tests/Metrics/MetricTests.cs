using System.Text.Json;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Tests.Agents;
using ContactCenter.InsightsEnrichment.Tests.Exports;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.Metrics;

public sealed class MetricTests(TestServers servers) : ExportTest(servers)
{
    private MetricService.MetricServiceClient Metrics => new(Channel);

    /// <summary>Examples EX-1 and EX-2, added up by hand.</summary>
    [Fact]
    [Rule("INS-134"), Rule("INS-71"), Rule("INS-72"), Rule("INS-77"), Rule("INS-101")]
    public async Task The_examples_of_a_transfer_and_of_an_abandonment_come_to_what_they_state()
    {
        await SendAsync([.. Examples.ColdTransfer().Forms, .. Examples.AbandonedAfterTransfer().Forms]);
        await SettledAsync();
        var request = new QueryMetricsRequest { Filter = Day() };
        Assert.Empty((await QueryAsync(request)).Cells);
        await LoadAsync();

        var cell = Assert.Single((await QueryAsync(request)).Cells);
        Assert.Equal((2L, 2L, 1L), (cell.Conversations, cell.HandledConversations, cell.AbandonedConversations));
        Assert.Equal((9L, 3L, 1L, 1L, 0L), (cell.Segments, cell.HandledSegments, cell.AbandonedSegments, cell.MissedSegments, cell.RejectedSegments));
        Assert.Equal((120L, 437L, 40L, 477L, 557L), (cell.QueueTime.Seconds, cell.TalkTime.Seconds, cell.WrapUpTime.Seconds, cell.HandlingTime.Seconds, cell.ExperienceTime.Seconds));
        Assert.Equal(request.Filter.StartTime, cell.IntervalStartTime);

        request.GroupBy.AddRange(["queue", "agents.full_name", "abandoned"]);
        request.Interval = MetricInterval.Hour;
        request.View = DataSetView.Live;
        Assert.Equal(
            ["07:00 Level 1||No 2/1/137", "07:00 Level 2||No 1/0/0", "07:00 Level 2||Yes 2/0/0", "10:00 Level 1||No 2/1/120", "10:00 Level 2||No 2/1/180"],
            (await QueryAsync(request)).Cells.Select(found =>
                $"{found.IntervalStartTime.ToDateTime():HH:mm} {string.Join('|', found.Values)} {found.Segments}/{found.HandledSegments}/{found.TalkTime.Seconds}"));
    }

    /// <summary>Example EX-11: a segment counts as a whole where it started.</summary>
    [Fact]
    [Rule("INS-103"), Rule("INS-134")]
    public async Task Talk_wrap_up_and_activity_time_count_in_the_interval_in_which_the_segment_started()
    {
        const string Name = "John Doe";
        var life = new TaskLife().Entered("08:58:00", "Level 1").Offered("08:58:10", 1, Name, "Level 1").Reserved("accepted", "08:58:20", 1, Name, "Level 1")
            .Reserved("wrapup", "09:07:00", 1, Name, "Level 1").Reserved("completed", "09:16:30", 1, Name, "Level 1").Completed("09:16:30");
        var worker = new WorkerLife(Name.Sum(letter => letter)).Created("08:50:00", "Available").Changed("09:20:00", "Lunch", "Available", 1800);
        await SendAsync([.. life.Forms, .. worker.Forms]);
        await LoadAsync();

        var request = new QueryMetricsRequest { Filter = Day(), Interval = MetricInterval.QuarterHour };
        var cell = Assert.Single((await QueryAsync(request)).Cells);
        Assert.Equal("08:45", cell.IntervalStartTime.ToDateTime().ToString("HH:mm", null));
        Assert.Equal((520L, 570L, 1800L, 3L), (cell.TalkTime.Seconds, cell.WrapUpTime.Seconds, cell.ActivityTime.Seconds, cell.Segments));
        request.GroupBy.Add("kind");
        request.Interval = MetricInterval.HalfHour;
        Assert.Equal(["08:30 Agent Status 1", "08:30 Conversation 1", "08:30 Queue 1"], (await QueryAsync(request)).Cells.Select(found =>
            $"{found.IntervalStartTime.ToDateTime():HH:mm} {found.Values[0]} {found.Segments}"));
    }

    [Fact]
    [Rule("INS-134"), Rule("INS-18")]
    public async Task Every_cell_lists_exactly_its_segments_and_days_are_those_of_the_zone()
    {
        await SendAsync([.. Examples.ColdTransfer().Forms, .. Examples.AbandonedAfterTransfer().Forms]);
        for (var number = 10; number < 14; number++)
        {
            var level = number switch { 10 => "Missed", 11 => "ok", _ => "OK" };
            var life = new TaskLife(number) { Attributes = JsonSerializer.Serialize(new { conversations = new { service_level = level } }) };
            await SendAsync(life.Entered("03:00:00", "Level 9").Canceled("03:00:09").Forms);
        }

        await LoadAsync();
        var request = new QueryMetricsRequest { Filter = Day(), Interval = MetricInterval.Day, TimeZone = "America/New_York", GroupBy = { "queue_sid", "outcome" } };
        var cells = (await QueryAsync(request)).Cells;
        Assert.Equal(["2026-03-01T05:00", "2026-03-02T05:00"], cells.Select(cell => $"{cell.IntervalStartTime.ToDateTime():yyyy-MM-ddTHH:mm}").Distinct());
        // Each of the four tasks has a wait and the point where the customer gave up.
        var early = Assert.Single(cells, cell => cell.IntervalStartTime == cells[0].IntervalStartTime);
        Assert.Equal((8L, 8L, 6L, 0.75), (early.Segments, early.ServiceLevelSegments, early.ServiceLevelOkSegments, early.ServiceLevel));

        var listed = new List<string>();
        foreach (var cell in cells)
        {
            var ofCell = new List<Segment>();
            var page = new ListSegmentsRequest { FilterToken = cell.FilterToken, PageSize = 3 };
            do
            {
                var answer = await Conversations.ListSegmentsAsync(page, cancellationToken: Cancellation);
                ofCell.AddRange(answer.Segments);
                page.PageToken = answer.NextPageToken;
            }
            while (page.PageToken.Length > 0);
            Assert.Equal(cell.Segments, ofCell.Count);
            Assert.All(ofCell, segment => Assert.Equal(string.Join('|', cell.Values), $"{segment.QueueSid}|{segment.Attributes.GetValueOrDefault("outcome")}"));
            listed.AddRange(ofCell.Select(segment => segment.SegmentId));
        }

        var all = (await Conversations.ListSegmentsAsync(new() { PageSize = 1000 }, cancellationToken: Cancellation)).Segments.Select(segment => segment.SegmentId);
        Assert.Equal(all.Order(), listed.Order());
        await QueryAsync<int>("UPDATE insights.loaded_segments SET test = true RETURNING 1");
        Assert.Empty((await QueryAsync(request)).Cells);
        request.Filter.IncludeTest = true;
        Assert.Equal(cells.Count, (await QueryAsync(request)).Cells.Count);
    }

    [Fact]
    [Rule("INS-134")]
    public async Task An_hour_that_the_clock_shows_twice_stays_two_intervals()
    {
        foreach (var (number, time) in new[] { (1, "05:30:00"), (2, "06:30:00") })
            await SendAsync(new TaskLife(number, "2025-11-02").Entered(time, "Level 1").Canceled(time).Forms);
        await LoadAsync();
        var day = new DataSetFilter
        {
            StartTime = Timestamp.FromDateTime(new(2025, 11, 2, 4, 0, 0, DateTimeKind.Utc)),
            EndTime = Timestamp.FromDateTime(new(2025, 11, 3, 5, 0, 0, DateTimeKind.Utc)),
        };

        Assert.Equal([5, 6], (await QueryAsync(new() { Filter = day, Interval = MetricInterval.Hour, TimeZone = "America/New_York" })).Cells.Select(cell => cell.IntervalStartTime.ToDateTime().Hour));
        Assert.Equal([4], (await QueryAsync(new() { Filter = day, Interval = MetricInterval.Day, TimeZone = "America/New_York" })).Cells.Select(cell => cell.IntervalStartTime.ToDateTime().Hour));
    }

    [Fact]
    public async Task Bad_requests_are_told_what_is_wrong()
    {
        await RefusedAsync("FIELD_REQUIRED", "filter.start_time", new());
        await RefusedAsync("UNKNOWN_COLUMN", "group_by[1]", new() { Filter = Day(), GroupBy = { "queue", "no_such_field" } });
        await RefusedAsync("FIELD_INVALID", "group_by", new() { Filter = Day(), GroupBy = { "queue", "outcome", "channel", "direction" } });
        await RefusedAsync("UNKNOWN_COLUMN", "filter.fields[0].field", new() { Filter = Day(("no_such_field", "")) });
        await RefusedAsync("TIME_ZONE_UNKNOWN", "time_zone", new() { Filter = Day(), TimeZone = "Mars" });
        foreach (var request in new[] { new ListSegmentsRequest { FilterToken = "x" }, new ListSegmentsRequest { FilterToken = "####" }, new ListSegmentsRequest { FilterToken = "AA", Filter = new() } })
            await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", "filter_token", () => Conversations.ListSegmentsAsync(request, cancellationToken: Cancellation));

        Task RefusedAsync(string reason, string field, QueryMetricsRequest request) =>
            FailsAsync(StatusCode.InvalidArgument, reason, field, () => Metrics.QueryMetricsAsync(request, cancellationToken: Cancellation));
    }

    private async Task<QueryMetricsResponse> QueryAsync(QueryMetricsRequest request) => await Metrics.QueryMetricsAsync(request, cancellationToken: Cancellation);
}
