using ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Tests;

public sealed class OddRequestsTests(TestServers servers) : FollowUpTest(servers)
{
    [Fact]
    public Task Every_odd_request_gets_a_result_or_a_typed_error() =>
        OddRequests.SendAsync(Invoker, typeof(FollowUpService).Assembly, "contactcenter.followups.v1", Cancellation);
}
