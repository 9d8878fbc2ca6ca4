using ContactCenter.ServiceDefaults;
using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Intervals;

public sealed partial class IntervalService
{
    private const int PositionParts = 3;

    /// <inheritdoc />
    public override async Task<ListQueueIntervalsResponse> ListQueueIntervals(ListQueueIntervalsRequest request, ServerCallContext context)
    {
        var (start, end) = Range(request.StartTime, request.EndTime);
        var size = Pages.Size(request.PageSize);
        var filter = new ListQueueIntervalsRequest { StartTime = request.StartTime, EndTime = request.EndTime, QueueSid = request.QueueSid };
        var after = Pages.Position(request.PageToken, filter, PositionParts);
        var rows = await store.SumAsync(
            new(start, end, request.QueueSid.Length > 0 ? request.QueueSid : null, after?.Time(0), after?[1], after?[2], size + 1), context.CancellationToken);

        var response = new ListQueueIntervalsResponse();
        response.QueueIntervals.AddRange(rows.Take(size).Select(MessageOf));
        if (rows.Count > size)
        {
            var last = rows[size - 1];
            response.NextPageToken = Paging.Token(filter, Paging.Part(last.IntervalStart), last.QueueSid, last.Medium);
        }

        return response;
    }

    private static QueueInterval MessageOf(QueueFigures figures)
    {
        var medium = System.Enum.Parse<Medium>(figures.Medium, ignoreCase: true);
        var talk = Rounded(figures.TalkMs);
        var handle = Rounded(figures.TalkMs + figures.WrapUpMs);
        var message = new QueueInterval
        {
            StartTime = figures.IntervalStart.ToTimestamp(),
            EndTime = (figures.IntervalStart + Interval).ToTimestamp(),
            QueueSid = figures.QueueSid,
            Medium = medium,
            SkillId = medium == Medium.Voice ? figures.QueueSid : $"{figures.QueueSid}-{figures.Medium}",
            Offered = figures.Offered,
            Answered = figures.Answered,
            AnsweredInServiceLevel = figures.AnsweredInServiceLevel,
            Abandoned = figures.Abandoned,
            ShortAbandoned = figures.ShortAbandoned,
            Redirected = figures.Redirected,
            QueueTime = Seconds(Rounded(figures.WaitingMs)),
            MaxQueueTime = Seconds(Rounded(figures.LongestWaitingMs)),
            AbandonedTime = Seconds(Rounded(figures.AbandonedMs)),
            MaxAbandonedTime = Seconds(Rounded(figures.LongestAbandonedMs)),
            TalkTime = Seconds(talk),
            // Parts of a whole are rounded so that they add up to the rounded whole (WFM-42).
            WrapUpTime = Seconds(handle - talk),
            HandleTime = Seconds(handle),
        };
        var counted = figures.Offered - figures.ShortAbandoned - figures.Redirected;
        if (counted > 0)
            message.ServiceLevel = Math.Round(100.0 * figures.AnsweredInServiceLevel / counted, 2, MidpointRounding.AwayFromZero);
        return message;
    }

    private static long Rounded(long milliseconds) => (milliseconds + 500) / 1_000;

    private static Duration Seconds(long seconds) => new() { Seconds = seconds };
}
