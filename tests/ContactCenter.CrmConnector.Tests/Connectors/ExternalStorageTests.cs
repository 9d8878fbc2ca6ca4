using ContactCenter.Crm.V1;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Tests.Connectors;

/// <summary>The service beside a storage service of the test's own.</summary>
public sealed class ExternalStorageTests(TestServers servers) : CrmTest(servers)
{
    private FakeStorage _storage = null!;

    protected override string[] Settings => [_storage.Setting];

    public override async ValueTask InitializeAsync()
    {
        _storage = await FakeStorage.StartAsync(Cancellation);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _storage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    [Rule("CRM-4")]
    public async Task A_connector_is_used_only_with_external_storage()
    {
        await Connectors.CreateConnectorAsync(new() { Connector = ConnectorTests.Example() }, cancellationToken: Cancellation);

        await FailsAsync(StatusCode.FailedPrecondition, "EXTERNAL_STORAGE_REQUIRED", Connectors.ActivateConnectorAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation));
        _storage.Store = new();
        var active = await Connectors.ActivateConnectorAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation);
        Assert.Equal(ConnectorState.Active, active.Connector.State);
        await _storage.StopAsync(Cancellation);
        await FailsAsync(StatusCode.Unavailable, "DEPENDENCY_UNAVAILABLE", Connectors.ActivateConnectorAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation));
    }
}
