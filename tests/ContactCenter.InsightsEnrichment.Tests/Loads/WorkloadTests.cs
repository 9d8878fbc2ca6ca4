using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Tests.Agents;

namespace ContactCenter.InsightsEnrichment.Tests.Loads;

public sealed class WorkloadTests(TestServers servers) : LoadTest(servers)
{
    protected override IEnumerable<string> Settings => ["--Load:IntervalMinutes=15"];

    private static readonly string[] TalkOfExample = ["08:45|08:58:20|100|0", "09:00|09:00:00|420|480", "09:15|09:15:00|0|90"];
    private static readonly string[] StatusOfExample = ["08:50:00|500/0", "08:58:20|100/1", "09:00:00|900/1", "09:15:00|90/1", "09:16:30|210/0"];

    /// <summary>Example EX-11.</summary>
    [Fact]
    [Rule("INS-104"), Rule("INS-105"), Rule("INS-106"), Rule("INS-107")]
    public async Task Talk_wrap_up_and_activity_are_cut_into_the_intervals_of_the_worked_example()
    {
        await SendAsync([.. Handling().Forms, .. Status().Forms]);
        var load = await LoadAsync();

        Assert.Equal(TalkOfExample, await WorkloadAsync(WorkloadKind.Conversation));
        Assert.Equal(StatusOfExample, await WorkloadAsync(WorkloadKind.AgentStatus));
        var rows = (await Loads.ListWorkloadAsync(new(), cancellationToken: Cancellation)).Rows;
        // The wait, the offer missed and the status in progress give none.
        Assert.Equal(8, rows.Count);
        Assert.Equal((520, 570, 1800, 710), (
            rows.Sum(row => row.TalkTime.Seconds), rows.Sum(row => row.WrapUpTime.Seconds), rows.Sum(row => row.ActivityTime.Seconds), rows.Sum(row => row.IdleTime.Seconds)));
        Assert.All(rows, row => Assert.Equal((load.LoadNumber, AgentSid, 0), (row.LoadNumber, row.AgentSid, row.IntervalStartTime.Seconds % 900)));
        var segment = (await Conversations.ListSegmentsAsync(new() { Filter = new() { Kinds = { SegmentKind.Conversation } } }, cancellationToken: Cancellation)).Segments.Single();
        Assert.Equal((520, 570), (segment.MeasuredTalkTime.Seconds, segment.MeasuredWrapUpTime.Seconds));
        Assert.All(rows.Where(row => row.Kind == WorkloadKind.Conversation), row => Assert.Equal(segment.SegmentId, row.SegmentId));
    }

    [Fact]
    [Rule("INS-106")]
    public async Task Workload_reaches_to_the_end_of_the_last_complete_interval_and_later_loads_add_the_rest()
    {
        await SendAsync([.. Handling().Forms, .. Status().Forms]);
        await SettledAsync();
        await using var replica = await RunAsync();
        var time = new ManualTimeProvider(new DateTimeOffset(2026, 3, 2, 8, 59, 59, TimeSpan.Zero));
        var loads = RunnerOf(replica.Services, time);

        await loads.RunDueAsync(time.GetUtcNow().AddSeconds(1).AddMinutes(-15), Cancellation);
        Assert.Empty((await Loads.ListWorkloadAsync(new(), cancellationToken: Cancellation)).Rows);
        foreach (var (minutes, talk, status) in new[] { (15, 1, 2), (15, 2, 3), (15, 3, 5) })
        {
            time.Advance(TimeSpan.FromMinutes(minutes));
            await loads.RunDueAsync(time.GetUtcNow().AddSeconds(1).AddMinutes(-15), Cancellation);
            Assert.Equal(TalkOfExample.Take(talk), await WorkloadAsync(WorkloadKind.Conversation));
            Assert.Equal(StatusOfExample.Take(status), await WorkloadAsync(WorkloadKind.AgentStatus));
        }

        var last = (await Loads.ListLoadsAsync(new() { PageSize = 1 }, cancellationToken: Cancellation)).Loads[0];
        Assert.Equal(("09:44:59", "09:30:00", 4L), (
            last.CutOffTime.ToDateTime().ToString("HH:mm:ss", null), last.WorkloadEndTime.ToDateTime().ToString("HH:mm:ss", null), last.LoadNumber));
    }

    [Fact]
    [Rule("INS-105"), Rule("INS-106")]
    public async Task What_arrives_late_cuts_statuses_again_and_what_never_was_becomes_deleted_workload()
    {
        // The event at 09:40 says that a status was lost; until it arrives it is reconstructed.
        var worker = new WorkerLife(AgentNumber).Created("09:00:00", "Available").Changed("09:20:00", "Busy", "Available", 1200).Changed("09:40:00", "Available", "Busy", 1200);
        await SendAsync([worker.Forms[0], worker.Forms[2]]);
        await LoadAsync();
        Assert.Equal(["09:00:00|900/0", "09:15:00|300/0", "09:20:00|600/0", "09:30:00|600/0"], await WorkloadAsync(WorkloadKind.AgentStatus));

        await SendAsync([worker.Forms[1], .. Handling("09:05:00", "09:10:00", "09:10:30").Forms]);
        await LoadAsync();
        Assert.Equal(
            ["09:00:00|300/0", "09:05:00|330/1", "09:10:30|270/0", "09:15:00|300/0", "09:20:00|600/0", "09:30:00|600/0"],
            await WorkloadAsync(WorkloadKind.AgentStatus));
        Assert.Equal(["09:20:00|600/0", "09:30:00|600/0"], await WorkloadAsync(WorkloadKind.Deleted));
    }

    [Fact]
    [Rule("INS-105")]
    public async Task An_agent_with_two_conversations_at_once_has_two_in_parallel_until_one_of_them_is_completed()
    {
        var chat = new TaskLife(2).Entered("09:00:00", "Level 1").Offered("09:00:30", 2, Name, "Level 1").Reserved("accepted", "09:02:00", 2, Name, "Level 1");
        var worker = new WorkerLife(AgentNumber).Created("09:00:00", "Available").Changed("09:12:00", "Lunch", "Available", 720);
        await SendAsync([.. chat.Forms, .. worker.Forms, .. Handling("09:01:00", "09:04:00", "09:05:00").Forms]);
        await LoadAsync();
        Assert.Equal(["09:00:00|60/0", "09:01:00|60/1", "09:02:00|180/2", "09:05:00|420/1"], await WorkloadAsync(WorkloadKind.AgentStatus));

        chat.Reserved("completed", "09:10:00.900", 2, Name, "Level 1").Completed("09:10:01");
        await SendAsync(chat.Forms.Skip(3));
        await LoadAsync();
        Assert.Equal(["09:00:00|60/0", "09:01:00|60/1", "09:02:00|180/2", "09:05:00|300/1", "09:10:00|120/0"], await WorkloadAsync(WorkloadKind.AgentStatus));
        Assert.Equal(["09:00|09:01:00|180|60", "09:00|09:02:00|480|0"], await WorkloadAsync(WorkloadKind.Conversation));
    }

    [Fact]
    [Rule("INS-104")]
    public async Task Whatever_the_times_the_rows_of_a_segment_add_up_to_its_times()
    {
        var random = new Random(7);
        var begin = new TimeOnly(6, 0);
        for (var number = 1; number <= 20; number++)
        {
            var accepted = begin.Add(TimeSpan.FromMilliseconds(random.Next(36_000_000)));
            var wrapUp = accepted.Add(TimeSpan.FromMilliseconds(random.Next(number % 5 == 0 ? 900 : 6_000_000)));
            var completed = wrapUp.Add(TimeSpan.FromMilliseconds(random.Next(number % 3 == 0 ? 900 : 4_000_000)));
            await SendAsync(Handling($"{accepted:HH:mm:ss.fff}", $"{wrapUp:HH:mm:ss.fff}", $"{completed:HH:mm:ss.fff}", number).Forms);
        }

        await LoadAsync();
        var segments = (await Conversations.ListSegmentsAsync(new() { Filter = new() { Kinds = { SegmentKind.Conversation } } }, cancellationToken: Cancellation)).Segments;
        var rows = (await Loads.ListWorkloadAsync(new() { PageSize = 1000 }, cancellationToken: Cancellation)).Rows.ToLookup(row => row.SegmentId);
        Assert.Equal(20, segments.Count);
        Assert.All(segments, segment => Assert.Equal(
            (segment.MeasuredTalkTime.Seconds, segment.MeasuredWrapUpTime.Seconds),
            (rows[segment.SegmentId].Sum(row => row.TalkTime.Seconds), rows[segment.SegmentId].Sum(row => row.WrapUpTime.Seconds))));
    }

    private const string Name = "John Doe";

    private static int AgentNumber => Name.Sum(letter => letter);

    private static string AgentSid => TaskLife.Sid("WK", AgentNumber);

    private static WorkerLife Status() => new WorkerLife(AgentNumber).Created("08:50:00", "Available").Changed("09:20:00", "Lunch", "Available", 1800);

    private static TaskLife Handling(string accepted = "08:58:20", string wrapUp = "09:07:00", string completed = "09:16:30", int number = 1) => new TaskLife(number)
        .Entered("05:30:00", "Level 1")
        .Offered("05:31:00", number * 10 + 1, "Alba Perez", "Level 1").Reserved("timeout", "05:31:20", number * 10 + 1, "Alba Perez", "Level 1")
        .Offered("05:32:00", number * 10, Name, "Level 1").Reserved("accepted", accepted, number * 10, Name, "Level 1")
        .Reserved("wrapup", wrapUp, number * 10, Name, "Level 1").Reserved("completed", completed, number * 10, Name, "Level 1")
        .Completed(completed, "solved");
}
