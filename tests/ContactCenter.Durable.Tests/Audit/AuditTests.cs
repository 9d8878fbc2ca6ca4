using System.Text;
using System.Text.Json.Nodes;
using ContactCenter.Durable.Audit;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ContactCenter.Durable.Tests.Audit;

public sealed class AuditTests(TestServers servers) : DurableTest(servers)
{
    private const string Actor = "apikey:7m3k9q2x5c8v";

    private readonly ManualTimeProvider _time = new();

    [Fact]
    [Rule("DUR-59")]
    [Rule("DUR-62")]
    public async Task Entries_are_committed_with_their_transaction_and_exported_as_canonical_JSON()
    {
        var host = await StartAsync();
        await WriteAsync(host, new AuditEntry(Actor, "followUps.create", "followUps/fu-1042", "5f0c6d0e-2d0b-4c58-9a3e-1b1a7f0c9d11"));
        _time.Advance(TimeSpan.FromMinutes(5));
        await WriteAsync(host, new AuditEntry(Actor, "deadLetters.replay", "deadLetters/9001", "0b0f5a0a-66f5-4b0e-8a51-3d2f9e1c7a22", Details: new JsonObject { ["generation"] = 1 }));

        var lines = await ExportAsync(host, new AuditFilter());

        Assert.Equal(
            [
                """{"action":"followUps.create","actor":"apikey:7m3k9q2x5c8v","details":{},"request_id":"5f0c6d0e-2d0b-4c58-9a3e-1b1a7f0c9d11","resource":"followUps/fu-1042","result":"OK","seq":1,"time":"2026-03-02T08:00:00.000Z"}""",
                """{"action":"deadLetters.replay","actor":"apikey:7m3k9q2x5c8v","details":{"generation":1},"request_id":"0b0f5a0a-66f5-4b0e-8a51-3d2f9e1c7a22","resource":"deadLetters/9001","result":"OK","seq":2,"time":"2026-03-02T08:05:00.000Z"}""",
            ],
            lines);
    }

    [Fact]
    [Rule("DUR-59")]
    public async Task What_is_rolled_back_leaves_no_entry()
    {
        var host = await StartAsync();
        await using (var transaction = await DatabaseOf(host).BeginAsync(Cancellation))
            transaction.Audit(new AuditEntry(Actor, "kinds.pause", "kinds/numbers.add"));

        Assert.Empty(await ExportAsync(host, new AuditFilter()));
    }

    [Fact]
    [Rule("DUR-59")]
    public async Task The_first_entries_of_a_month_may_be_written_at_the_same_time()
    {
        const int Months = 12, Writers = 8;
        var host = await StartAsync();
        for (var month = 0; month < Months; month++)
        {
            _time.SetUtcNow(_time.GetUtcNow().AddDays(31));
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(host, new AuditEntry(Actor, "kinds.pause", $"kinds/{writer}"))));
        }

        Assert.Equal(Months * Writers, (await ExportAsync(host, new AuditFilter())).Count);
    }

    [Fact]
    [Rule("DUR-59")]
    public async Task Details_keep_their_order_in_every_level_and_their_characters()
    {
        var host = await StartAsync();
        await WriteAsync(host, new AuditEntry(Actor, "policies.update", "policies/a", Details: new JsonObject { ["zz"] = new JsonObject { ["b"] = 1, ["aa"] = "é<>" }, ["a"] = new JsonArray(2, null) }));

        var line = Assert.Single(await ExportAsync(host, new AuditFilter()));

        Assert.Contains("""details":{"a":[2,null],"zz":{"aa":"é<>","b":1}}""", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_are_listed_newest_first_in_pages_and_by_filter()
    {
        var host = await StartAsync();
        var log = host.Services.GetRequiredService<AuditLog>();
        for (var number = 0; number < 3; number++)
        {
            await WriteAsync(host, new AuditEntry(Actor, "kinds.pause", $"kinds/{number}"), new AuditEntry("apikey:other", "kinds.resume", $"kinds/{number}"));
            _time.SetUtcNow(_time.GetUtcNow().AddDays(20));
        }

        var first = await log.ListAsync(new AuditFilter { Actor = Actor }, null, 2, Cancellation);
        var second = await log.ListAsync(new AuditFilter { Actor = Actor }, (first[^1].Time, first[^1].Seq), 2, Cancellation);
        var chosen = await log.ListAsync(new AuditFilter { Action = "kinds.resume", Resource = "kinds/1", From = _time.GetUtcNow().AddDays(-40), To = _time.GetUtcNow().AddDays(-39) }, null, 9, Cancellation);

        Assert.Equal(["kinds/2", "kinds/1", "kinds/0"], first.Concat(second).Select(entry => entry.Resource));
        Assert.Equal("apikey:other", Assert.Single(chosen).Actor);
    }

    [Theory]
    [Rule("DUR-60")]
    [InlineData("UPDATE durable.audit_entries SET actor = 'x'")]
    [InlineData("DELETE FROM durable.audit_entries")]
    [InlineData("TRUNCATE durable.audit_entries")]
    [InlineData("UPDATE durable.audit_entries_202603 SET actor = 'x'")]
    [InlineData("DELETE FROM durable.audit_entries_202603 WHERE false")]
    [InlineData("TRUNCATE durable.audit_entries_202603")]
    [InlineData("SET session_replication_role = replica; DELETE FROM durable.audit_entries")]
    [InlineData("MERGE INTO durable.audit_entries a USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE")]
    public async Task The_owner_and_the_service_can_only_insert(string sql)
    {
        var host = await StartAsync();
        await WriteAsync(host, new AuditEntry(Actor, "kinds.pause", "kinds/a"));

        var asOwner = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql));
        await AsServiceRoleAsync(async service =>
        {
            var asService = await Assert.ThrowsAsync<PostgresException>(() => service.ExecuteAsync(sql));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, asService.SqlState);
        });

        Assert.Contains("admits only inserts", asOwner.MessageText, StringComparison.Ordinal);
        Assert.Single(await ExportAsync(host, new AuditFilter()));
    }

    [Fact]
    [Rule("DUR-60")]
    public async Task The_service_role_writes_the_first_entry_of_a_month_and_has_no_other_right_on_the_table()
    {
        var host = await StartAsync();
        await WriteAsync(host, new AuditEntry(Actor, "kinds.pause", "kinds/a"));
        await AsServiceRoleAsync(async service =>
        {
            await service.ExecuteAsync("SELECT durable.add_audit_entries(ARRAY['2031-02-03'::timestamptz], ARRAY['a'], ARRAY['b'], ARRAY['c'], ARRAY[''], ARRAY['OK'], ARRAY['{}'::jsonb])");
            Assert.Equal(2, await service.ExecuteScalarAsync<int>("SELECT count(*) FROM durable.audit_entries"));
            foreach (var right in new[] { "UPDATE", "DELETE", "TRUNCATE" })
                Assert.False(await service.ExecuteScalarAsync<bool>("SELECT bool_or(has_table_privilege(oid, @right)) FROM pg_class WHERE relname LIKE 'audit\\_entries%' AND relkind IN ('r', 'p')", new { right }));
            var young = await Assert.ThrowsAsync<PostgresException>(() => service.ExecuteAsync("SELECT durable.drop_audit_partitions(now() - interval '29 days')"));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, young.SqlState);
        });
    }

    [Fact]
    [Rule("DUR-62")]
    public async Task Months_are_dropped_whole_when_their_last_day_is_past_the_retention()
    {
        var writer = await StartAsync();
        foreach (var time in new[] { "2024-12-31T23:59:59Z", "2025-01-26T07:00:00Z", "2025-01-27T07:00:00Z" })
        {
            _time.SetUtcNow(DateTimeOffset.Parse(time, null));
            await WriteAsync(writer, new AuditEntry(Actor, "kinds.pause", $"kinds/{time[..10]}"));
        }

        // 400 days before is 26 January 2025: December is over, January is not.
        _time.SetUtcNow(DateTimeOffset.Parse("2026-03-02T08:00:00Z", null));
        await StartAsync();
        await Eventually.TrueAsync(async () => (await ExportAsync(writer, new AuditFilter())).Count == 2);

        Assert.Equal(1, await ScalarAsync<int>("SELECT count(*) FROM pg_inherits WHERE inhparent = 'durable.audit_entries'::regclass"));
    }

    [Fact]
    [Rule("DUR-59")]
    public async Task Refused_calls_are_entered_once_a_minute_over_all_processes_with_their_count()
    {
        var first = (await StartAsync()).Services.GetRequiredService<DeniedCalls>();
        var host = await StartAsync();
        var second = host.Services.GetRequiredService<DeniedCalls>();
        for (var second10 = 0; second10 < 12; second10++)
        {
            first.Add(Actor, "/a/B");
            second.Add(Actor, "/a/B");
            second.Add("apikey:other", "/a/B");
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        await Eventually.TrueAsync(async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            return (await DeniedAsync(Actor)).Sum(Count) == 24 && (await DeniedAsync("apikey:other")).Sum(Count) == 12;
        });
        var times = (await DeniedAsync(Actor)).Select(entry => entry.Time).ToList();
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.First - pair.Second >= TimeSpan.FromMinutes(1)));
        Assert.All(await DeniedAsync(Actor), entry => Assert.Equal(("/a/B", "methods//a/B"), (entry.Action, entry.Resource)));

        async Task<IReadOnlyList<StoredAuditEntry>> DeniedAsync(string actor) =>
            await host.Services.GetRequiredService<AuditLog>().ListAsync(new AuditFilter { Actor = actor, Result = AuditEntry.Denied }, null, 100, Cancellation);

        static int Count(StoredAuditEntry entry) => (int)JsonNode.Parse(entry.Details)!["count"]!;
    }

    private Task<IHost> StartAsync() => StartAsync(more: builder => builder.Services.AddSingleton<TimeProvider>(_time));

    private static async Task WriteAsync(IHost host, params AuditEntry[] entries)
    {
        await using var transaction = await DatabaseOf(host).BeginAsync(Cancellation);
        foreach (var entry in entries)
            transaction.Audit(entry);
        await transaction.CommitAsync(Cancellation);
    }

    private static async Task<IReadOnlyList<string>> ExportAsync(IHost host, AuditFilter filter) =>
        await host.Services.GetRequiredService<AuditLog>().ReadAsync(filter, Cancellation).Select(entry => Encoding.UTF8.GetString(entry.ToJson())).ToListAsync(Cancellation);

    private async Task AsServiceRoleAsync(Func<NpgsqlConnection, Task> act)
    {
        var role = $"service_{Database.Name}";
        await ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'test'");
        var connectionString = new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Username = role, Pooling = false }.ConnectionString;
        try
        {
            await new Migrator(Database.ConnectionString, "tests", typeof(AuditTests).Assembly, TimeSpan.FromMinutes(1), NullLogger.Instance) { ServiceRole = role }.MigrateAsync(Cancellation);
            await using var connection = new NpgsqlConnection(connectionString);
            await act(connection);
        }
        finally
        {
            await ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }
}
