using System.Globalization;
using ContactCenter.Durable;
using Dapper;
using Google.Protobuf;
using Npgsql;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>A definition that follow-ups refer to, as it is stored.</summary>
/// <typeparam name="T">Integration or channel.</typeparam>
/// <param name="Id">Identity.</param>
/// <param name="Revision">Number of the present revision, from 1.</param>
/// <param name="Definition">What is configured, without what the service sets.</param>
public sealed record StoredDefinition<T>(string Id, long Revision, T Definition)
{
    /// <summary>Names the present revision.</summary>
    public string Etag => Revision.ToString(CultureInfo.InvariantCulture);
}

/// <summary>All SQL of integrations, and of channels: two tables of one form.</summary>
/// <typeparam name="T">Integration or channel.</typeparam>
/// <param name="database">The service's database.</param>
/// <param name="noun">The noun in the singular; the table's name is its plural.</param>
/// <param name="parser">Reads definitions.</param>
public sealed class DefinitionStore<T>(DurableDatabase database, string noun, MessageParser<T> parser)
    where T : IMessage<T>
{
    private readonly string _columns = $"{noun}_id AS Id, revision AS Revision, definition AS Definition";

    /// <summary>Stores a new definition.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="stored">The definition.</param>
    /// <returns>False if there is one of this id.</returns>
    public async Task<bool> AddAsync(NpgsqlConnection connection, StoredDefinition<T> stored) => await connection.ExecuteAsync(
        $"INSERT INTO followups.{noun}s ({noun}_id, revision, definition) VALUES (@Id, @Revision, @definition) ON CONFLICT DO NOTHING",
        new { stored.Id, stored.Revision, definition = stored.Definition.ToByteArray() }) == 1;

    /// <summary>Replaces a definition.</summary>
    /// <param name="connection">In a transaction that has locked it.</param>
    /// <param name="stored">With its new revision.</param>
    public Task ReplaceAsync(NpgsqlConnection connection, StoredDefinition<T> stored) => connection.ExecuteAsync(
        $"UPDATE followups.{noun}s SET revision = @Revision, definition = @definition WHERE {noun}_id = @Id",
        new { stored.Id, stored.Revision, definition = stored.Definition.ToByteArray() });

    /// <summary>Removes a definition.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The definition.</param>
    public Task DeleteAsync(NpgsqlConnection connection, string id) => connection.ExecuteAsync($"DELETE FROM followups.{noun}s WHERE {noun}_id = @id", new { id });

    /// <summary>Finds a definition and keeps others from changing it.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">The definition.</param>
    /// <returns>Null if there is none.</returns>
    public async Task<StoredDefinition<T>?> LockAsync(NpgsqlConnection connection, string id) => (await connection.QueryAsync<(string, long, byte[])>(
        $"SELECT {_columns} FROM followups.{noun}s WHERE {noun}_id = @id FOR UPDATE", new { id })).Select(Read).SingleOrDefault();

    /// <summary>Finds definitions.</summary>
    /// <param name="ids">The definitions.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Those that exist, by id.</returns>
    public async Task<IReadOnlyDictionary<string, StoredDefinition<T>>> FindAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await FindAsync(connection, ids, cancellationToken);
    }

    /// <summary>Finds definitions.</summary>
    /// <param name="connection">In a transaction or not.</param>
    /// <param name="ids">The definitions.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Those that exist, by id.</returns>
    public async Task<IReadOnlyDictionary<string, StoredDefinition<T>>> FindAsync(NpgsqlConnection connection, IEnumerable<string> ids, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<(string, long, byte[])>(new(
            $"SELECT {_columns} FROM followups.{noun}s WHERE {noun}_id = ANY (@ids)", new { ids = ids.ToArray() }, cancellationToken: cancellationToken)))
            .Select(Read).ToDictionary(stored => stored.Id, StringComparer.Ordinal);

    /// <summary>Lists definitions by id.</summary>
    /// <param name="after">Begin after this one; empty for the first page.</param>
    /// <param name="limit">Most definitions.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<StoredDefinition<T>>> ListAsync(string after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. (await connection.QueryAsync<(string, long, byte[])>(new(
            $"SELECT {_columns} FROM followups.{noun}s WHERE {noun}_id COLLATE \"C\" > @after ORDER BY {noun}_id COLLATE \"C\" LIMIT @limit",
            new { after, limit },
            cancellationToken: cancellationToken))).Select(Read)];
    }

    private StoredDefinition<T> Read((string Id, long Revision, byte[] Definition) row) => new(row.Id, row.Revision, parser.ParseFrom(row.Definition));
}
