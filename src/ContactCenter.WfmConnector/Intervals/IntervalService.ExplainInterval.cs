using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using ContactCenter.Wfm.V1;
using ContactCenter.WfmConnector.Facts;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Intervals;

public sealed partial class IntervalService
{
    /// <inheritdoc />
    public override async Task<ExplainIntervalResponse> ExplainInterval(ExplainIntervalRequest request, ServerCallContext context)
    {
        if (request.QueueSid.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "queue_sid", "is required");
        var start = IntervalRange.ReadStart(request.StartTime);
        var size = Pages.Size(request.PageSize);
        var filter = new ExplainIntervalRequest { StartTime = request.StartTime, QueueSid = request.QueueSid };
        var after = Pages.Position(request.PageToken, filter, PositionParts);
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var query = new QueueFiguresQuery(start, start + Quarter.Length, request.QueueSid, Limit: size + 1);
        var shares = await FigureStore.ExplainAsync(connection, query, after?.Time(0).UtcDateTime, after?[1], context.CancellationToken);
        var response = new ExplainIntervalResponse();
        response.Contacts.AddRange(shares.Take(size).Select(MessageOf));
        if (shares.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(shares[size - 1].EnterTime), shares[size - 1].SegmentId);
        return response;
    }

    private static ExplainedContact MessageOf(ContactShare share)
    {
        var isAnswered = share.Result == "answered";
        return new()
        {
            SegmentId = share.SegmentId,
            TaskSid = share.TaskSid,
            AgentSid = share.AgentSid ?? "",
            SkillId = share.SkillId,
            Medium = ContactMedia.MessageOf((ContactMedium)share.Medium),
            Inbound = share.Direction == "INBOUND",
            Result = share.Result.ToUpperInvariant(),
            InServiceLevel = isAnswered && share.IsInLevel,
            EnterTime = share.EnterTime.ToTimestamp(),
            DecideTime = share.DecideTime.ToTimestamp(),
            TalkEndTime = isAnswered ? share.TalkEndTime.ToTimestamp() : null,
            EndTime = share.EndTime.ToTimestamp(),
            Reason = share.Counts ? "CONTACT_ENDED" : "TIME_ELAPSED",
            WhenContactEnded = share.Counts ? SharesOf(share.WaitingMs, isAnswered ? share.TalkMs : 0, isAnswered ? share.HoldMs : 0, share.WrapUpMs) : new(),
            TrueToInterval = SharesOf(1_000 * share.WaitingHere, isAnswered ? 1_000 * share.TalkHere : 0, isAnswered ? 1_000 * share.HoldHere : 0, isAnswered ? 1_000 * share.WrapUpHere : 0),
        };
    }

    private static ContactShares SharesOf(long waitingMs, long talkMs, long holdMs, long wrapUpMs) => new()
    {
        QueueTime = Milliseconds(waitingMs),
        TalkTime = Milliseconds(talkMs),
        HoldTime = Milliseconds(holdMs),
        WrapUpTime = Milliseconds(wrapUpMs),
    };

    private static Duration Milliseconds(long milliseconds) => Duration.FromTimeSpan(TimeSpan.FromMilliseconds(milliseconds));
}
