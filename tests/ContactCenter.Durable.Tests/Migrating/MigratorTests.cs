using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ContactCenter.Durable.Tests.Migrating;

public sealed class MigratorTests(TestServers servers) : IAsyncLifetime
{
    private TestDatabase _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await servers.CreateDatabaseAsync(Cancellation);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    [Rule("DUR-1")]
    public void Migration_files_are_numbered_without_gaps()
    {
        var numbers = Migration.ReadAll(typeof(Migrator).Assembly).Select(migration => migration.Number).ToList();

        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
        Assert.NotEmpty(numbers);
    }

    [Fact]
    [Rule("DUR-3")]
    public async Task A_process_that_waits_too_long_says_who_holds_the_lock()
    {
        await using var holder = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { ApplicationName = "the-holder" }.ConnectionString);
        await holder.OpenAsync(Cancellation);
        await holder.ExecuteAsync($"SELECT pg_advisory_lock({Migrator.AdvisoryLock})");

        var exception = await Assert.ThrowsAsync<MigrationException>(() => Create([], TimeSpan.FromMilliseconds(200)).MigrateAsync(Cancellation));

        Assert.Contains("the-holder", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("DUR-4")]
    public async Task A_changed_file_stops_the_start_with_its_name_and_both_checksums_and_changes_nothing()
    {
        var original = new Migration(1, "create_a", "CREATE TABLE a (x int)");
        var changed = new Migration(1, "create_a", "CREATE TABLE a (x bigint)");
        await Create([original]).MigrateAsync(Cancellation);

        var exception = await Assert.ThrowsAsync<MigrationException>(
            () => Create([changed, new Migration(2, "create_b", "CREATE TABLE b ()")]).MigrateAsync(Cancellation));

        Assert.Contains("0001_create_a.sql", exception.Message, StringComparison.Ordinal);
        Assert.Contains(original.Checksum, exception.Message, StringComparison.Ordinal);
        Assert.Contains(changed.Checksum, exception.Message, StringComparison.Ordinal);
        Assert.False(await ScalarAsync<bool>("SELECT to_regclass('b') IS NOT NULL"));
    }

    [Fact]
    [Rule("DUR-4")]
    public async Task A_failing_file_leaves_the_database_as_the_file_before_it_did()
    {
        var good = new Migration(1, "create_a", "CREATE TABLE a (x int)");
        var bad = new Migration(2, "create_b", "CREATE TABLE b (x int); SELECT 1 / 0");

        var exception = await Assert.ThrowsAsync<MigrationException>(() => Create([good, bad]).MigrateAsync(Cancellation));

        Assert.Contains("0002_create_b.sql", exception.Message, StringComparison.Ordinal);
        Assert.True(await ScalarAsync<bool>("SELECT to_regclass('a') IS NOT NULL AND to_regclass('b') IS NULL"));
        await Create([good]).MigrateAsync(Cancellation);
    }

    [Theory]
    [Rule("DUR-5")]
    [InlineData("-- min-reader 0001\nCREATE TABLE b ()", true)]
    [InlineData("CREATE TABLE b ()", false)]
    public async Task A_newer_database_is_accepted_only_if_its_newer_files_allow_it(string newerSql, bool accepted)
    {
        var known = new Migration(1, "create_a", "CREATE TABLE a ()");
        await Create([known, new Migration(2, "create_b", newerSql)]).MigrateAsync(Cancellation);

        var exception = await Record.ExceptionAsync(() => Create([known]).MigrateAsync(Cancellation));

        Assert.Equal(accepted, exception is null);
        Assert.True(exception is null or MigrationException);
    }

    [Fact]
    [Rule("DUR-2")]
    public async Task A_file_headed_no_transaction_runs_outside_one()
    {
        await Create([
            new Migration(1, "create_a", "CREATE TABLE a (x int)"),
            new Migration(2, "index_a", "-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS ix_a ON a (x)")]).MigrateAsync(Cancellation);

        Assert.True(await ScalarAsync<bool>("SELECT to_regclass('ix_a') IS NOT NULL"));
        Assert.Equal(2, await ScalarAsync<int>("SELECT count(*) FROM durable.schema_migration WHERE set = 'test'"));
    }

    [Fact]
    [Rule("DUR-6")]
    public async Task A_locked_table_makes_the_migration_give_way_and_try_again()
    {
        await Create([new Migration(1, "create_a", "CREATE TABLE a ()")]).MigrateAsync(Cancellation);
        await using var reader = new NpgsqlConnection(_database.ConnectionString);
        await reader.OpenAsync(Cancellation);
        var reading = await reader.BeginTransactionAsync(Cancellation);
        await reader.ExecuteAsync("SELECT FROM a");

        using var logs = new LogCollector();
        var migrating = new Migrator(
            _database.ConnectionString,
            [("test", [new Migration(1, "create_a", "CREATE TABLE a ()"), new Migration(2, "alter_a", "SET LOCAL lock_timeout = '50ms'; ALTER TABLE a ADD COLUMN x int")])],
            TimeSpan.FromMinutes(1),
            logs.CreateLogger("migrator")).MigrateAsync(Cancellation);
        await Eventually.TrueAsync(() => logs.Lines.Any(line => line.Message.Contains("0002_alter_a.sql waits for a lock", StringComparison.Ordinal)));
        await reading.RollbackAsync(Cancellation);

        await migrating;
    }

    [Fact]
    [Rule("DUR-7")]
    public async Task The_service_role_reads_and_writes_rows_and_cannot_change_the_schema()
    {
        var role = $"service_{_database.Name}";
        await ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'test'");
        var service = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Username = role }.ConnectionString;
        try
        {
            await new Migrator(_database.ConnectionString, "tests", typeof(MigratorTests).Assembly, TimeSpan.FromMinutes(1), NullLogger.Instance) { ServiceRole = role }.MigrateAsync(Cancellation);

            await using var connection = new NpgsqlConnection(service);
            await connection.ExecuteAsync("INSERT INTO effects (number) VALUES (1); SELECT durable.add_inbox_partition('2026-03-02')");
            foreach (var sql in new[] { "DROP TABLE effects", "TRUNCATE effects", "ALTER TABLE effects ADD COLUMN x int", "CREATE TABLE durable.x ()" })
                Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(sql))).SqlState);
        }
        finally
        {
            NpgsqlConnection.ClearPool(new NpgsqlConnection(service));
            await ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    [Rule("DUR-4")]
    public async Task A_process_whose_migration_fails_ends_with_code_3()
    {
        await ExecuteAsync("CREATE TABLE effects ()");

        await using var process = await Worker.RunAsync("migrate", _database.ConnectionString, "amqp://127.0.0.1:1", Cancellation);
        await using var service = await Worker.RunAsync("relay", _database.ConnectionString, "amqp://127.0.0.1:1", Cancellation);

        Assert.Equal(3, await process.ExitCodeAsync(Cancellation));
        Assert.Equal(3, await service.ExitCodeAsync(Cancellation));
    }

    [Fact]
    [Rule("DUR-4")]
    public async Task A_process_whose_database_is_away_ends_with_code_3()
    {
        await using var process = await Worker.RunAsync("migrate", "Host=127.0.0.1;Port=1;Username=nobody;Database=none", "amqp://127.0.0.1:1", Cancellation);
        await using var service = await Worker.RunAsync("relay", "Host=127.0.0.1;Port=1;Username=nobody;Database=none", "amqp://127.0.0.1:1", Cancellation);

        Assert.Equal(3, await process.ExitCodeAsync(Cancellation));
        Assert.Equal(3, await service.ExitCodeAsync(Cancellation));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.ExecuteAsync(sql);
    }

    private Migrator Create(IReadOnlyList<Migration> migrations, TimeSpan? lockTimeout = null) =>
        new(_database.ConnectionString, [("test", migrations)], lockTimeout ?? TimeSpan.FromMinutes(1), NullLogger.Instance);

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }
}
