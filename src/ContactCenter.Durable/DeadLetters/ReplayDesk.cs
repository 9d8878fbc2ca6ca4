using System.Security.Cryptography;

namespace ContactCenter.Durable.DeadLetters;

/// <summary>Bulk replays: a dry run, which shows what would happen and gives a token, and the real one, which runs as a durable job (DUR-50).</summary>
/// <remarks>Changes are written in the caller's transaction, with its audit entry; the caller commits.</remarks>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Age of tokens.</param>
public sealed class ReplayDesk(DurableDatabase database, TimeProvider timeProvider)
{
    /// <summary>Letters per second if nothing else is asked for.</summary>
    public const int DefaultRate = 50;

    /// <summary>Most letters per second.</summary>
    public const int MaxRate = 1_000;

    /// <summary>For how long the token of a dry run is valid.</summary>
    public static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(10);

    /// <summary>Counts the PENDING letters that match and can be replayed, and remembers which exist now.</summary>
    public async Task<ReplayPreview> PreviewAsync(DurableTransaction transaction, DeadLetterFilter filter)
    {
        var snapshot = await ReplayStore.TakeSnapshotAsync(transaction.Connection);
        var preview = await DeadLetterStore.PreviewAsync(transaction.Connection, filter, snapshot);
        var id = new Guid(RandomNumberGenerator.GetBytes(16));
        await ReplayStore.AddAsync(transaction.Connection, id, filter, snapshot, preview.Count, timeProvider.GetUtcNow());
        return preview with { Token = id.ToString() };
    }

    /// <summary>Starts the replay of the letters that a dry run found.</summary>
    /// <param name="transaction">The caller's.</param>
    /// <param name="filter">The filter of the dry run.</param>
    /// <param name="token">What the dry run gave.</param>
    /// <param name="ratePerSecond">Letters per second, 1 to 1,000.</param>
    /// <param name="reRender">Tells the handlers of jobs to render their stored requests anew.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is out of range.</exception>
    /// <exception cref="ReplayTokenException">The token is unknown, used, older than 10 minutes or that of another filter.</exception>
    public async Task<BulkReplay> StartAsync(DurableTransaction transaction, DeadLetterFilter filter, string token, int ratePerSecond = DefaultRate, bool reRender = false)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(Math.Clamp(ratePerSecond, 1, MaxRate), ratePerSecond);
        var now = timeProvider.GetUtcNow();
        var replay = Guid.TryParse(token, out var id)
            ? await ReplayStore.StartAsync(transaction.Connection, id, ratePerSecond, reRender, now, now - TokenLife)
            : null;
        if (replay is null || replay.Filter != filter)
            throw new ReplayTokenException();
        transaction.Enqueue(ReplayHandler.Kind, new ReplayStep(id));
        return replay;
    }

    /// <summary>Reads how far a replay is.</summary>
    /// <exception cref="ReplayNotFoundException">No replay with this id was started.</exception>
    public async Task<BulkReplay> GetAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await ReplayStore.FindAsync(connection, id) ?? throw new ReplayNotFoundException(id);
    }

    /// <summary>Ends a running replay, once the second's portion in hand is moved back; ending a cancelled one changes nothing.</summary>
    /// <exception cref="ReplayNotFoundException">No replay with this id was started.</exception>
    /// <exception cref="ReplayDoneException">All its letters were moved back before.</exception>
    public async Task<BulkReplay> CancelAsync(DurableTransaction transaction, Guid id)
    {
        await ReplayStore.CancelAsync(transaction.Connection, id, timeProvider.GetUtcNow());
        var replay = await ReplayStore.FindAsync(transaction.Connection, id) ?? throw new ReplayNotFoundException(id);
        return replay.State == ReplayState.Cancelled ? replay : throw new ReplayDoneException(id);
    }
}
