using ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Tests;

public sealed class OddRequestsTests(TestServers servers) : WfmTest(servers)
{
    [Fact]
    public Task Every_odd_request_gets_a_result_or_a_typed_error() =>
        OddRequests.SendAsync(Invoker, typeof(ConnectionService).Assembly, "contactcenter.wfm.v1", Cancellation);
}
