using ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Tests;

public sealed class OddRequestsTests(TestServers servers) : InsightsTest(servers)
{
    protected override string[] Scopes => [.. base.Scopes, "insights.admin", "insights.export", "insights.ingest", "insights.raw"];

    [Fact]
    public Task Every_odd_request_gets_a_result_or_a_typed_error() =>
        OddRequests.SendAsync(Channel.CreateCallInvoker(), typeof(AgentService).Assembly, "contactcenter.insights.v1", Cancellation);
}
