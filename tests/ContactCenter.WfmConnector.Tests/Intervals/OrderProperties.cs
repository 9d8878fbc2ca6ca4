using ContactCenter.Events.Insights;
using ContactCenter.WfmConnector.AgentStates;
using ContactCenter.WfmConnector.Facts;
using ContactCenter.WfmConnector.Reports;
using Dapper;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ContactCenter.WfmConnector.Tests.Intervals;

public sealed class OrderProperties(TestServers servers) : WfmTest(servers)
{
    private const string Tables = "wfm.activity_changes, wfm.agents, wfm.agent_logins, wfm.handlings, wfm.segments, wfm.waits, wfm.queues, wfm.holds, wfm.session_tasks, wfm.touches";

    private readonly TestServers _servers = servers;

    protected override Task<string> TakeBrokerAsync() => _servers.ShareVirtualHostAsync();

    [Fact]
    [Rule("WFM-51")]
    public void Any_order_of_arrival_with_duplicates_gives_the_same_bytes()
    {
        object[] facts =
        [
            .. Told.Morning("WK1"),
            Told.Agent("WK1", "08:00:00", "4711"),
            Told.Agent("WK2", "08:30:00", "4711"),
            Told.Activity("WK2", "09:00:00", "Available"),
            Told.Activity("WK2", "09:00:00", "Break"),
            Told.Handling("WK2", "WR9", "10:05:00", "talking", "chat"),
            Told.Entered("WT1", "10:13:20"),
            Told.Entered("WT2", "10:14:00"),
            Told.Closed(Told.Wait("seg_1", "10:13:20", "10:14:05", "answered")),
            Told.Closed(Told.Answered("seg_2", "10:14:05", "10:36:05", 45_000, 1_170_000, 150_000) with { ReservationSid = "WR2" }),
            Told.Revised(Told.Answered("seg_2", "10:14:05", "10:36:05", 45_000, 1_110_000, 210_000) with { ReservationSid = "WR2", Revision = 2 }),
            Told.Closed(Told.Answered("seg_3", "09:12:10", "09:17:25", 45_000, 270_000, 45_000) with { ReservationSid = "WR1" }),
            Told.Withdrawn(Told.Answered("seg_3", "09:12:10", "09:17:25", 45_000, 270_000, 45_000) with { ReservationSid = "WR1", Revision = 2 }),
            Told.Closed(Told.Of("seg_4", SegmentKinds.RejectedConversation, "10:13:30", "10:13:50") with { AgentSid = "WK2", ReservationSid = "WR8" }),
        ];
        var expected = BytesOf(facts);
        Assert.NotEmpty(expected);

        Prop.ForAll(Gen.Shuffle(facts.Concat(facts[10..20]).ToArray()).ToArbitrary(), order => BytesOf(order) == expected)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    private string BytesOf(object[] facts)
    {
        using var connection = new NpgsqlConnection(ConnectionString);
        connection.Open();
        connection.Execute($"TRUNCATE {Tables}");
        foreach (var fact in facts)
            KeepAsync(connection, fact).GetAwaiter().GetResult();
        var reports = Services.GetRequiredService<ReportBuilder>()
            .BuildAsync(connection, Told.At("08:45:00").UtcDateTime, Told.At("11:00:00").UtcDateTime, WireProfile.Default, Cancellation).GetAwaiter().GetResult();
        return string.Concat(reports.Select(report => Convert.ToHexString(report.Sha256)));
    }

    private async Task KeepAsync(NpgsqlConnection connection, object fact)
    {
        switch (fact)
        {
            case AgentStateChanged change:
                await FactStore.KeepNameAsync(connection, change.AgentSid, change.FullName);
                var state = await Services.GetRequiredService<ActivityBook>().StateOfAsync(change.ActivitySid, change.Activity, change.Available, Cancellation);
                await FactStore.KeepActivityAsync(connection, change.AgentSid, change.StateStartTime, change.EventId, change.ActivitySid, state);
                break;
            case AgentHandlingChanged handling:
                await FactStore.KeepHandlingAsync(connection, handling);
                break;
            case AgentChanged agent:
                await FactStore.KeepNameAsync(connection, agent.AgentSid, agent.FullName);
                await FactStore.KeepLoginAsync(connection, agent.AgentSid, agent.Attributes["agent_id"], agent.OccurredTime);
                break;
            case QueueEntered entered:
                await FactStore.KeepWaitAsync(connection, entered);
                break;
            case SegmentClosed closed:
                await FactStore.KeepSegmentAsync(connection, SegmentRow.Of(closed.Segment, withdrawn: false), closed.EventId);
                break;
            case SegmentRevised revised:
                await FactStore.KeepSegmentAsync(connection, SegmentRow.Of(revised.Segment, withdrawn: false), revised.EventId);
                break;
            case SegmentWithdrawn withdrawn:
                await FactStore.KeepSegmentAsync(connection, SegmentRow.Of(withdrawn.Segment, withdrawn: true), withdrawn.EventId);
                break;
        }
    }
}
