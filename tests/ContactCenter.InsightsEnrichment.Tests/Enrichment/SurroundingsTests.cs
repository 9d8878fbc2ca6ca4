using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Sessions;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.InsightsEnrichment.Tests.Enrichment;

public sealed class SurroundingsTests(TestServers servers) : InsightsTest(servers)
{
    private const string WorkerSid = "WK00000000000000000000000000000008";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rule("INS-66"), Rule("INS-15")]
    public async Task An_offer_missed_while_the_worker_went_offline_is_rejected_whichever_is_heard_of_first(bool workerFirst)
    {
        var life = new TaskLife().Entered("09:00:00", "Level 1");
        foreach (var (type, time) in new[] { ("reservation.created", "09:00:01"), ("reservation.timeout", "09:00:21") })
            life.Add(type, time, ("ReservationSid", "WR1"), ("WorkerSid", WorkerSid), ("WorkerName", "John Doe"));
        var offline = Activity("09:00:10", "Offline");

        await SendAsync(workerFirst ? offline : life.Forms);
        await SettledAsync();
        await SendAsync(workerFirst ? life.Forms : offline);
        await SettledAsync();

        var segments = await Conversations.ListSegmentsAsync(new() { Filter = new() { AgentSid = WorkerSid } }, cancellationToken: Cancellation);
        Assert.Equal(SegmentKind.RejectedConversation, Assert.Single(segments.Segments).Kind);
    }

    [Fact]
    [Rule("INS-51")]
    public async Task The_latest_name_of_a_team_is_shown_for_all_its_history()
    {
        await SendAsync(Named(2, "11:00:00", "Sales Europe").Forms);
        await SendAsync(Named(1, "10:00:00", "Sales").Forms);
        await SettledAsync();

        var segments = await Conversations.ListSegmentsAsync(new(), cancellationToken: Cancellation);
        Assert.Equal(4, segments.Segments.Count);
        Assert.All(segments.Segments, segment => Assert.Equal(("T1", "Sales Europe", "Sales Europe"), (segment.HandlingTeam.TeamId, segment.HandlingTeam.Name, segment.Attributes["handling_team_name"])));
    }

    [Fact]
    [Rule("INS-68")]
    public async Task The_recurring_job_declares_what_never_ended_and_a_late_end_makes_good()
    {
        var hour = TimeProvider.System.GetUtcNow().AddHours(-2);
        var life = new TaskLife(day: hour.ToString("yyyy-MM-dd", null)).Entered(At("00"), "Level 1").Offered(At("01"), 1, "John Doe", "Level 1")
            .Reserved("accepted", At("02"), 1, "John Doe", "Level 1").Completed(At("59"));
        await SendAsync(life.Forms);
        await SettledAsync();
        Assert.Equal(0, await QueryAsync<long>("SELECT count(*) FROM insights.warnings"));

        await using (var replica = await RunAsync())
        {
            var tomorrow = new ManualTimeProvider(hour.AddDays(1).AddHours(1));
            var rebuild = new EnrichmentRun(replica.Services.GetRequiredService<CurrentRules>(), replica.Services.GetRequiredService<SessionChanges>(), tomorrow);
            await new OverdueTasks(replica.Services.GetRequiredService<DurableDatabase>(), rebuild, tomorrow).RunAsync(null!, Cancellation);
        }

        Assert.Equal("segment_corrupted reservation.completed 1 0", await WarningAsync());

        await SendAsync(life.Reserved("completed", At("50"), 1, "John Doe", "Level 1").Forms.TakeLast(1));
        await SettledAsync();

        Assert.Equal("Conversation", (await RowsAsync(life.TaskSid))[1].Split('|')[0]);
        Assert.Equal("segment_corrupted reservation.completed 1 1", await WarningAsync());

        string At(string second) => $"{hour:HH}:00:{second}";

        Task<string> WarningAsync() => QueryAsync<string>("SELECT string_agg(concat_ws(' ', code, field, count, closed_count), ', ') FROM insights.warnings");
    }

    private static TaskLife Named(int number, string time, string team) =>
        new TaskLife(number) { Attributes = JsonSerializer.Serialize(new { conversations = new { handling_team_id = "T1", handling_team_name = team } }) }.Entered(time, "Level 1").Canceled(time.Replace(":00:", ":01:", StringComparison.Ordinal));

    private static IEnumerable<IReadOnlyDictionary<string, string>> Activity(string time, string activity)
    {
        var form = new Dictionary<string, string>(new TaskLife(9).Add("worker.activity.update", time, ("WorkerSid", WorkerSid), ("WorkerActivityName", activity)).Forms[0]);
        foreach (var name in form.Keys.Where(name => name.StartsWith("Task", StringComparison.Ordinal)).ToList())
            form.Remove(name);
        yield return form;
    }
}
