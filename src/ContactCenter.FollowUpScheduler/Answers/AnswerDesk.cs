using ContactCenter.Durable;
using ContactCenter.Events.FollowUps;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Channels;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Directories;
using ContactCenter.FollowUpScheduler.History;
using ContactCenter.FollowUpScheduler.Notifications;
using ContactCenter.FollowUpScheduler.PostActions;
using ContactCenter.FollowUpScheduler.Records;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace ContactCenter.FollowUpScheduler.Answers;

/// <summary>How an answer was taken.</summary>
public enum AnswerResult
{
    /// <summary>It counts, now or already.</summary>
    Accepted,

    /// <summary>No action has the token.</summary>
    TokenUnknown,

    /// <summary>Another answer counts.</summary>
    AlreadyAnswered,

    /// <summary>The record is closed, or the last attempt too long ago; recorded without effect.</summary>
    TooLate,
}

/// <summary>How an answer was taken.</summary>
/// <param name="Result">How.</param>
/// <param name="Answer">The answer that counts; null if none does.</param>
public sealed record AnswerOutcome(AnswerResult Result, Answer? Answer = null);

/// <summary>An action that a token names.</summary>
/// <param name="Notification">The notification.</param>
/// <param name="FollowUp">The follow-up.</param>
/// <param name="Action">The action.</param>
public sealed record AnswerTarget(StoredNotification Notification, StoredFollowUp FollowUp, FollowUps.V1.Action Action);

/// <summary>Takes answers, whatever way they come (FUP-78, FUP-79, FUP-83).</summary>
/// <param name="tokens">Reads tokens.</param>
/// <param name="followUps">The follow-ups.</param>
/// <param name="channels">The channels.</param>
/// <param name="postActions">Plans what follows from records that are answered.</param>
/// <param name="timeProvider">Now.</param>
public sealed class AnswerDesk(AnswerTokens tokens, FollowUpStore followUps, DefinitionStore<Channel> channels, PostActionPlanner postActions, TimeProvider timeProvider)
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(30);

    /// <summary>Finds the action that a token names.</summary>
    /// <param name="connection">In a transaction or not.</param>
    /// <param name="token">The token.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if there is none that replies.</returns>
    public async Task<AnswerTarget?> FindAsync(NpgsqlConnection connection, string token, CancellationToken cancellationToken)
    {
        if (tokens.Read(token) is not var (notificationId, position)
            || (await NotificationStore.FindAsync(connection, [notificationId], cancellationToken)).GetValueOrDefault(notificationId) is not { } notification
            || (await followUps.FindAsync(connection, [notification.FollowUpId], cancellationToken)).GetValueOrDefault(notification.FollowUpId) is not { } followUp
            || followUp.Definition.Message.Actions.ElementAtOrDefault(position) is not { Kind: ActionKind.Reply } action)
            return null;
        return new(notification, followUp, action);
    }

    /// <summary>Takes an answer.</summary>
    /// <param name="transaction">The caller's; not committed here.</param>
    /// <param name="token">The token.</param>
    /// <param name="usedTime">When the recipient used the action; null for now.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<AnswerOutcome> TakeAsync(DurableTransaction transaction, string token, DateTimeOffset? usedTime, CancellationToken cancellationToken)
    {
        if (await FindAsync(transaction.Connection, token, cancellationToken) is not var (notification, followUp, action))
            return new(AnswerResult.TokenUnknown);
        var now = timeProvider.GetUtcNow();
        await NoteAsync(transaction, notification, usedTime ?? now, cancellationToken);
        var record = (await RecordStore.LockAsync(transaction.Connection, notification.RecordId))!;
        var isOpen = record.State != RecordState.Closed && record.Episode == notification.Episode;
        if (isOpen && record.Answer is { } known && (known.ActionId == action.ActionId || record.State == RecordState.Answered))
            return new(known.ActionId == action.ActionId ? AnswerResult.Accepted : AnswerResult.AlreadyAnswered, known);
        if (!isOpen || now > notification.EffectiveDueTime + Validity)
        {
            await HistoryStore.AddAsync(transaction.Connection, [HistoryEvent.Of(notification, HistoryEvent.AnsweredLate, notification.ChannelId, [], action.ActionId, now)]);
            return new(AnswerResult.TooLate);
        }

        var answer = new Answer
        {
            ActionId = action.ActionId,
            UserId = notification.UserId,
            AnswerTime = now.ToTimestamp(),
            NotificationId = notification.NotificationId.ToString(),
            Effect = action.OnAnswer.Count > 0 ? "PENDING" : "DONE",
        };
        await StoreAsync(transaction, followUp, notification, action, answer, now);
        return new(AnswerResult.Accepted, answer);
    }

    /// <summary>An answer on a chat channel tells which one the recipient uses (FUP-52).</summary>
    private async Task NoteAsync(DurableTransaction transaction, StoredNotification notification, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var channel = (await channels.FindAsync(transaction.Connection, [notification.ChannelId], cancellationToken)).GetValueOrDefault(notification.ChannelId);
        if (channel is not null && ChannelChoice.TypeOf(channel.Definition) is var type && ChannelChoice.ChatTypes.Contains(type))
            await DirectoryStore.NoteAnswerAsync(transaction.Connection, notification.UserId, type, time);
    }

    private async Task StoreAsync(
        DurableTransaction transaction, StoredFollowUp followUp, StoredNotification notification, FollowUps.V1.Action action, Answer answer, DateTimeOffset now)
    {
        await RecordStore.AnswerAsync(transaction.Connection, notification.RecordId, answer);
        if (!action.Continues)
        {
            await RecordStore.EndAsync(transaction.Connection, notification.RecordId, RecordStates.Answered, "");
            await RevocationJob.PlanAsync(transaction, [(notification.RecordId, notification.Episode)]);
            await postActions.StopEarlyAsync(transaction, followUp, [(notification.RecordId, notification.Episode, RecordStates.Answered)], now);
        }

        if (action.OnAnswer.Count > 0)
        {
            var context = new StepRunContext
            {
                Episode = notification.Episode,
                Attempt = notification.Attempt,
                Answer = action.ActionId,
                AnsweredBy = notification.UserId,
                AnswerTime = StepRunContext.Text(now),
                ChannelId = notification.ChannelId,
                Data = notification.Data,
                Recipients = [notification.UserId],
            };
            var runId = PostActionPlanner.IdOf(notification.RecordId, notification.Episode, $"{StepRun.OnAnswer}/{action.ActionId}", 0);
            await PostActionPlanner.AnsweredAsync(transaction, new(runId, followUp.Id, notification.RecordId, StepRun.OnAnswer, context, 0, "{}"), now);
        }

        await HistoryStore.AddAsync(transaction.Connection, [HistoryEvent.Of(notification, HistoryEvent.Answered, notification.ChannelId, [], action.ActionId, now)]);
        transaction.Publish(
            new FollowUpAnswered
            {
                EventId = Guid.CreateVersion7(now),
                OccurredTime = now,
                RecordedTime = now,
                FollowUpId = followUp.Id,
                RecordId = notification.RecordId.ToString(),
                ReconciliationId = notification.ReconciliationId,
                Episode = notification.Episode,
                NotificationId = answer.NotificationId,
                UserId = notification.UserId,
                ActionId = action.ActionId,
            },
            notification.RecordId.ToString(),
            mandatory: false);
    }
}
