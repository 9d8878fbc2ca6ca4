using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using ContactCenter.Wfm.V1;
using ContactCenter.WfmConnector.Facts;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Intervals;

public sealed partial class IntervalService
{
    private const int PositionParts = 2;

    /// <inheritdoc />
    public override async Task<ListQueueIntervalsResponse> ListQueueIntervals(ListQueueIntervalsRequest request, ServerCallContext context)
    {
        var range = IntervalRange.Read(request.StartTime, request.EndTime);
        var size = Pages.Size(request.PageSize);
        if (!System.Enum.IsDefined(request.Attribution))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "attribution", "is not known");
        var isTrueToInterval = request.Attribution == Attribution.TrueToInterval;
        var filter = new ListQueueIntervalsRequest { StartTime = request.StartTime, EndTime = request.EndTime, QueueSid = request.QueueSid, Attribution = request.Attribution };
        var after = Pages.Position(request.PageToken, filter, PositionParts);
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var query = new QueueFiguresQuery(range.Start, range.End, request.QueueSid.Length > 0 ? request.QueueSid : null, after?.Time(0).UtcDateTime, after?[1], size + 1);
        var rows = isTrueToInterval
            ? await FigureStore.TrueToIntervalAsync(connection, query, context.CancellationToken)
            : await FigureStore.QueuesAsync(connection, query, context.CancellationToken);

        var response = new ListQueueIntervalsResponse { Source = await source.StateAsync(connection, context.CancellationToken) };
        response.QueueIntervals.AddRange(rows.Take(size).Select(row => MessageOf(row, isTrueToInterval)));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(rows[size - 1].IntervalStart), rows[size - 1].SkillId);
        return response;
    }

    private static QueueInterval MessageOf(QueueFigures figures, bool isTrueToInterval)
    {
        var handle = figures.Handle;
        var message = new QueueInterval
        {
            StartTime = figures.IntervalStart.ToTimestamp(),
            EndTime = (figures.IntervalStart + Quarter.Length).ToTimestamp(),
            QueueSid = figures.QueueSid,
            Medium = ContactMedia.MessageOf((ContactMedium)figures.Medium),
            SkillId = figures.SkillId,
            Inbound = figures.Direction == "INBOUND",
            Offered = figures.Offered,
            Answered = figures.Answered,
            AnsweredInServiceLevel = figures.AnsweredInServiceLevel,
            Abandoned = figures.Abandoned,
            ShortAbandoned = figures.ShortAbandoned,
            Redirected = figures.Redirected,
            QueueTime = Seconds(Quarter.Seconds(figures.WaitingMs)),
            MaxQueueTime = Seconds(Quarter.Seconds(figures.LongestWaitingMs)),
            AbandonedTime = Seconds(Quarter.Seconds(figures.AbandonedMs)),
            MaxAbandonedTime = Seconds(Quarter.Seconds(figures.LongestAbandonedMs)),
            TalkTime = Seconds(handle.Talk),
            HoldTime = Seconds(handle.Hold),
            WrapUpTime = Seconds(handle.WrapUp),
            HandleTime = Seconds(handle.Total),
            WaitingAtEnd = figures.WaitingAtEnd,
            Handled = isTrueToInterval ? figures.Handled : figures.Answered,
        };
        // Answers and the contacts that they are of may lie in different intervals.
        if (!isTrueToInterval && figures.ServiceLevel is { } level)
            message.ServiceLevel = level;
        return message;
    }

    private static Duration Seconds(long seconds) => new() { Seconds = seconds };
}
