using ContactCenter.Durable;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Directories;
using ContactCenter.FollowUpScheduler.Records;
using ContactCenter.ServiceDefaults;

namespace ContactCenter.FollowUpScheduler.Notifications;

/// <summary>A notification with what is decided by.</summary>
/// <param name="Notification">The notification.</param>
/// <param name="FollowUp">Its follow-up; null if that is deleted.</param>
/// <param name="User">The recipient; null if he is not known any more.</param>
public sealed record DueNotification(StoredNotification Notification, StoredFollowUp? FollowUp, DirectoryUser? User);

/// <summary>A notification that is to leave.</summary>
/// <param name="FollowUp">The follow-up.</param>
/// <param name="Notification">The notification as it was decided by.</param>
/// <param name="ChannelId">The channel that is tried first.</param>
/// <param name="EffectiveDueTime">When it was due.</param>
/// <param name="Fence">Number of the claim.</param>
public sealed record LeavingNotification(StoredFollowUp FollowUp, StoredNotification Notification, string ChannelId, DateTimeOffset EffectiveDueTime, long Fence);

/// <summary>What is read and written of notifications that are due. Many are at once, so that it is joined.</summary>
public sealed class NotificationLedger
{
    /// <summary>Most notifications of one transaction.</summary>
    public const int MostInBatch = 100;

    private readonly DurableDatabase _database;
    private readonly NotificationStore _store;
    private readonly FollowUpStore _followUps;
    private readonly DirectoryStore _directory;
    private readonly TimeProvider _time;
    private readonly Batches<Guid, DueNotification?> _finding;
    private readonly Batches<LeavingNotification, bool> _beginning;
    private readonly Batches<NotedMessages, bool> _noting;

    /// <summary>Creates the ledger.</summary>
    /// <param name="database">The service's database.</param>
    /// <param name="store">The notifications.</param>
    /// <param name="followUps">The follow-ups.</param>
    /// <param name="directory">The recipients.</param>
    /// <param name="timeProvider">Now.</param>
    public NotificationLedger(DurableDatabase database, NotificationStore store, FollowUpStore followUps, DirectoryStore directory, TimeProvider timeProvider)
    {
        (_database, _store, _followUps, _directory, _time) = (database, store, followUps, directory, timeProvider);
        _finding = new(MostInBatch, FindAsync);
        _beginning = new(MostInBatch, BeginAsync);
        _noting = new(MostInBatch, NoteAsync);
    }

    /// <summary>Finds a notification with what is decided by.</summary>
    /// <param name="notificationId">The notification.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null if there is none.</returns>
    public Task<DueNotification?> FindAsync(Guid notificationId, CancellationToken cancellationToken) => _finding.AddAsync(notificationId).WaitAsync(cancellationToken);

    /// <summary>Moves a notification to SENDING and plans the next attempt from its effective due time (FUP-65, FUP-70).</summary>
    /// <param name="leaving">The notification.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if what it was decided by has changed meanwhile.</returns>
    public Task<bool> BeginAsync(LeavingNotification leaving, CancellationToken cancellationToken) => _beginning.AddAsync(leaving).WaitAsync(cancellationToken);

    /// <summary>Notes ids of messages before they leave, so that receipts find them however early they come.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task NoteAsync(NotedMessages messages, CancellationToken cancellationToken) => _noting.AddAsync(messages).WaitAsync(cancellationToken);

    private async Task<IReadOnlyList<DueNotification?>> FindAsync(IReadOnlyList<Guid> ids)
    {
        var found = await _store.FindAsync(ids, CancellationToken.None);
        var followUps = await _followUps.FindAsync([.. found.Values.Select(notification => notification.FollowUpId).Distinct()], CancellationToken.None);
        var users = await _directory.FindUsersAsync(found.Values.Select(notification => notification.UserId), CancellationToken.None);
        return [.. ids.Select(id => found.GetValueOrDefault(id) is { } notification
            ? new DueNotification(notification, followUps.GetValueOrDefault(notification.FollowUpId), users.GetValueOrDefault(notification.UserId))
            : null)];
    }

    private async Task<IReadOnlyList<bool>> BeginAsync(IReadOnlyList<LeavingNotification> leaving)
    {
        await using var transaction = await _database.BeginAsync(CancellationToken.None);
        var begun = await NotificationStore.BeginAsync(transaction.Connection, leaving);
        var next = leaving.Where(item => begun.Contains(item.Notification.NotificationId) && item.Notification.Attempt < item.FollowUp.Attempts);
        foreach (var planned in next.GroupBy(item => (item.FollowUp.Id, Due: item.EffectiveDueTime + item.FollowUp.NotificationFrequency)))
        {
            var attempts = planned.Select(item => new PlannedAttempt(item.Notification.RecordId, item.Notification.Episode, item.Notification.UserId, item.Notification.Attempt + 1)).ToList();
            await NotificationPlanner.PlanAsync(transaction, planned.Key.Id, attempts, planned.Key.Due, RpcTimes.Whole(_time.GetUtcNow()));
        }

        await transaction.CommitAsync(CancellationToken.None);
        return [.. leaving.Select(item => begun.Contains(item.Notification.NotificationId))];
    }

    private async Task<IReadOnlyList<bool>> NoteAsync(IReadOnlyList<NotedMessages> messages)
    {
        await using var connection = await _database.OpenAsync(CancellationToken.None);
        await NotificationStore.NoteMessagesAsync(connection, messages);
        return [.. messages.Select(_ => true)];
    }
}
