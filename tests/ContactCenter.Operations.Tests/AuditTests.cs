using System.Text.Json.Nodes;
using ContactCenter.Operations.V1;
using Grpc.Core;

namespace ContactCenter.Operations.Tests;

public sealed class AuditTests(TestServers servers) : OperationsTest(servers)
{
    [Fact]
    [Rule("DUR-62")]
    [Rule("DUR-59")]
    public async Task The_log_is_listed_in_pages_and_exported_as_NDJSON_with_the_export_itself()
    {
        foreach (var name in new[] { "a", "b", "c" })
            await Operations.SetSecretAsync(new() { Name = name, Value = $"value-of-{name}" }, cancellationToken: Cancellation);

        var filter = new AuditFilter { Actor = Actor, Action = "secrets.set", Result = "OK" };
        var first = await Operations.ListAuditEntriesAsync(new() { Filter = filter, PageSize = 2 }, cancellationToken: Cancellation);
        var second = await Operations.ListAuditEntriesAsync(new() { Filter = filter, PageSize = 2, PageToken = first.NextPageToken }, cancellationToken: Cancellation);
        var lines = await ExportAsync(new());

        Assert.Equal(["secrets/c", "secrets/b", "secrets/a"], first.AuditEntries.Concat(second.AuditEntries).Select(entry => entry.Resource));
        Assert.Equal(["secrets.set", "secrets.set", "secrets.set", "auditEntries.export"], lines.Select(line => (string?)JsonNode.Parse(line)!["action"]));
        Assert.All(lines, line => Assert.Equal(
            ["action", "actor", "details", "request_id", "resource", "result", "seq", "time"], JsonNode.Parse(line)!.AsObject().Select(property => property.Key)));
        Assert.DoesNotContain(lines, line => line.Contains("value-of", StringComparison.Ordinal));
        Assert.Equal(2, (await ExportAsync(new() { Action = "auditEntries.export" })).Count);
    }

    [Fact]
    public async Task An_export_longer_than_a_message_comes_in_pieces_of_whole_lines()
    {
        await ScalarAsync<int>(
            """
            SELECT count(*) FROM (SELECT durable.add_audit_entries(
              ARRAY[now()], ARRAY['service:tests'], ARRAY['things.do'], ARRAY['things/' || n], ARRAY[''], ARRAY['OK'], ARRAY[jsonb_build_object('text', repeat('é', 500))])
              FROM generate_series(1, 1500) AS n) AS written
            """);

        using var call = Operations.ExportAuditEntries(new() { Filter = new() { Action = "things.do" } }, cancellationToken: Cancellation);
        var pieces = await call.ResponseStream.ReadAllAsync(Cancellation).ToListAsync(Cancellation);

        Assert.True(pieces.Count > 10);
        Assert.All(pieces, piece => Assert.True(piece.CalculateSize() <= 64 * 1024 && piece.Ndjson.EndsWith('\n')));
        Assert.Equal(1_500, pieces.Sum(piece => piece.Ndjson.Count(character => character == '\n')));
    }

    [Fact]
    public async Task Wrong_filters_are_refused_with_the_field()
    {
        await AssertFailsAsync(
            Operations.ListAuditEntriesAsync(new() { Filter = new() { StartTime = new() { Seconds = 1 }, EndTime = new() { Seconds = 1 } } }, cancellationToken: Cancellation),
            StatusCode.InvalidArgument, "RANGE_INVALID", "filter.end_time");
        await AssertFailsAsync(
            Operations.ListAuditEntriesAsync(new() { Filter = new() { EndTime = new() { Seconds = long.MaxValue } } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "TIME_INVALID", "filter.end_time");
        await AssertFailsAsync(Operations.ListAuditEntriesAsync(new() { PageToken = "x" }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", "page_token");
        var failure = await Assert.ThrowsAsync<RpcException>(() => ExportAsync(new() { Actor = "a\0" }));
        Assert.Equal((StatusCode.InvalidArgument, "FIELD_INVALID"), (failure.StatusCode, ServiceDefaults.RpcErrors.ReasonOf(failure)));
    }

    [Fact]
    [Rule("DUR-59")]
    public async Task A_call_without_its_scope_is_entered_as_denied()
    {
        var key = await Operations.CreateApiKeyAsync(new() { Name = "reader", Scopes = { "crm.read" } }, cancellationToken: Cancellation);

        await AssertFailsAsync(ClientOf(key.Key).ListMigrationsAsync(new(), cancellationToken: Cancellation), StatusCode.PermissionDenied, "SCOPE_MISSING");

        AuditEntry? denied = null;
        await Eventually.TrueAsync(async () =>
        {
            var page = await Operations.ListAuditEntriesAsync(new() { Filter = new() { Result = "DENIED" } }, cancellationToken: Cancellation);
            denied = page.AuditEntries.SingleOrDefault();
            return denied is not null;
        }, TimeSpan.FromSeconds(20));
        Assert.Equal(
            ($"apikey:{key.ApiKey.Id}", "/contactcenter.operations.v1.OperationsService/ListMigrations", """{"count": 1}"""), (denied!.Actor, denied.Action, denied.Details));
    }

    private async Task<IReadOnlyList<string>> ExportAsync(AuditFilter filter)
    {
        using var call = Operations.ExportAuditEntries(new() { Filter = filter }, cancellationToken: Cancellation);
        var pieces = await call.ResponseStream.ReadAllAsync(Cancellation).Select(piece => piece.Ndjson).ToListAsync(Cancellation);
        return string.Concat(pieces).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
