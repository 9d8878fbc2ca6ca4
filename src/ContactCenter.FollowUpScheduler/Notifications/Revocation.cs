using ContactCenter.Durable;
using ContactCenter.FollowUpScheduler.Channels;
using ContactCenter.FollowUpScheduler.Directories;
using ContactCenter.FollowUpScheduler.History;
using ContactCenter.FollowUpScheduler.Records;
using ContactCenter.ServiceDefaults;

namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>Takes back what is under way to recipients of a record that has ended.</summary>
/// <param name="RecordId">The record.</param>
/// <param name="Episode">The episode that has ended.</param>
public sealed record RevocationJob(Guid RecordId, int Episode)
{
    /// <summary>Kind of these jobs.</summary>
    public const string Kind = "followups.revoke";

    /// <summary>Tries for an hour: later the message has arrived, or does no harm.</summary>
    public static readonly RetryPolicy Policy =
        new("revocations", 8, TimeSpan.FromHours(1), TimeSpan.FromSeconds(5), 2, TimeSpan.FromMinutes(10), 0.2, [new("*", RetryAction.Retry)]);

    /// <summary>Has the messages of records that have ended taken back, where there are any that may not have arrived (FUP-59).</summary>
    /// <param name="transaction">The transaction that ends them.</param>
    /// <param name="ended">The records, each with the episode that has ended.</param>
    public static async Task PlanAsync(DurableTransaction transaction, IReadOnlyCollection<(Guid RecordId, int Episode)> ended)
    {
        if (ended.Count == 0)
            return;
        foreach (var (recordId, episode) in await NotificationStore.WithUnarrivedAsync(transaction.Connection, ended))
            transaction.Enqueue(Kind, new RevocationJob(recordId, episode), new() { DeduplicationKey = $"{recordId}/{episode}" });
    }
}

/// <summary>Takes messages back that were sent and have not arrived, when their record is closed, answered or stopped (FUP-59).</summary>
/// <param name="notifications">The notifications.</param>
/// <param name="directory">The addresses of recipients.</param>
/// <param name="channels">The channels.</param>
/// <param name="types">What they can do.</param>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Now.</param>
public sealed class RevocationHandler(
    NotificationStore notifications, DirectoryStore directory, ChannelBook channels, ChannelTypes types, DurableDatabase database, TimeProvider timeProvider) : IJobHandler
{
    private const string Sent = "SENT";
    private const string Revoked = "REVOKED";

    private static readonly TimeSpan SendingPause = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var order = job.Payload<RevocationJob>();
        var found = await notifications.FindUnarrivedAsync(order.RecordId, order.Episode, cancellationToken);
        var all = await channels.AllAsync(cancellationToken);
        var users = await directory.FindUsersAsync(found.Select(notification => notification.UserId), cancellationToken);
        foreach (var notification in found.Where(notification => notification.RecordEpisode > notification.Episode || notification.RecordState != RecordStates.Active))
        {
            if (notification.State == Sent && all.GetValueOrDefault(notification.ChannelId) is { } channel && types.Of(channel.Definition) is { Capabilities.Revokes: true } type)
                await RevokeAsync(type, new(channel, users.GetValueOrDefault(notification.UserId) is { } user ? ChannelChoice.AddressOf(channel.Definition, user.User) : ""), notification, cancellationToken);
        }

        // What is leaving at this moment is known to have been sent a little later.
        if (found.Any(notification => notification.State != Sent))
            throw new JobWaitException("sending", SendingPause);
    }

    private async Task RevokeAsync(IMessageChannel type, ChannelRoute route, StoredNotification notification, CancellationToken cancellationToken)
    {
        var isWhole = true;
        foreach (var (messageId, providerId) in notification.AcceptedIds.Zip(notification.ProviderIds))
        {
            var outcome = await type.RevokeAsync(route, new(messageId, providerId), cancellationToken);
            if (outcome.Result is SendResult.Retry or SendResult.Unknown)
                throw new JobFailedException(outcome.ErrorClass, $"The channel did not take it back: {outcome.Reason}.") { Delay = outcome.Delay };
            isWhole &= outcome.Result == SendResult.Accepted;
        }

        // Of what has arrived in part nothing changes.
        if (!isWhole)
            return;
        await using var transaction = await database.BeginAsync(cancellationToken);
        var now = RpcTimes.Whole(timeProvider.GetUtcNow());
        var reason = $"RECORD_{(notification.RecordEpisode > notification.Episode ? RecordStates.Closed : notification.RecordState)}";
        if (await NotificationStore.MoveAsync(transaction.Connection, notification.NotificationId, [Sent], Revoked, reason))
        {
            await HistoryStore.AddAsync(transaction.Connection, [HistoryEvent.Of(notification, HistoryEvent.Delivery, notification.ChannelId, notification.AcceptedIds, Revoked, now)]);
            NotificationEvents.StatusChanged(transaction, notification, Revoked, reason, now);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
