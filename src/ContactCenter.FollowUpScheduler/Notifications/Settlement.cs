using ContactCenter.Durable;
using ContactCenter.Events.FollowUps;
using ContactCenter.Events.Insights;
using ContactCenter.FollowUpScheduler.Channels;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.History;
using ContactCenter.FollowUpScheduler.Records;
using ContactCenter.ServiceDefaults;

namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>Stores how the sending of a notification has ended, with all that follows from it (FUP-66 to FUP-68, FUP-100). Many succeed at once, so that it is joined.</summary>
public sealed class Settlement
{
    private static readonly string[] UnderWay = ["SENDING", "UNCERTAIN"];

    private readonly DurableDatabase _database;
    private readonly RecordProgress _progress;
    private readonly TimeProvider _time;
    private readonly Batches<Success, bool> _succeeding;

    /// <summary>Creates the settlement.</summary>
    /// <param name="database">The service's database.</param>
    /// <param name="progress">What follows for the record.</param>
    /// <param name="timeProvider">Now.</param>
    public Settlement(DurableDatabase database, RecordProgress progress, TimeProvider timeProvider)
    {
        (_database, _progress, _time) = (database, progress, timeProvider);
        _succeeding = new(NotificationLedger.MostInBatch, SucceedAsync);
    }

    private DateTimeOffset Now => RpcTimes.Whole(_time.GetUtcNow());

    /// <summary>The channel has taken it. Its job may end afterwards: once more it finds nothing to do.</summary>
    /// <param name="job">Its job.</param>
    /// <param name="followUp">The follow-up.</param>
    /// <param name="notification">The notification.</param>
    /// <param name="sent">How it was sent.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="LeaseLostException">Another claim has the say.</exception>
    public async Task SucceedAsync(JobRun job, StoredFollowUp followUp, StoredNotification notification, SentMessage sent, CancellationToken cancellationToken)
    {
        if (!await _succeeding.AddAsync(new(job.Fence, followUp, notification, sent)).WaitAsync(cancellationToken))
            throw new LeaseLostException(job.Id, job.Fence);
    }

    /// <summary>It is not to be tried again: the attempt is used up, and the job becomes a dead letter.</summary>
    /// <param name="job">Its job.</param>
    /// <param name="followUp">The follow-up.</param>
    /// <param name="notification">The notification.</param>
    /// <param name="reason">Why, in UPPER_SNAKE.</param>
    /// <param name="accepted">The messages that the channel took all the same.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="JobFailedException">Always, once that is stored.</exception>
    public async Task FailAsync(JobRun job, StoredFollowUp followUp, StoredNotification notification, string reason, IReadOnlyList<AcceptedMessage> accepted, CancellationToken cancellationToken)
    {
        await using (var transaction = await _database.BeginAsync(cancellationToken))
        {
            var now = Now;
            if (await NotificationStore.MoveAsync(transaction.Connection, notification.NotificationId, UnderWay, "FAILED", reason))
            {
                await NotificationStore.NoteAcceptedAsync(transaction.Connection, notification.NotificationId, accepted);
                NotificationEvents.StatusChanged(transaction, notification, "FAILED", reason, now);
                await _progress.SettleAsync(transaction, followUp, [notification], now);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        throw new JobFailedException(reason.ToLowerInvariant(), $"Notification {notification.NotificationId} of job {job.Id} failed: {reason}.") { Kind = JobFailureKind.Final };
    }

    /// <summary>It is tried again: as it was if the channel has not got it, as UNCERTAIN if it may.</summary>
    /// <param name="notification">The notification.</param>
    /// <param name="outcome">What the channel said.</param>
    /// <param name="accepted">The messages that it took all the same.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="JobFailedException">Always, once that is stored.</exception>
    public async Task RetryAsync(StoredNotification notification, SendOutcome outcome, IReadOnlyList<AcceptedMessage> accepted, CancellationToken cancellationToken)
    {
        await using (var connection = await _database.OpenAsync(cancellationToken))
        {
            var (state, reason) = outcome.Result == SendResult.Unknown ? ("UNCERTAIN", outcome.Reason) : ("PENDING", HoldReasons.Retrying);
            await NotificationStore.MoveAsync(connection, notification.NotificationId, UnderWay, state, reason);
            if (accepted.Count > 0)
                await NotificationStore.NoteAcceptedAsync(connection, notification.NotificationId, accepted);
        }

        throw new JobFailedException(outcome.ErrorClass, $"The channel did not take it: {outcome.Reason}.") { Delay = outcome.Delay };
    }

    /// <summary>Sees what follows for the record of a notification that is left out.</summary>
    /// <param name="transaction">The transaction that leaves it out.</param>
    /// <param name="followUp">The follow-up.</param>
    /// <param name="notification">The notification.</param>
    public Task EvaluateAsync(DurableTransaction transaction, StoredFollowUp followUp, StoredNotification notification) =>
        _progress.EvaluateAsync(transaction, followUp, [notification.RecordId], Now);

    private async Task<IReadOnlyList<bool>> SucceedAsync(IReadOnlyList<Success> successes)
    {
        await using var transaction = await _database.BeginAsync(CancellationToken.None);
        var now = Now;
        var settled = await NotificationStore.SentAsync(transaction.Connection, [.. successes.Select(success => new SentNotification(success.Notification.NotificationId, success.Fence, success.Sent.Accepted))], now);
        var own = successes.Where(success => settled.Contains(success.Notification.NotificationId)).ToList();
        await HistoryStore.AddAsync(
            transaction.Connection, [.. own.Select(success => HistoryEvent.Of(success.Notification, HistoryEvent.Sent, success.Sent.Route.Channel.Id, success.MessageIds, "", now))]);
        foreach (var success in own)
            Publish(transaction, success.FollowUp, success.Notification, success.Sent, success.MessageIds, now);
        // In one order everywhere, as records are locked.
        foreach (var ofFollowUp in own.GroupBy(success => success.FollowUp.Id).OrderBy(group => group.Key, StringComparer.Ordinal))
            await _progress.SettleAsync(transaction, ofFollowUp.Last().FollowUp, [.. ofFollowUp.Select(success => success.Notification)], now);
        await transaction.CommitAsync(CancellationToken.None);
        return [.. successes.Select(success => settled.Contains(success.Notification.NotificationId))];
    }

    private static void Publish(
        DurableTransaction transaction, StoredFollowUp followUp, StoredNotification notification, SentMessage sent, string[] messageIds, DateTimeOffset now)
    {
        var channel = sent.Route.Channel.Definition;
        transaction.Publish(
            new FollowUpNotificationSent
            {
                EventId = Guid.CreateVersion7(now),
                OccurredTime = now,
                RecordedTime = now,
                FollowUpId = followUp.Id,
                RecordId = notification.RecordId.ToString(),
                ReconciliationId = notification.ReconciliationId,
                Episode = notification.Episode,
                NotificationId = notification.NotificationId.ToString(),
                UserId = notification.UserId,
                ConversationId = notification.ConversationId,
                Attempt = notification.Attempt,
                ChannelId = sent.Route.Channel.Id,
                ChannelType = ChannelChoice.TypeOf(channel),
                Address = sent.Route.Address,
                MessageIds = messageIds,
                InitiatedBy = "BOT",
                CountsAsSession = false,
            },
            notification.RecordId.ToString(),
            mandatory: false);
        if (channel.Rbm is not { } rbm)
            return;
        foreach (var message in sent.Messages)
        {
            transaction.Publish(
                new RcsMessageSent
                {
                    EventId = Guid.CreateVersion7(now),
                    OccurredTime = now,
                    MessageId = message.MessageId,
                    AgentId = rbm.AgentId,
                    PhoneNumber = sent.Route.Address,
                    Format = message.Format,
                    Suggestions = [.. message.Suggestions.Select(action => new RcsSuggestion(action.Url is null ? "reply" : "action", action.Title, RbmChannel.PostbackPrefix + action.Token))],
                    Responder = "bot",
                    Template = followUp.Id,
                    ConversationId = notification.ConversationId,
                },
                message.MessageId,
                mandatory: false);
        }
    }

    private sealed record Success(long Fence, StoredFollowUp FollowUp, StoredNotification Notification, SentMessage Sent)
    {
        public string[] MessageIds { get; } = [.. Sent.Messages.Select(message => message.MessageId)];
    }
}
