using ContactCenter.Durable.Jobs;
using ContactCenter.Durable.Outbox;
using Npgsql;

namespace ContactCenter.Durable.DeadLetters;

/// <summary>What operators do with dead letters: replay one or discard one. Nothing is replayed by itself (DUR-49, DUR-52, DUR-53).</summary>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">When letters are closed.</param>
public sealed class DeadLetterDesk(DurableDatabase database, TimeProvider timeProvider)
{
    private const int MaxReasonLength = 500;

    /// <summary>Lists letters, newest first.</summary>
    /// <param name="filter">Which letters.</param>
    /// <param name="after">The last letter of the previous page, or null for the first.</param>
    /// <param name="limit">Most letters to return, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<StoredDeadLetter>> ListAsync(DeadLetterFilter filter, StoredDeadLetter? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(Math.Clamp(limit, 1, 1_000), limit);
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        return await DeadLetterStore.ListAsync(connection, filter, after, limit);
    }

    /// <summary>Reads one letter, or null if there is none of this id.</summary>
    public async Task<StoredDeadLetter?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        return await DeadLetterStore.FindAsync(connection, id, forUpdate: false);
    }

    /// <summary>Moves a letter's item back to where it came from, with attempts and age from zero.</summary>
    /// <exception cref="DeadLetterNotFoundException">No letter has this id.</exception>
    /// <exception cref="DeadLetterStateException">The letter is not PENDING, or cannot be read and so not be replayed.</exception>
    public async Task ReplayAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await ReplayAsync(transaction, id);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Closes a letter whose item is not wanted any more.</summary>
    /// <param name="id">The letter.</param>
    /// <param name="reason">Why, 1 to 500 characters.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <exception cref="ArgumentException">The reason is empty or too long.</exception>
    /// <exception cref="DeadLetterNotFoundException">No letter has this id.</exception>
    /// <exception cref="DeadLetterStateException">The letter is not PENDING.</exception>
    public async Task DiscardAsync(Guid id, string reason, CancellationToken cancellationToken)
    {
        if (reason.Length is 0 or > MaxReasonLength)
            throw new ArgumentException($"A reason has 1 to {MaxReasonLength} characters; this one has {reason.Length}.", nameof(reason));
        await using var transaction = await database.BeginAsync(cancellationToken);
        var letter = await TakePendingAsync(transaction.Connection, id);
        if (letter.Source is DeadLetterSource.Job)
            transaction.Discard(letter.ItemId, letter.Key);
        await DeadLetterStore.DiscardAsync(transaction.Connection, id, reason, timeProvider.GetUtcNow());
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task ReplayAsync(DurableTransaction transaction, Guid id)
    {
        var letter = await TakePendingAsync(transaction.Connection, id);
        if (letter.Reason == "UNREADABLE")
            throw new DeadLetterStateException(id, letter.State, "its bytes could not be read, so there is nothing to replay");
        await DeadLetterStore.MarkReplayedAsync(transaction.Connection, id, timeProvider.GetUtcNow());
        if (letter.Source is DeadLetterSource.Job)
        {
            // A live job with its de-duplication key takes its place.
            var now = timeProvider.GetUtcNow();
            transaction.Replay(new QueuedJob(
                new EnqueuedJob(letter.ItemId), letter.Kind, letter.Group, letter.Key, letter.DeduplicationKey, letter.Payload, now, now, letter.TraceParent, MovesExisting: false));
            return;
        }

        if (letter.Source is DeadLetterSource.Inbox)
            await DeadLetterStore.ForgetConsumedAsync(transaction.Connection, letter.Group, letter.ItemId);

        // A message goes back through the outbox under its old id: to its exchange, or to the exchange that feeds its consumer's queue alone.
        transaction.Add(new OutboxMessage(letter.ItemId, letter.Key, letter.Kind, letter.Group, Mandatory: true, letter.Payload, timeProvider.GetUtcNow(), letter.TraceParent));
    }

    private static async Task<StoredDeadLetter> TakePendingAsync(NpgsqlConnection connection, Guid id)
    {
        var letter = await DeadLetterStore.FindAsync(connection, id, forUpdate: true) ?? throw new DeadLetterNotFoundException(id);
        return letter.State == DeadLetterState.Pending ? letter : throw new DeadLetterStateException(id, letter.State, "only a PENDING letter can be replayed or discarded");
    }
}
