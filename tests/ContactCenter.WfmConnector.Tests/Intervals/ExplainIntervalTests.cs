using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Tests.Intervals;

public sealed class ExplainIntervalTests(TestServers servers) : WfmTest(servers)
{
    [Fact]
    [Rule("WFM-50"), Rule("WFM-45")]
    public async Task Every_contact_tells_why_it_counts_and_its_share_of_both_sums()
    {
        await PublishAsync(
            Told.Closed(Told.Answered("seg_talk", "10:14:05", "10:36:05", 45_400, 1_170_000, 150_000)),
            Told.Hold(3, "10:20:00", onHold: true, task: "WT1"), Told.Hold(4, "10:20:30", onHold: false, task: null),
            Told.Closed(Told.Wait("seg_lost", "10:29:00", "10:31:00", "abandoned") with { TaskSid = "WT2" }),
            Told.Closed(Told.Wait("seg_short", "10:31:00", "10:31:03", "abandoned") with { TaskSid = "WT3" }),
            Told.Closed(Told.Wait("seg_other", "10:31:00", "10:32:00", "moved") with { QueueSid = "WQ2", TaskSid = "WT4" }));

        Assert.Equal(
            [
                "seg_talk ANSWERED TIME_ELAPSED 0 0 0 0 | 0 870 30 0 until 10:36:05",
                "seg_lost ABANDONED TIME_ELAPSED 0 0 0 0 | 60 0 0 0 until 10:31:00",
            ],
            await ExplainAsync("10:15:00"));
        Assert.Equal(
            [
                "seg_talk ANSWERED CONTACT_ENDED 45.4 1140 30 150 | 0 215 0 150 until 10:36:05",
                "seg_lost ABANDONED CONTACT_ENDED 120 0 0 0 | 60 0 0 0 until 10:31:00",
                "seg_short SHORT_ABANDONED CONTACT_ENDED 3 0 0 0 | 3 0 0 0 until 10:31:03",
            ],
            await ExplainAsync("10:30:00"));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", async () => await Intervals.ExplainIntervalAsync(new() { StartTime = Told.At("10:15:00").ToTimestamp() }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "INTERVAL_NOT_ALIGNED", () => ExplainAsync("10:16:00"));
    }

    private async Task<IReadOnlyList<string>> ExplainAsync(string start)
    {
        var contacts = new List<string>();
        var request = new ExplainIntervalRequest { StartTime = Told.At(start).ToTimestamp(), QueueSid = Told.Queue, PageSize = 1 };
        do
        {
            var page = await Intervals.ExplainIntervalAsync(request, cancellationToken: Cancellation);
            contacts.AddRange(page.Contacts.Select(contact => FormattableString.Invariant(
                $"{contact.SegmentId} {contact.Result} {contact.Reason} {Text(contact.WhenContactEnded)} | {Text(contact.TrueToInterval)} until {contact.EndTime.ToDateTime():HH:mm:ss}")));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return contacts;
    }

    private static string Text(ContactShares shares) => string.Join(' ', new[] { shares.QueueTime, shares.TalkTime, shares.HoldTime, shares.WrapUpTime }
        .Select(share => FormattableString.Invariant($"{share?.ToTimeSpan().TotalSeconds ?? 0}")));
}
