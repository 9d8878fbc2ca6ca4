using ContactCenter.Crm.V1;
using ContactCenter.ServiceDefaults;
using ContactCenter.Storage.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.CrmConnector.Tests.Connectors;

/// <summary>The service beside a storage service of the test's own.</summary>
public sealed class ExternalStorageTests(TestServers servers) : CrmTest(servers)
{
    private readonly Stores _stores = new();
    private WebApplication _storage = null!;

    protected override string[] Settings => [$"--services:storage-export:grpc:0={_storage.Urls.First()}"];

    public override async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(
        [
            "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:grpc:Protocols=Http2", "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0", .. TestOutputLog.Settings,
        ]);
        builder.AddServiceDefaults();
        builder.Services.AddSingleton(_stores);
        _storage = builder.Build();
        _storage.MapGrpcService<Stores>();
        await _storage.StartAsync(Cancellation);
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
        _stores.Store = new();
        var active = await Connectors.ActivateConnectorAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation);
        Assert.Equal(ConnectorState.Active, active.Connector.State);
        await _storage.StopAsync(Cancellation);
        await FailsAsync(StatusCode.Unavailable, "DEPENDENCY_UNAVAILABLE", Connectors.ActivateConnectorAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation));
    }

    private sealed class Stores : StoreService.StoreServiceBase
    {
        public Store? Store { get; set; }

        public override Task<GetStoreResponse> GetStore(GetStoreRequest request, ServerCallContext context) => Task.FromResult(new GetStoreResponse { Store = Store });
    }
}
