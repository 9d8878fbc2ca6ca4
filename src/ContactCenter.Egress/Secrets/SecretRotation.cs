using ContactCenter.Durable;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContactCenter.Egress.Secrets;

/// <summary>How many stored values a key encrypts.</summary>
/// <param name="KeyId">The key.</param>
/// <param name="IsActive">Whether new values are written under it.</param>
/// <param name="Values">Values under it.</param>
public sealed record KeyUse(string KeyId, bool IsActive, long Values);

/// <summary>Stored values name a key that is not configured, so the service does not start (SEC-2).</summary>
/// <param name="keyId">The key.</param>
/// <param name="table">A table with such a value.</param>
public sealed class SecretKeyMissingException(string keyId, string table) : Exception(
    $"Values in {table} are encrypted with key '{keyId}', which is not configured: set {SecretKeyRing.Section}:Keys:{keyId}.")
{
    /// <summary>The key.</summary>
    public string KeyId { get; } = keyId;
}

/// <summary>
/// Checks at the start that every stored value can be read, and brings values of former keys under the active one: at the
/// start and then each hour, as a process of the version before may still have written some.
/// </summary>
public sealed partial class SecretRotation : BackgroundService, IHostedLifecycleService
{
    private const int Portion = 200;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly NpgsqlDataSource _database;
    private readonly SecretKeyRing _keys;
    private readonly IReadOnlyList<SecretColumn> _columns;
    private readonly FirstTurns _firstTurns;
    private readonly TimeProvider _time;
    private readonly ILogger<SecretRotation> _logger;

    internal SecretRotation(
        NpgsqlDataSource database, SecretKeyRing keys, IEnumerable<SecretColumn> columns, FirstTurns firstTurns, TimeProvider time, ILogger<SecretRotation> logger)
    {
        _database = database;
        _keys = keys;
        _columns = [.. columns];
        _firstTurns = firstTurns;
        _time = time;
        _logger = logger;
    }

    /// <summary>How many stored values each key encrypts; a key that encrypts none can be removed from the configuration.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>All configured keys, and any other that a value names.</returns>
    public async Task<IReadOnlyList<KeyUse>> GetStatusAsync(CancellationToken cancellationToken)
    {
        var used = (await CountAsync(cancellationToken)).GroupBy(row => row.KeyId).ToDictionary(rows => rows.Key, rows => rows.Sum(row => row.Values));
        return [.. used.Keys.Union(_keys.Ids).Order(StringComparer.Ordinal).Select(id => new KeyUse(id, id == _keys.ActiveKey, used.GetValueOrDefault(id)))];
    }

    /// <summary>Brings every value under the active key; any number of replicas may do so at once.</summary>
    /// <param name="cancellationToken">Ends the work; what was done stays done.</param>
    /// <returns>How many values were encrypted anew.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var done = 0;
        foreach (var column in _columns)
        {
            int portion;
            do
            {
                portion = await MovePortionAsync(column, cancellationToken);
                done += portion;
            }
            while (portion > 0);
        }

        if (done > 0)
            LogDone(done, _keys.ActiveKey);
        return done;
    }

    /// <inheritdoc />
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var (table, keyId, _) in await CountAsync(cancellationToken))
        {
            if (!_keys.Knows(keyId))
                throw new SecretKeyMissingException(keyId, table);
        }
    }

    /// <inheritdoc />
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.EveryAsync(Interval, _time, _firstTurns.Queue(RunAsync), LogFailed, stoppingToken);

    private async Task<IReadOnlyList<(string Table, string KeyId, long Values)>> CountAsync(CancellationToken cancellationToken)
    {
        var sql = string.Join(" UNION ALL ", _columns.Select(column =>
            $"SELECT '{column.Table}', split_part({column.Place.Column}, '.', 2), count(*) FROM {column.Table} WHERE {column.Place.Column} IS NOT NULL GROUP BY 2"));
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<(string, string, long)>(new CommandDefinition(sql, cancellationToken: cancellationToken))).AsList();
    }

    private async Task<int> MovePortionAsync(SecretColumn column, CancellationToken cancellationToken)
    {
        var name = column.Place.Column;
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<(string Id, string Stored)>(new CommandDefinition(
            $"""
            SELECT {column.RowId}, {name} FROM {column.Table}
            WHERE {name} IS NOT NULL AND split_part({name}, '.', 2) <> @active
            LIMIT {Portion} FOR UPDATE SKIP LOCKED
            """,
            new { active = _keys.ActiveKey },
            transaction,
            cancellationToken: cancellationToken))).AsList();
        if (rows.Count == 0)
            return 0;

        await connection.ExecuteAsync(new CommandDefinition(
            $"""
            UPDATE {column.Table} SET {name} = moved.value
            FROM unnest(@ids, @values) AS moved (row_id, value)
            WHERE {column.RowId} = moved.row_id
            """,
            new
            {
                ids = rows.Select(row => row.Id).ToArray(),
                values = rows.Select(row => Moved(column.Place with { RowId = row.Id }, row.Stored)).ToArray(),
            },
            transaction,
            cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return rows.Count;
    }

    private string Moved(SecretPlace place, string stored) => _keys.Encrypt(place, _keys.Decrypt(place, stored));

    [LoggerMessage(LogLevel.Information, "{Count} stored secrets were encrypted anew with key {KeyId}")]
    private partial void LogDone(int count, string keyId);

    [LoggerMessage(LogLevel.Warning, "Stored secrets could not be brought under the active key; the next try is in a minute")]
    private partial void LogFailed(Exception error);
}
