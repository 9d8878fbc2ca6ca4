namespace ContactCenter.Operations.Tests;

public sealed class OddRequestsTests(TestServers servers) : OperationsTest(servers)
{
    [Fact]
    public Task Every_odd_request_gets_a_result_or_a_typed_error() =>
        OddRequests.SendAsync(Invoker, typeof(V1.OperationsService).Assembly, "contactcenter.operations.v1", Cancellation);
}
