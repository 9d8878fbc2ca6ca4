using System.Diagnostics;
using System.Reflection;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContactCenter.Durable;

/// <summary>Brings a database to the schema of this program: first the tables of Durable, then those of the service (DUR-1 to DUR-6).</summary>
/// <remarks>Any number of processes may call it at once; each file is applied by one of them.</remarks>
public sealed partial class Migrator
{
    internal const long AdvisoryLock = 0x64757261626C65; // "durable"
    private const int LockAttempts = 10;

    private const string GrantRows =
        """
        SELECT set_config('durable.role', @role, false);
        DO $$
        DECLARE
          role text := current_setting('durable.role');
          schema text;
          insert_only regclass;
        BEGIN
          FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' LOOP
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', schema, role);
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', schema, role);
            EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', schema, role);
          END LOOP;
          FOR insert_only IN SELECT tgrelid FROM pg_trigger WHERE tgname = 'insert_only' LOOP
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %I', insert_only, role);
          END LOOP;
        END $$;
        """;

    private readonly string _connectionString;
    private readonly TimeSpan _lockTimeout;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<(string Set, IReadOnlyList<Migration> Migrations)> _sets;

    /// <summary>Prepares to migrate one database.</summary>
    /// <param name="connectionString">Connects as the role that owns the schema.</param>
    /// <param name="service">Names the service's set of files, such as <c>insights-enrichment</c>.</param>
    /// <param name="assembly">Holds the service's files as embedded resources <c>…NNNN_name.sql</c>.</param>
    /// <param name="lockTimeout">How long to wait for another process that migrates (DUR-3).</param>
    /// <param name="logger">Told of every applied file.</param>
    /// <param name="libraries">Sets of libraries whose tables the service's own files may build on.</param>
    /// <exception cref="MigrationException">The files' numbers have a gap or a duplicate.</exception>
    public Migrator(string connectionString, string service, Assembly assembly, TimeSpan lockTimeout, ILogger logger, params IEnumerable<MigrationSet> libraries)
        : this(
            connectionString,
            [
                ("durable", Migration.ReadAll(typeof(Migrator).Assembly)),
                .. libraries.Select(library => (library.Name, Migration.ReadAll(library.Assembly))),
                (service, Migration.ReadAll(assembly)),
            ],
            lockTimeout,
            logger)
    {
    }

    internal Migrator(string connectionString, IReadOnlyList<(string, IReadOnlyList<Migration>)> sets, TimeSpan lockTimeout, ILogger logger)
    {
        // Waiting for a lock and building an index may take longer than a service's statement may.
        _connectionString = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString;
        _lockTimeout = lockTimeout;
        _logger = logger;
        _sets = sets;
    }

    /// <summary>Role that may read and write the rows of all tables, if it is not the one that owns the schema (DUR-7).</summary>
    public string? ServiceRole { get; init; }

    /// <summary>Applies what is missing, and nothing if a stored checksum differs.</summary>
    /// <exception cref="MigrationException">A file failed or was changed, the database is newer than this program can read, or the lock was not to be had in time.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        await LockAsync(connection, cancellationToken);
        await connection.ExecuteAsync(
            """
            CREATE SCHEMA IF NOT EXISTS durable;
            CREATE TABLE IF NOT EXISTS durable.schema_migration (
              set text NOT NULL, number integer NOT NULL, name text NOT NULL, checksum text NOT NULL, min_reader integer NOT NULL,
              applied_time timestamptz NOT NULL DEFAULT now(), duration interval NOT NULL,
              CONSTRAINT pk_schema_migration PRIMARY KEY (set, number));
            COMMENT ON TABLE durable.schema_migration IS 'Applied migration files: of Durable itself (set durable) and of the service.';
            """);
        foreach (var (set, migrations) in _sets)
        {
            var applied = (await connection.QueryAsync<AppliedFile>(
                "SELECT number, name, checksum, min_reader AS MinReader FROM durable.schema_migration WHERE set = @set", new { set })).ToDictionary(row => row.Number);
            Check(set, migrations, applied);
            foreach (var migration in migrations.Where(migration => !applied.ContainsKey(migration.Number)))
                await ApplyAsync(connection, set, migration, cancellationToken);
        }

        if (ServiceRole is not null)
            await connection.ExecuteAsync(GrantRows, new { role = ServiceRole });
    }

    private static void Check(string set, IReadOnlyList<Migration> migrations, Dictionary<int, AppliedFile> applied)
    {
        foreach (var migration in migrations)
        {
            if (applied.TryGetValue(migration.Number, out var row) && row.Checksum != migration.Checksum)
                throw new MigrationException($"{set}: {migration.File} was changed after it was applied: the database has {row.Checksum}, the program {migration.Checksum}.");
        }

        if (applied.Values.FirstOrDefault(row => row.Number > migrations.Count && row.MinReader > migrations.Count) is { } newer)
            throw new MigrationException($"{set}: the database has migration {newer.Number:D4}_{newer.Name}, which needs a program that knows {newer.MinReader:D4}; this one knows {migrations.Count:D4}.");
    }

    private async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(
                $"SET lock_timeout = {(long)_lockTimeout.TotalMilliseconds}; SET statement_timeout = 0; SELECT pg_advisory_lock({AdvisoryLock}); SET lock_timeout = '5s'");
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            var holder = await connection.QueryFirstOrDefaultAsync<string>(
                $"""
                SELECT format('process %s (%s) from %s since %s', a.pid, a.application_name, coalesce(host(a.client_addr), 'local'), a.backend_start)
                FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database() AND (l.classid::bigint << 32 | l.objid::bigint) = {AdvisoryLock}
                """);
            throw new MigrationException($"Waited {_lockTimeout} for the migration lock, held by {holder ?? "a process that has gone"}.", exception);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task ApplyAsync(NpgsqlConnection connection, string set, Migration migration, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var start = Stopwatch.GetTimestamp();
                if (migration.OutsideTransaction)
                    await connection.ExecuteAsync(migration.Sql);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                if (!migration.OutsideTransaction)
                    await connection.ExecuteAsync(migration.Sql);
                var duration = Stopwatch.GetElapsedTime(start);
                await connection.ExecuteAsync(
                    "INSERT INTO durable.schema_migration (set, number, name, checksum, min_reader, duration) VALUES (@set, @Number, @Name, @Checksum, @MinReader, @duration)",
                    new { set, migration.Number, migration.Name, migration.Checksum, migration.MinReader, duration });
                await transaction.CommitAsync(cancellationToken);
                LogApplied(set, migration.File, duration.TotalMilliseconds);
                return;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable && attempt < LockAttempts)
            {
                // Live traffic holds the table; giving way for a moment keeps it from queuing behind this statement (DUR-6).
                LogLockBusy(set, migration.File, attempt);
                await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), cancellationToken);
            }
            catch (PostgresException exception)
            {
                throw new MigrationException($"{set}: {migration.File} failed and was rolled back: {exception.MessageText} ({exception.SqlState}).", exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "{Set}: applied {File} in {Milliseconds:F0} ms")]
    private partial void LogApplied(string set, string file, double milliseconds);

    [LoggerMessage(LogLevel.Warning, "{Set}: {File} waits for a lock, attempt {Attempt}")]
    private partial void LogLockBusy(string set, string file, int attempt);

    private sealed record AppliedFile(int Number, string Name, string Checksum, int MinReader);
}
