using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Tests.Intervals;

public sealed class TrueToIntervalTests(TestServers servers) : WfmTest(servers)
{
    [Fact]
    [Rule("WFM-45")]
    public async Task Every_part_of_a_contact_counts_where_it_elapsed()
    {
        await PublishAsync(
            Told.Closed(Told.Wait("seg_wait", "10:13:20", "10:14:05", "answered")),
            Told.Closed(Told.Answered("seg_talk", "10:14:05", "10:36:05", 45_000, 1_170_000, 150_000)),
            Told.Closed(Told.Wait("seg_lost", "10:14:30", "10:15:10", "abandoned") with { TaskSid = "WT2", QueueSid = "WQ2" }));

        Assert.Equal(
            [
                "10:00 WQ1 offered 1 answered 1 handled 0 lost 0 waiting 45/0 talk 55+0 wrap-up 0 at end 0", "10:00 WQ2 offered 1 answered 0 handled 0 lost 0 waiting 0/30 talk 0+0 wrap-up 0 at end 1",
                "10:15 WQ1 offered 0 answered 0 handled 0 lost 0 waiting 0/0 talk 900+0 wrap-up 0 at end 0", "10:15 WQ2 offered 0 answered 0 handled 0 lost 1 waiting 0/10 talk 0+0 wrap-up 0 at end 0",
                "10:30 WQ1 offered 0 answered 0 handled 1 lost 0 waiting 0/0 talk 215+0 wrap-up 150 at end 0",
            ],
            (await ListAsync(Attribution.TrueToInterval)).Select(Text));
        await PublishAsync(Told.Hold(1, "10:14:30", onHold: true, task: "WT1"), Told.Hold(2, "10:16:00", onHold: false, task: "WT1"));
        Assert.Equal(["25+30", "840+60", "215+0"], (await ListAsync(Attribution.TrueToInterval)).Where(row => row.QueueSid == "WQ1").Select(row => $"{row.TalkTime.Seconds}+{row.HoldTime.Seconds}"));
        Assert.All(await ListAsync(Attribution.TrueToInterval), row => Assert.False(row.HasServiceLevel));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", () => ListAsync((Attribution)9));
    }

    [Fact]
    [Rule("WFM-45"), Rule("WFM-42")]
    public async Task The_parts_of_all_intervals_add_up_to_the_whole_contact()
    {
        var facts = new List<object>();
        for (var number = 1; number <= 20; number++)
        {
            var accepted = Told.At("10:00:00").AddMilliseconds(number * 333_777);
            var (wait, talk, wrap) = (number * 61_543 % 1_900_000, number * 877_333 % 3_000_000, number * 91_777 % 200_000);
            var segment = Told.Answered($"seg_{number}", "10:00:00", "10:00:00", wait, talk, wrap);
            facts.Add(Told.Closed(segment with { TaskSid = $"WT{number}", QueueSid = $"WQ{number}", StartTime = accepted, EndTime = accepted.AddMilliseconds(talk + wrap) }));
            foreach (var (part, onHold) in new[] { (0.2, true), (0.45, false), (0.7, true), (0.71, false) })
            {
                var hold = Told.Hold(1, "10:00:00", onHold, $"WT{number}");
                facts.Add(hold with { OccurredTime = accepted.AddMilliseconds((int)(talk * part)), Session = hold.Session with { SessionId = number } });
            }
        }

        await PublishAsync([.. facts]);

        var parts = (await ListAsync(Attribution.TrueToInterval)).GroupBy(row => row.QueueSid).Select(rows => (
            rows.Key, rows.Sum(row => row.Offered), rows.Sum(row => row.Handled), rows.Sum(row => row.QueueTime.Seconds), rows.Sum(row => row.TalkTime.Seconds), rows.Sum(row => row.HoldTime.Seconds),
            rows.Sum(row => row.WrapUpTime.Seconds)));
        var wholes = (await ListAsync(Attribution.Unspecified)).Where(row => row.Offered > 0).Select(row => (
            row.QueueSid, row.Offered, row.Handled, row.QueueTime.Seconds, row.TalkTime.Seconds, row.HoldTime.Seconds, row.WrapUpTime.Seconds)).ToList();
        Assert.Equal(20, wholes.Count);
        Assert.True(wholes.TrueForAll(whole => whole.Item6 > 0));
        Assert.Equal(wholes.Order(), parts.Order());
    }

    private async Task<IReadOnlyList<QueueInterval>> ListAsync(Attribution attribution) => (await Intervals.ListQueueIntervalsAsync(
        new() { StartTime = Told.At("08:00:00").ToTimestamp(), EndTime = Told.At("16:00:00").ToTimestamp(), Attribution = attribution, PageSize = 1_000 },
        cancellationToken: Cancellation)).QueueIntervals;

    private static string Text(QueueInterval row) =>
        $"{row.StartTime.ToDateTime():HH:mm} {row.QueueSid} offered {row.Offered} answered {row.Answered} handled {row.Handled} lost {row.Abandoned} waiting {row.QueueTime.Seconds}/{row.AbandonedTime.Seconds}"
        + $" talk {row.TalkTime.Seconds}+{row.HoldTime.Seconds} wrap-up {row.WrapUpTime.Seconds} at end {row.WaitingAtEnd}";
}
