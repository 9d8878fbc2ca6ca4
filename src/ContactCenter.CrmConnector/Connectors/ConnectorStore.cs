using ContactCenter.Crm.V1;
using ContactCenter.Durable;
using ContactCenter.Egress.Secrets;
using Dapper;
using Google.Protobuf;
using Npgsql;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>All SQL of connectors, their revisions and secrets.</summary>
/// <param name="database">The service's database.</param>
/// <param name="keys">Encrypts secrets.</param>
public sealed class ConnectorStore(DurableDatabase database, SecretKeyRing keys)
{
    private const string Columns =
        "connector_id AS ConnectorId, active AS Active, revision AS Revision, definition AS Definition, create_time AS CreateTime, update_time AS UpdateTime";

    /// <summary>The column of secrets, so that it follows a change of the key (SEC-2).</summary>
    public static SecretColumn SecretColumn { get; } = new("crm", new("connector_secrets", "value", ""), "connector_id || '/' || name");

    /// <summary>Stores a new connector.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="connector">The connector.</param>
    /// <returns>False if there is one of this id.</returns>
    public static async Task<bool> AddAsync(NpgsqlConnection connection, StoredConnector connector) => await connection.ExecuteAsync(
        """
        INSERT INTO crm.connectors (connector_id, revision, definition, create_time, update_time)
        VALUES (@ConnectorId, @Revision, @definition, @CreateTime, @UpdateTime) ON CONFLICT DO NOTHING
        """,
        new { connector.ConnectorId, connector.Revision, definition = connector.Definition.ToByteArray(), connector.CreateTime, connector.UpdateTime }) == 1;

    /// <summary>Replaces a connector's configuration.</summary>
    /// <param name="connection">In a transaction that has locked it.</param>
    /// <param name="connector">With its new revision.</param>
    public static Task ReplaceAsync(NpgsqlConnection connection, StoredConnector connector) => connection.ExecuteAsync(
        "UPDATE crm.connectors SET revision = @Revision, definition = @definition, update_time = @UpdateTime WHERE connector_id = @ConnectorId",
        new { connector.ConnectorId, connector.Revision, definition = connector.Definition.ToByteArray(), connector.UpdateTime });

    /// <summary>Keeps the present revision, and the secrets that it brings and needs.</summary>
    /// <param name="connection">In the transaction that saves it.</param>
    /// <param name="connector">As stored.</param>
    /// <param name="secrets">Those it needs but for that of its grant; an empty value keeps the stored one.</param>
    /// <param name="author">Who saves it.</param>
    internal async Task KeepAsync(NpgsqlConnection connection, StoredConnector connector, IReadOnlyList<ConnectorSecret> secrets, string author)
    {
        var given = secrets.Where(secret => secret.Value.Length > 0).ToList();
        await connection.ExecuteAsync(
            """
            INSERT INTO crm.connector_revisions (connector_id, revision, definition, author, save_time) VALUES (@ConnectorId, @Revision, @definition, @author, @UpdateTime);
            DELETE FROM crm.connector_secrets WHERE connector_id = @ConnectorId AND name <> ALL (@needed);
            INSERT INTO crm.connector_secrets (connector_id, name, value) SELECT @ConnectorId, * FROM unnest(@names, @values)
            ON CONFLICT (connector_id, name) DO UPDATE SET value = excluded.value
            """,
            new
            {
                connector.ConnectorId,
                connector.Revision,
                definition = connector.Definition.ToByteArray(),
                author,
                connector.UpdateTime,
                needed = secrets.Select(secret => secret.Name).ToArray(),
                names = given.Select(secret => secret.Name).ToArray(),
                values = given.Select(secret => keys.Encrypt(Place(connector.ConnectorId, secret.Name), secret.Value)).ToArray(),
            });
    }

    /// <summary>Removes a connector with all that belongs to it.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="connectorId">The connector.</param>
    public static Task DeleteAsync(NpgsqlConnection connection, string connectorId) =>
        connection.ExecuteAsync("DELETE FROM crm.connectors WHERE connector_id = @connectorId", new { connectorId });

    /// <summary>Puts a connector to use in the place of the one that is. Two calls at once follow each other.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="connectorId">The connector.</param>
    public static Task ActivateAsync(NpgsqlConnection connection, string connectorId) => connection.ExecuteAsync(
        """
        SELECT FROM crm.connectors ORDER BY connector_id FOR UPDATE;
        UPDATE crm.connectors SET active = false WHERE active AND connector_id <> @connectorId;
        UPDATE crm.connectors SET active = true WHERE connector_id = @connectorId
        """,
        new { connectorId });

    /// <summary>Finds a connector and keeps others from changing it.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="connectorId">The connector.</param>
    /// <returns>Null if there is none.</returns>
    public static async Task<StoredConnector?> LockAsync(NpgsqlConnection connection, string connectorId) => (await connection.QuerySingleOrDefaultAsync<Row>(
        $"SELECT {Columns} FROM crm.connectors WHERE connector_id = @connectorId FOR UPDATE", new { connectorId }))?.ToConnector();

    /// <summary>Finds a connector.</summary>
    /// <param name="connectorId">The connector.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if there is none.</returns>
    public async Task<StoredConnector?> FindAsync(string connectorId, CancellationToken cancellationToken) =>
        (await QueryAsync<Row>($"SELECT {Columns} FROM crm.connectors WHERE connector_id = @connectorId", new { connectorId }, cancellationToken)).SingleOrDefault()?.ToConnector();

    /// <summary>Finds the connector in use.</summary>
    /// <param name="connection">Open.</param>
    /// <returns>Null if there is none.</returns>
    public static async Task<StoredConnector?> FindActiveAsync(NpgsqlConnection connection) =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM crm.connectors WHERE active"))?.ToConnector();

    /// <summary>Selects the connectors of a session's operations, and the one in use.</summary>
    /// <param name="session">An expression for the session's name.</param>
    internal static string SelectOf(string session) =>
        $"SELECT {Columns} FROM crm.connectors WHERE active OR connector_id IN (SELECT o.connector_id FROM crm.operations o WHERE o.session = {session})";

    /// <summary>Reads what <see cref="SelectOf"/> selects.</summary>
    /// <param name="found">Answer of several statements.</param>
    internal static async Task<IReadOnlyList<StoredConnector>> ReadAsync(SqlMapper.GridReader found) => [.. (await found.ReadAsync<Row>()).Select(row => row.ToConnector())];

    /// <summary>Finds the connector in use.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if there is none.</returns>
    public async Task<StoredConnector?> FindActiveAsync(CancellationToken cancellationToken) =>
        (await QueryAsync<Row>($"SELECT {Columns} FROM crm.connectors WHERE active", new { }, cancellationToken)).SingleOrDefault()?.ToConnector();

    /// <summary>Lists connectors by id.</summary>
    /// <param name="after">Begin after this one; empty for the first page.</param>
    /// <param name="limit">Most connectors.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<StoredConnector>> ListAsync(string after, int limit, CancellationToken cancellationToken) =>
        [.. (await QueryAsync<Row>(
            $"SELECT {Columns} FROM crm.connectors WHERE connector_id COLLATE \"C\" > @after ORDER BY connector_id COLLATE \"C\" LIMIT @limit",
            new { after, limit },
            cancellationToken)).Select(row => row.ToConnector())];

    /// <summary>Lists the revisions of a connector, the newest first.</summary>
    /// <param name="connectorId">The connector.</param>
    /// <param name="before">Begin before this one.</param>
    /// <param name="limit">Most revisions.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<(long Revision, Connector Definition, string Author, DateTimeOffset SaveTime)>> ListRevisionsAsync(
        string connectorId, long before, int limit, CancellationToken cancellationToken) =>
        [.. (await QueryAsync<(long Revision, byte[] Definition, string Author, DateTime SaveTime)>(
            """
            SELECT revision, definition, author, save_time FROM crm.connector_revisions
            WHERE connector_id = @connectorId AND revision < @before ORDER BY revision DESC LIMIT @limit
            """,
            new { connectorId, before, limit },
            cancellationToken)).Select(row => (row.Revision, Connector.Parser.ParseFrom(row.Definition), row.Author, new DateTimeOffset(row.SaveTime)))];

    /// <summary>Reads what a connector authenticates with, for use.</summary>
    /// <param name="connectorId">The connector.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Values by their names.</returns>
    public async Task<IReadOnlyDictionary<string, string>> ReadSecretsAsync(string connectorId, CancellationToken cancellationToken) =>
        (await QueryAsync<(string Name, string Value)>("SELECT name, value FROM crm.connector_secrets WHERE connector_id = @connectorId", new { connectorId }, cancellationToken))
            .ToDictionary(row => row.Name, row => keys.Decrypt(Place(connectorId, row.Name), row.Value), StringComparer.Ordinal);

    private static SecretPlace Place(string connectorId, string name) => new(SecretColumn.Place.Table, SecretColumn.Place.Column, $"{connectorId}/{name}");

    private async Task<IEnumerable<T>> QueryAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QueryAsync<T>(new(sql, parameters, cancellationToken: cancellationToken));
    }

    private sealed class Row
    {
        public string ConnectorId { get; init; } = "";
        public bool Active { get; init; }
        public long Revision { get; init; }
        public byte[] Definition { get; init; } = [];
        public DateTime CreateTime { get; init; }
        public DateTime UpdateTime { get; init; }

        public StoredConnector ToConnector() => new()
        {
            ConnectorId = ConnectorId,
            Active = Active,
            Revision = Revision,
            Definition = Connector.Parser.ParseFrom(Definition),
            CreateTime = new(CreateTime),
            UpdateTime = new(UpdateTime),
        };
    }
}
