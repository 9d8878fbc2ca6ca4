using Dapper;
using Npgsql;

namespace ContactCenter.Durable.Inbox;

/// <summary>All SQL of the inbox.</summary>
/// <param name="dataSource">The service's database.</param>
internal sealed class InboxStore(NpgsqlDataSource dataSource)
{
    /// <summary>Writes the row of a message in the caller's transaction, waiting for another transaction that handles the same message.</summary>
    /// <returns>False if the message has had its effect (DUR-15).</returns>
    /// <exception cref="PostgresException">23514: the day of the message has no partition yet; see <see cref="AddPartitionsAsync"/>.</exception>
    public static async Task<bool> TryAddAsync(NpgsqlConnection connection, string consumer, Guid messageId) =>
        await connection.ExecuteAsync(
            "INSERT INTO durable.inbox_messages (message_id, consumer) VALUES (@messageId, @consumer) ON CONFLICT DO NOTHING", new { messageId, consumer }) == 1;

    /// <summary>Adds the partitions of a UTC day and of some days after it where they are missing.</summary>
    public async Task AddPartitionsAsync(DateOnly day, int daysAfter, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT durable.add_inbox_partition($1 + n) FROM generate_series(0, $2) AS n");
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = day });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = daysAfter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Drops the partitions of days before the given one.</summary>
    public async Task DropPartitionsAsync(DateOnly before, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT durable.drop_inbox_partitions($1)");
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = before });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether a message is the replay of a dead letter, which proves that it has had no effect.</summary>
    public async Task<bool> IsReplayAsync(string consumer, Guid messageId)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM durable.dead_letters WHERE source = 'INBOX' AND group_name = @consumer AND item_id = @messageId AND state = 'REPLAYED')",
            new { consumer, messageId });
    }
}
