using ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Tests;

public sealed class OddRequestsTests(TestServers servers) : CrmTest(servers)
{
    [Fact]
    public Task Every_odd_request_gets_a_result_or_a_typed_error() =>
        OddRequests.SendAsync(Invoker, typeof(ConnectorService).Assembly, "contactcenter.crm.v1", Cancellation);
}
