using ContactCenter.Storage.V1;

namespace ContactCenter.StorageExport.Tests;

public sealed class OddRequestsTests(TestServers servers) : StorageTest(servers)
{
    [Fact]
    public Task Every_odd_request_gets_a_result_or_a_typed_error() =>
        OddRequests.SendAsync(Invoker, typeof(StoreService).Assembly, "contactcenter.storage.v1", Cancellation);
}
