using System.Text;
using ContactCenter.Durable.Jobs;
using ContactCenter.Durable.Outbox;

namespace ContactCenter.Durable.DeadLetters;

/// <summary>What operators do with dead letters: read, replay or discard them. Nothing is replayed by itself (DUR-48, DUR-49, DUR-52, DUR-53).</summary>
/// <remarks>Changes are written in the caller's transaction, with its audit entry; the caller commits.</remarks>
/// <param name="database">The service's database.</param>
/// <param name="mask">Applied to payloads that are read.</param>
/// <param name="observers">Told of letters that are discarded.</param>
/// <param name="timeProvider">When letters are closed.</param>
public sealed class DeadLetterDesk(DurableDatabase database, IDeadLetterMask mask, IEnumerable<IDeadLetterObserver> observers, TimeProvider timeProvider)
{
    /// <summary>Longest reason of a discard, in characters.</summary>
    public const int MaxReasonLength = 500;

    /// <summary>Lists letters without their payloads, newest first. A letter that fails again meanwhile moves to the front; no other is listed twice or left out.</summary>
    /// <param name="filter">Which letters.</param>
    /// <param name="after">The last letter of the previous page, or null for the first.</param>
    /// <param name="limit">Most letters to return, 1 to 1,001: one more than a page, which tells whether another follows.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<StoredDeadLetter>> ListAsync(DeadLetterFilter filter, DeadLetterPosition? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(Math.Clamp(limit, 1, 1_001), limit);
        await using var connection = await database.OpenAsync(cancellationToken);
        return await DeadLetterStore.ListAsync(connection, filter, after, limit);
    }

    /// <summary>How many letters of a kind are PENDING.</summary>
    /// <param name="kind">Kind of job, or type of message.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<long> CountPendingAsync(string kind, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await DeadLetterStore.CountPendingAsync(connection, kind);
    }

    /// <summary>Reads one letter with its payload masked.</summary>
    /// <exception cref="DeadLetterNotFoundException">No letter has this id.</exception>
    public async Task<StoredDeadLetter> GetAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var letter = await DeadLetterStore.FindAsync(connection, id) ?? throw new DeadLetterNotFoundException(id);
        return letter with { Payload = Encoding.UTF8.GetBytes(mask.Payload(Encoding.UTF8.GetString(letter.Payload!))) };
    }

    /// <summary>Reads one letter with its payload as it is: only for a caller with the admin scope, whose transaction holds the audit entry of this look.</summary>
    /// <exception cref="DeadLetterNotFoundException">No letter has this id.</exception>
    public static async Task<StoredDeadLetter> GetUnmaskedAsync(DurableTransaction transaction, Guid id) =>
        await DeadLetterStore.FindAsync(transaction.Connection, id) ?? throw new DeadLetterNotFoundException(id);

    /// <summary>Moves a letter's item back to where it came from, with attempts and age from zero.</summary>
    /// <param name="transaction">The caller's.</param>
    /// <param name="id">The letter.</param>
    /// <param name="reRender">Tells the handler of a job to render its stored request anew, see <see cref="JobRun.IsReRenderAskedAsync"/>; messages ignore it.</param>
    /// <returns>The letter with its new generation.</returns>
    /// <exception cref="DeadLetterNotFoundException">No letter has this id.</exception>
    /// <exception cref="DeadLetterStateException">The letter is not PENDING, or cannot be read and so not be replayed.</exception>
    public async Task<StoredDeadLetter> ReplayAsync(DurableTransaction transaction, Guid id, bool reRender = false)
    {
        var letter = await DeadLetterStore.TakeForReplayAsync(transaction.Connection, id, reRender, timeProvider.GetUtcNow()) ?? throw await NotPendingAsync(transaction, id);
        if (letter.Reason == "UNREADABLE")
            throw new DeadLetterStateException(id, DeadLetterState.Pending, "its bytes could not be read, so there is nothing to replay");
        await MoveBackAsync(transaction, [letter]);
        return letter;
    }

    /// <summary>Closes a letter whose item is not wanted any more.</summary>
    /// <param name="transaction">The caller's.</param>
    /// <param name="id">The letter.</param>
    /// <param name="reason">Why, 1 to 500 characters.</param>
    /// <returns>The letter as it is now.</returns>
    /// <exception cref="ArgumentException">The reason is empty or too long.</exception>
    /// <exception cref="DeadLetterNotFoundException">No letter has this id.</exception>
    /// <exception cref="DeadLetterStateException">The letter is not PENDING.</exception>
    public async Task<StoredDeadLetter> DiscardAsync(DurableTransaction transaction, Guid id, string reason)
    {
        if (reason.Length is 0 or > MaxReasonLength)
            throw new ArgumentException($"A reason has 1 to {MaxReasonLength} characters; this one has {reason.Length}.", nameof(reason));
        var letter = await DeadLetterStore.DiscardAsync(transaction.Connection, id, reason, timeProvider.GetUtcNow()) ?? throw await NotPendingAsync(transaction, id);
        FreeKeys(transaction, [letter]);
        foreach (var observer in observers)
            await observer.DiscardedAsync(transaction, letter);
        return letter;
    }

    /// <summary>Closes PENDING letters as SUPERSEDED: called by a service that has newer work in their place.</summary>
    /// <param name="transaction">The one that holds the newer work.</param>
    /// <param name="filter">Which letters, usually by kind and key.</param>
    /// <returns>How many.</returns>
    public async Task<int> SupersedeAsync(DurableTransaction transaction, DeadLetterFilter filter)
    {
        var letters = await DeadLetterStore.SupersedeAsync(transaction.Connection, filter, timeProvider.GetUtcNow());
        FreeKeys(transaction, letters);
        return letters.Count;
    }

    /// <summary>Moves the items of replayed letters back in the given order: jobs to the head of their key if they hold it (mode STRICT), else to its end, messages through the outbox under their old id.</summary>
    internal async Task MoveBackAsync(DurableTransaction transaction, IReadOnlyList<StoredDeadLetter> letters)
    {
        var now = timeProvider.GetUtcNow();
        var consumed = letters.Where(letter => letter.Source == DeadLetterSource.Inbox).ToList();
        if (consumed.Count > 0)
            await DeadLetterStore.ForgetConsumedAsync(transaction.Connection, consumed);
        foreach (var letter in letters)
        {
            // A job's place is taken by a live one with its de-duplication key. A message goes to its exchange, or to the one that feeds its consumer's queue alone.
            if (letter.Source is DeadLetterSource.Job or DeadLetterSource.Egress)
                transaction.Replay(new QueuedJob(
                    new EnqueuedJob(letter.ItemId), letter.Kind, letter.Group, letter.Key, letter.DeduplicationKey, letter.Payload!, now, now, letter.TraceParent, MovesExisting: false));
            else
                transaction.Add(new OutboxMessage(letter.ItemId, letter.Key, letter.Kind, letter.Group, Mandatory: true, letter.Payload!, now, letter.TraceParent));
        }
    }

    // In mode STRICT the dead job has held back its key until now.
    private static void FreeKeys(DurableTransaction transaction, IEnumerable<StoredDeadLetter> closed)
    {
        foreach (var letter in closed.Where(letter => letter.Source == DeadLetterSource.Job))
            transaction.Discard(letter.ItemId, letter.Key);
    }

    private static async Task<Exception> NotPendingAsync(DurableTransaction transaction, Guid id) =>
        await DeadLetterStore.FindAsync(transaction.Connection, id) is { } letter
            ? new DeadLetterStateException(id, letter.State, "only a PENDING letter can be replayed or discarded")
            : new DeadLetterNotFoundException(id);
}
