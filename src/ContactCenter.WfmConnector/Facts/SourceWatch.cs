using ContactCenter.Durable;
using ContactCenter.Wfm.V1;
using Dapper;
using Npgsql;

namespace ContactCenter.WfmConnector.Facts;

/// <summary>Knows when Insights was last heard of (WFM-16).</summary>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Now.</param>
public sealed class SourceWatch(DurableDatabase database, TimeProvider timeProvider)
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan Accuracy = TimeSpan.FromSeconds(5);

    private long _toldTicks;

    /// <summary>Writes that something was heard, every few seconds.</summary>
    /// <param name="connection">In the transaction of a message.</param>
    public async Task HearAsync(NpgsqlConnection connection)
    {
        var now = timeProvider.GetUtcNow();
        if (Math.Abs(now.Ticks - Volatile.Read(ref _toldTicks)) < Accuracy.Ticks)
            return;
        Volatile.Write(ref _toldTicks, now.Ticks);
        // Whoever holds the row is told by the next message: facts never wait for it.
        await connection.ExecuteAsync("UPDATE wfm.source SET heard_time = @now WHERE only_one IN (SELECT only_one FROM wfm.source FOR UPDATE SKIP LOCKED)", new { now });
    }

    /// <summary>Whether what is known may be out of date.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<SourceState> StateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await StateAsync(connection, cancellationToken);
    }

    /// <summary>Whether what is known may be out of date.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<SourceState> StateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var heard = await connection.QuerySingleOrDefaultAsync<DateTime?>(new CommandDefinition("SELECT heard_time FROM wfm.source", cancellationToken: cancellationToken));
        return heard is { } time && timeProvider.GetUtcNow() - time <= LongestSilence ? SourceState.Live : SourceState.Stale;
    }
}
