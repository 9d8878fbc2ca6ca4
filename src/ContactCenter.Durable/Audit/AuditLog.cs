using System.Runtime.CompilerServices;

namespace ContactCenter.Durable.Audit;

/// <summary>Reads the audit log; entries are written with <see cref="DurableTransaction.Audit"/>, and nothing changes or removes one (DUR-60).</summary>
/// <param name="database">The service's database.</param>
public sealed class AuditLog(DurableDatabase database)
{
    private const int PortionSize = 1_000;

    /// <summary>Lists entries, newest first.</summary>
    /// <param name="filter">Which entries.</param>
    /// <param name="after">Time and number of the last entry of the previous page, or null for the first page.</param>
    /// <param name="limit">Most entries to return, 1 to 1,001.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<StoredAuditEntry>> ListAsync(AuditFilter filter, (DateTimeOffset Time, long Seq)? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await AuditStore.ListAsync(connection, filter, after, newestFirst: true, limit);
    }

    /// <summary>Reads all entries in the order of their writing, in portions, holding no connection in between.</summary>
    /// <param name="filter">Which entries.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async IAsyncEnumerable<StoredAuditEntry> ReadAsync(AuditFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (DateTimeOffset, long)? after = null;
        IReadOnlyList<StoredAuditEntry> portion;
        do
        {
            await using (var connection = await database.OpenAsync(cancellationToken))
                portion = await AuditStore.ListAsync(connection, filter, after, newestFirst: false, PortionSize);
            foreach (var entry in portion)
            {
                yield return entry;
                after = (entry.Time, entry.Seq);
            }
        }
        while (portion.Count == PortionSize);
    }
}
