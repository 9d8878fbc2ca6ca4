using ContactCenter.Crm.V1;
using ContactCenter.Events.Crm;

namespace ContactCenter.CrmConnector.Tests.Connectors;

public sealed class ActivationTests(TestServers servers) : CrmTest(servers)
{
    protected override Task<string> TakeVirtualHostAsync(TestServers servers) => servers.CreateVirtualHostAsync(Cancellation);

    [Fact]
    [Rule("CRM-1")]
    [Rule("CRM-2")]
    [Rule("CRM-8")]
    public async Task Activating_one_connector_deactivates_the_other_and_tells_it()
    {
        var another = ConnectorTests.Example();
        (another.ConnectorId, another.InteractionMethod, another.Endpoints, another.Flows) = ("another", InteractionMethod.CustomUrl, null, null);
        await Connectors.CreateConnectorAsync(new() { Connector = another }, cancellationToken: Cancellation);
        await Connectors.CreateConnectorAsync(new() { Connector = ConnectorTests.Example() }, cancellationToken: Cancellation);
        var nothing = await Connectors.GetCapabilitiesAsync(new(), cancellationToken: Cancellation);
        var (bus, received) = await ReceiveAsync<CrmConnectorActivated>();

        await Connectors.ActivateConnectorAsync(new() { ConnectorId = "another" }, cancellationToken: Cancellation);
        var message = await received;
        await bus.StopAsync(Cancellation);
        var active = await Connectors.ActivateConnectorAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation);

        Assert.Equal(("another", 1, "CUSTOM_URL"), (message.ConnectorId, message.Revision, message.InteractionMethod));
        Assert.Equal(active.Connector, (await Connectors.ActivateConnectorAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation)).Connector);
        Assert.Equal(
            [("another", ConnectorState.Draft), ("zoho-like", ConnectorState.Active)],
            (await Connectors.ListConnectorsAsync(new(), cancellationToken: Cancellation)).Connectors.Select(connector => (connector.ConnectorId, connector.State)));
        Assert.Equal(InteractionMethod.None, nothing.InteractionMethod);
        Assert.Equal(InteractionMethod.GenericApi, (await Connectors.GetCapabilitiesAsync(new(), cancellationToken: Cancellation)).InteractionMethod);
    }
}
