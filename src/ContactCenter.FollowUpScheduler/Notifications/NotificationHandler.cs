using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.FollowUpScheduler.Answers;
using ContactCenter.FollowUpScheduler.Channels;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Directories;
using ContactCenter.FollowUpScheduler.Records;
using ContactCenter.FollowUpScheduler.Templates;
using ContactCenter.ServiceDefaults;
using Microsoft.Extensions.Options;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>Sends a notification that is due, or holds it back: once, however often its job runs (FUP-65 to FUP-70).</summary>
/// <param name="database">The service's database.</param>
/// <param name="ledger">Finds notifications, and begins them.</param>
/// <param name="directory">The attributes of the deployment.</param>
/// <param name="channels">The channels.</param>
/// <param name="sender">Sends messages.</param>
/// <param name="settlement">Stores how it ended.</param>
/// <param name="tokens">Makes the tokens of actions.</param>
/// <param name="options">Quiet hours, zone and default channel.</param>
/// <param name="timeProvider">Now.</param>
public sealed class NotificationHandler(
    DurableDatabase database,
    NotificationLedger ledger,
    DirectoryStore directory,
    ChannelBook channels,
    MessageSender sender,
    Settlement settlement,
    AnswerTokens tokens,
    IOptions<FollowUpOptions> options,
    TimeProvider timeProvider) : IJobHandler
{
    private const string Pending = "PENDING";
    private const string Deferred = "DEFERRED";
    private const string Sending = "SENDING";
    private const string Uncertain = "UNCERTAIN";
    private const string Failed = "FAILED";

    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(24);

    private DateTimeOffset Now => RpcTimes.Whole(timeProvider.GetUtcNow());

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        while (await ledger.FindAsync(job.Payload<NotificationJob>().NotificationId, cancellationToken)
            is { Notification: { State: Pending or Deferred or Sending or Uncertain or Failed } notification } due)
        {
            var followUp = due.FollowUp;
            if (followUp is null || notification is not { RecordState: RecordStates.Active, IsRecipient: true } || notification.RecordEpisode != notification.Episode || notification.Attempt > followUp.Attempts)
            {
                await WithdrawAsync(job, followUp, notification, cancellationToken);
                return;
            }

            if (await TryAsync(job, followUp, notification, due.User, cancellationToken))
                return;
        }
    }

    /// <summary>Holds the notification back or sends it.</summary>
    /// <returns>False if what it was decided by has changed meanwhile.</returns>
    private async Task<bool> TryAsync(JobRun job, StoredFollowUp followUp, StoredNotification notification, DirectoryUser? user, CancellationToken cancellationToken)
    {
        var decision = notification.State is Pending or Deferred
            ? SendDecision.Of(followUp, notification.Reason, notification.EffectiveDueTime, Windows(followUp, user?.User), Zone(followUp, user?.User), Now)
            : new(notification.EffectiveDueTime);
        if (decision.HoldReason.Length > 0)
            return await HoldAsync(job, followUp, notification, decision, cancellationToken);
        var choice = notification is { BlockedReason: HoldReasons.LookUpFailed, State: Pending or Deferred }
            ? new([], HoldReasons.LookUpFailed)
            : user is null
            ? new([], "RECIPIENT_NOT_FOUND")
            : ChannelChoice.Of(followUp.Definition.Message, await channels.AllAsync(cancellationToken), user, options.Value.DefaultChannel);
        if (choice.Routes.Count == 0 && notification.State is Pending or Deferred)
        {
            await BlockAsync(job, followUp, notification, choice.BlockedReason, cancellationToken);
            return true;
        }

        if (notification.State is Sending or Uncertain && !MayRepeat(followUp, choice))
        {
            await settlement.FailAsync(job, followUp, notification, "UNCERTAIN", [], cancellationToken);
            return true;
        }

        var leaving = new LeavingNotification(followUp, notification, choice.Routes.Count > 0 ? choice.Routes[0].Channel.Id : "", decision.EffectiveDueTime, job.Fence);
        if (!await (notification.State == Failed ? BeginAgainAsync(leaving, cancellationToken) : ledger.BeginAsync(leaving, cancellationToken)))
            return notification.State == Failed;
        await SendAsync(job, followUp, notification, user!, choice, decision.EffectiveDueTime, cancellationToken);
        return true;
    }

    private async Task SendAsync(
        JobRun job, StoredFollowUp followUp, StoredNotification notification, DirectoryUser user, ChannelChoice choice, DateTimeOffset effectiveDueTime, CancellationToken cancellationToken)
    {
        var values = await ValuesAsync(followUp, notification, user, cancellationToken);
        SendOutcome outcome;
        IReadOnlyList<AcceptedMessage> accepted = [];
        try
        {
            var sent = await sender.SendAsync(job, followUp, notification, values, choice.Routes, tokens, cancellationToken);
            (outcome, accepted) = (sent.Outcome, sent.Accepted);
            if (outcome.Result == SendResult.Accepted)
            {
                await settlement.SucceedAsync(job, followUp, notification, sent, cancellationToken);
                return;
            }
        }
        catch (RenderException exception)
        {
            outcome = new(SendResult.Rejected, exception.Reason, "render");
        }

        var patience = followUp.NotificationFrequency < LongestRetry ? followUp.NotificationFrequency : LongestRetry;
        if (outcome.Result is SendResult.Rejected or SendResult.NotReachable)
            await settlement.FailAsync(job, followUp, notification, outcome.Reason, accepted, cancellationToken);
        else if (timeProvider.GetUtcNow() + (outcome.Delay ?? TimeSpan.Zero) >= effectiveDueTime + patience)
            await settlement.FailAsync(job, followUp, notification, "SEND_EXPIRED", accepted, cancellationToken);
        else
            await settlement.RetryAsync(notification, outcome, accepted, cancellationToken);
    }

    private async Task<bool> HoldAsync(JobRun job, StoredFollowUp followUp, StoredNotification notification, SendDecision decision, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (!await NotificationStore.HoldAsync(transaction.Connection, notification, followUp, decision))
            return false;
        if (decision.Until is { } until)
            NotificationPlanner.Enqueue(transaction, followUp.Id, notification.NotificationId, notification.RecordId, notification.UserId, until);
        await job.CommitAsync(transaction, cancellationToken);
        return true;
    }

    private async Task BlockAsync(JobRun job, StoredFollowUp followUp, StoredNotification notification, string reason, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await NotificationStore.BlockAsync(transaction.Connection, notification, reason);
        await settlement.EvaluateAsync(transaction, followUp, notification);
        await job.CommitAsync(transaction, cancellationToken);
    }

    private async Task<bool> BeginAgainAsync(LeavingNotification leaving, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var begins = await NotificationStore.BeginAgainAsync(transaction.Connection, leaving);
        await transaction.CommitAsync(cancellationToken);
        return begins;
    }

    /// <summary>Withdraws what is unsent of a record that does not want it any more; what may have been sent counts as failed.</summary>
    private async Task WithdrawAsync(JobRun job, StoredFollowUp? followUp, StoredNotification notification, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var connection = transaction.Connection;
        if (notification.State == Failed)
            await NotificationStore.MoveAsync(connection, notification.NotificationId, [Failed], Failed, "SUPERSEDED");
        await NotificationStore.MoveAsync(connection, notification.NotificationId, [Pending, Deferred], "CANCELED", "NO_LONGER_WANTED");
        await NotificationStore.MoveAsync(connection, notification.NotificationId, [Sending, Uncertain], Failed, Uncertain);
        if (followUp is not null)
            await settlement.EvaluateAsync(transaction, followUp, notification);
        await job.CommitAsync(transaction, cancellationToken);
    }

    private bool MayRepeat(StoredFollowUp followUp, ChannelChoice choice) =>
        choice.Routes.Count > 0 && (followUp.Definition.Message.UncertainPolicy != V1.UncertainPolicy.Skip || sender.DeduplicatesById(choice.Routes[0]));

    private async Task<TemplateValues> ValuesAsync(StoredFollowUp followUp, StoredNotification notification, DirectoryUser user, CancellationToken cancellationToken)
    {
        var values = followUp.Values();
        using var data = JsonDocument.Parse(notification.Data);
        values.Set("followup", "data", data.RootElement.Clone());
        values.Set("followup", "recordId", notification.RecordId.ToString());
        values.Set("followup", "attempt", notification.Attempt);
        values.Set("followup", "episode", notification.Episode);
        user.AddTo(values);
        foreach (var (name, value) in await directory.GlobalsAsync(cancellationToken))
            values.Set("global", name, JsonSerializer.SerializeToElement(value));
        return values;
    }

    private IReadOnlyList<QuietWindow> Windows(StoredFollowUp followUp, V1.User? user)
    {
        var schedule = followUp.Definition.NotificationSchedule;
        if (schedule.IgnoreQuietHours)
            return [];
        if (user is { QuietHours.Count: > 0 })
            return [.. user.QuietHours.Select(window => QuietWindow.Parse(window)!)];
        return schedule.QuietHours.Count > 0 ? [.. schedule.QuietHours.Select(window => QuietWindow.Parse(window)!)] : [.. options.Value.Windows.OfType<QuietWindow>()];
    }

    private TimeZoneInfo Zone(StoredFollowUp followUp, V1.User? user) => TimeZoneInfo.FindSystemTimeZoneById(
        user is { TimeZone.Length: > 0 } ? user.TimeZone
        : followUp.Definition.NotificationSchedule.TimeZone is { Length: > 0 } zone ? zone
        : options.Value.DefaultTimeZone);
}
