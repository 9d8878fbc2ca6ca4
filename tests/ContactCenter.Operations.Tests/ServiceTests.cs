using System.Reflection;
using ContactCenter.Operations.V1;
using Grpc.Core;

namespace ContactCenter.Operations.Tests;

public sealed class ServiceTests(TestServers servers) : OperationsTest(servers)
{
    [Fact]
    public async Task The_outbox_and_the_migrations_are_shown()
    {
        var outbox = (await Operations.GetOutboxStatusAsync(new(), cancellationToken: Cancellation)).OutboxStatus;
        var migrations = new List<Migration>();
        var token = "";
        do
        {
            var page = await Operations.ListMigrationsAsync(new() { PageSize = 4, PageToken = token }, cancellationToken: Cancellation);
            migrations.AddRange(page.Migrations);
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal((0, 0, 1_000_000), (outbox.Pending, outbox.Refused, outbox.MaxPending));
        Assert.Equal(await ScalarAsync<int>("SELECT count(*) FROM durable.schema_migration"), migrations.Count);
        var audit = Assert.Single(migrations, migration => migration.Name == "create_audit_entries");
        Assert.Equal(("durable", 64), (audit.Set, audit.Checksum.Length));
        await AssertFailsAsync(Operations.ListMigrationsAsync(new() { PageToken = "x" }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", "page_token");
    }

    [Fact]
    public void Every_method_of_the_contract_is_served()
    {
        var served = typeof(ContactCenter.Operations.OperationsService).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(method => method.Name).ToHashSet();

        Assert.All(V1.OperationsService.Descriptor.Methods, method => Assert.Contains(method.Name, served));
    }

    [Fact]
    public async Task Without_a_key_nothing_is_told() =>
        await AssertFailsAsync(ClientOf("cck_none").ListMigrationsAsync(new(), cancellationToken: Cancellation), StatusCode.Unauthenticated, "KEY_INVALID");
}
