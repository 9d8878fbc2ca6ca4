using ContactCenter.Contracts;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.FollowUpScheduler.Answers;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Notifications;
using ContactCenter.FollowUpScheduler.PostActions;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Records;

/// <summary>Shows records and notifications, and takes answers; <c>record_service.proto</c> is its specification.</summary>
/// <param name="records">The records.</param>
/// <param name="notifications">The notifications.</param>
/// <param name="followUps">The follow-ups.</param>
/// <param name="postActions">Plans what follows from records that are stopped.</param>
/// <param name="answers">Takes answers.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="timeProvider">Now.</param>
public sealed class RecordService(
    RecordStore records,
    NotificationStore notifications,
    FollowUpStore followUps,
    PostActionPlanner postActions,
    AnswerDesk answers,
    IdempotentCalls calls,
    TimeProvider timeProvider) : V1.RecordService.RecordServiceBase
{
    private const string Domain = FollowUpErrors.Domain;
    private const int LongestNote = 500;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override async Task<V1.GetRecordResponse> GetRecord(V1.GetRecordRequest request, ServerCallContext context) => new()
    {
        Record = await records.FindAsync(RecordId(request.RecordId), context.CancellationToken) ?? throw RecordNotFound(request.RecordId),
    };

    /// <inheritdoc />
    public override async Task<V1.ListRecordsResponse> ListRecords(V1.ListRecordsRequest request, ServerCallContext context)
    {
        Required(request.FollowUpId, "follow_up_id");
        var filter = request.Clone();
        (filter.PageSize, filter.PageToken) = (0, "");
        var size = Pages.Size(request.PageSize);
        var state = request.State == V1.RecordState.Unspecified ? "" : request.State.ToString().ToUpperInvariant();
        var after = Pages.Position(request.PageToken, filter, 1)?[0] ?? "";
        var found = await records.ListAsync(request.FollowUpId, state, request.ReconciliationId, after, size + 1, context.CancellationToken);
        return new() { Records = { found.Take(size) }, NextPageToken = found.Count > size ? Paging.Token(filter, found[size - 1].ReconciliationId) : "" };
    }

    /// <inheritdoc />
    public override Task<V1.StopRecordResponse> StopRecord(V1.StopRecordRequest request, ServerCallContext context)
    {
        var recordId = RecordId(request.RecordId);
        if (request.Note.Length is 0 or > LongestNote)
            throw RpcErrors.InvalidArgument(Domain, FollowUpErrors.FieldRequired, "note", $"must have 1 to {LongestNote} characters");
        return calls.RunAsync(context, request, async transaction =>
        {
            var record = await RecordStore.LockAsync(transaction.Connection, recordId) ?? throw RecordNotFound(request.RecordId);
            if (record.State == V1.RecordState.Closed)
                throw RpcErrors.FailedPrecondition(Domain, FollowUpErrors.RecordClosed, "The record is closed.");
            if (record.State != V1.RecordState.Stopped)
            {
                await RecordStore.EndAsync(transaction.Connection, recordId, RecordStates.Stopped, request.Note);
                await RevocationJob.PlanAsync(transaction, [(recordId, record.Episode)]);
                if ((await followUps.FindAsync(transaction.Connection, [record.FollowUpId], context.CancellationToken)).GetValueOrDefault(record.FollowUpId) is { } followUp)
                    await postActions.StopEarlyAsync(transaction, followUp, [(recordId, record.Episode, RecordStates.Stopped)], timeProvider.GetUtcNow());
                transaction.Audit(new AuditEntry(context.GetCaller().Actor, "records.stop", $"records/{record.RecordId}", request.RequestId, Details: new() { ["note"] = request.Note }));
                (record.State, record.CloseReason) = (V1.RecordState.Stopped, request.Note);
            }

            return new V1.StopRecordResponse { Record = record };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.GetNotificationResponse> GetNotification(V1.GetNotificationRequest request, ServerCallContext context)
    {
        var id = Required(request.NotificationId, "notification_id");
        var found = Guid.TryParseExact(id, "D", out var notificationId) ? await notifications.FindAsync(notificationId, context.CancellationToken) : null;
        return new() { Notification = found?.ToMessage() ?? throw RpcErrors.NotFound(Domain, FollowUpErrors.NotificationNotFound, "notification", id) };
    }

    /// <inheritdoc />
    public override async Task<V1.ListNotificationsResponse> ListNotifications(V1.ListNotificationsRequest request, ServerCallContext context)
    {
        Required(request.FollowUpId, "follow_up_id");
        var filter = request.Clone();
        (filter.PageSize, filter.PageToken) = (0, "");
        var size = Pages.Size(request.PageSize);
        var state = request.State == V1.NotificationState.Unspecified ? "" : request.State.ToString().ToUpperInvariant();
        var after = Pages.Position(request.PageToken, filter, 1)?.Id(0);
        var found = await notifications.ListAsync(
            request.FollowUpId, request.RecordId.Length > 0 ? RecordId(request.RecordId) : null, state, after, size + 1, context.CancellationToken);
        var response = new V1.ListNotificationsResponse { Notifications = { found.Take(size).Select(notification => notification.ToMessage()) } };
        if (found.Count > size)
            response.NextPageToken = Paging.Token(filter, found[size - 1].NotificationId.ToString());
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.AnswerNotificationResponse> AnswerNotification(V1.AnswerNotificationRequest request, ServerCallContext context)
    {
        Required(request.Token, "token");
        var outcome = new AnswerOutcome(AnswerResult.TokenUnknown);
        var response = await calls.RunAsync(context, request, async transaction =>
        {
            outcome = await answers.TakeAsync(transaction, request.Token, usedTime: null, context.CancellationToken);
            transaction.Audit(new AuditEntry(context.GetCaller().Actor, "notifications.answer", $"notifications/{outcome.Answer?.NotificationId}", request.RequestId, outcome.Result.ToString().ToUpperInvariant()));
            return new V1.AnswerNotificationResponse { Answer = outcome.Answer };
        });
        return (response.Answer, outcome.Result) switch
        {
            (_, AnswerResult.TooLate) => throw RpcErrors.FailedPrecondition(Domain, FollowUpErrors.AnswerTooLate, "The record is closed, or the last attempt is more than 30 days ago."),
            ({ } counts, AnswerResult.AlreadyAnswered) =>
                throw RpcErrors.AlreadyExists(Domain, FollowUpErrors.AlreadyAnswered, $"{counts.ActionId} was answered at {StepRunContext.Text(counts.AnswerTime.ToDateTimeOffset())}."),
            ({ }, _) => response,
            _ => throw RpcErrors.NotFound(Domain, FollowUpErrors.TokenUnknown, "token", ""),
        };
    }

    private static string Required(string value, string field) =>
        value.Length > 0 ? value : throw RpcErrors.InvalidArgument(Domain, FollowUpErrors.FieldRequired, field, "is required");

    private static Guid RecordId(string id) => Guid.TryParseExact(Required(id, "record_id"), "D", out var recordId) ? recordId : throw RecordNotFound(id);

    private static RpcException RecordNotFound(string id) => RpcErrors.NotFound(Domain, FollowUpErrors.RecordNotFound, "record", id);
}
