using Dapper;
using Npgsql;

namespace ContactCenter.Durable;

/// <summary>A migration file that was applied.</summary>
/// <param name="Set">Whose file: <c>durable</c>, another library, or the service.</param>
/// <param name="Number">Its number in the set.</param>
/// <param name="Name">Its name without number.</param>
/// <param name="Checksum">SHA-256 of its text, in lower-case hexadecimal digits.</param>
/// <param name="MinReader">The lowest number that a program has to know (DUR-5).</param>
/// <param name="AppliedTime">When it was applied.</param>
/// <param name="Duration">How long that took.</param>
public sealed record AppliedMigration(string Set, int Number, string Name, string Checksum, int MinReader, DateTime AppliedTime, TimeSpan Duration);

/// <summary>Reads which migrations were applied to the service's database.</summary>
/// <param name="dataSource">The service's database.</param>
public sealed class MigrationHistory(NpgsqlDataSource dataSource)
{
    /// <summary>Lists them by set and number.</summary>
    /// <param name="after">Set and number of the last one of the previous page, or null for the first page.</param>
    /// <param name="limit">Most to return.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<AppliedMigration>> ListAsync((string Set, int Number)? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<AppliedMigration>(new CommandDefinition(
            """
            SELECT set, number, name, checksum, min_reader AS MinReader, applied_time AS AppliedTime, duration FROM durable.schema_migration
            WHERE @set::text IS NULL OR (set, number) > (@set, @number)
            ORDER BY set, number
            LIMIT @limit
            """,
            new { set = after?.Set, number = after?.Number, limit },
            cancellationToken: cancellationToken))).AsList();
    }
}
