using System.Net;
using ContactCenter.Events.Insights;
using ContactCenter.Insights.V1;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.MessageAnalytics;

/// <summary>Who wants messages, and where agents are launched.</summary>
public sealed class EngagementTests(TestServers servers) : MessageTest(servers)
{
    private const string Other = "+15550100101";

    protected override Task<string> TakeBrokerAsync() => Servers.CreateVirtualHostAsync(Cancellation);

    [Fact]
    [Rule("MSG-10"), Rule("MSG-31")]
    public async Task Subscriptions_are_counted_by_agent_and_day_and_the_newest_one_tells_what_a_user_wants()
    {
        // In disorder, one of them twice, and with nanoseconds as the platform may write them.
        await SubscribeAsync("UNSUBSCRIBE", User, "2026-01-02T08:00:00.999999999Z", "s-3");
        await SubscribeAsync("SUBSCRIBE", User, "2026-01-01T23:59:59.999999999Z", "s-1");
        await SubscribeAsync("UNSUBSCRIBE", User, "2026-01-02T08:00:00.999999999Z", "s-3");
        await SubscribeAsync("SUBSCRIBE", User, "2026-01-02T07:00:00Z", "s-2");
        await SubscribeAsync("SUBSCRIBE", Other, "2026-01-02T09:00:00Z", "s-4");

        Assert.Equal([("2026-01-01", 1, 0), ("2026-01-02", 2, 1)], await CountAsync(Agent));
        Assert.Equal([("2026-01-01", 1, 0), ("2026-01-02", 2, 1)], await CountAsync());
        Assert.Empty(await CountAsync("other@rbm.goog"));
        Assert.Equal((SubscriptionState.Unsubscribed, TimeOf("2026-01-02T08:00:00.999Z")), await StateAsync(User));
        Assert.Equal((SubscriptionState.Subscribed, TimeOf("2026-01-02T09:00:00Z")), await StateAsync(Other));
        Assert.Equal((SubscriptionState.Unspecified, null), await StateAsync("+15550100102"));
        await FailsAsync(StatusCode.InvalidArgument, "RANGE_INVALID", "end_date", () => Messages.QueryEngagementAsync(new() { StartDate = "2026-01-02", EndDate = "2026-01-01" }));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "phone_number", () => Messages.GetSubscriptionAsync(new() { AgentId = Agent }));
    }

    [Fact]
    [Rule("MSG-31")]
    public async Task The_launch_state_of_an_agent_is_that_of_its_newest_change_and_all_are_kept()
    {
        await using var published = await Published.ListenAsync(Broker, typeof(RcsAgentLaunchStateChanged));
        await LaunchAsync("l-2", "2026-01-02T00:00:00Z", "LAUNCH_STATE_PENDING", "LAUNCH_STATE_LAUNCHED");
        await LaunchAsync("l-1", "2026-01-01T00:00:00Z", "LAUNCH_STATE_UNSPECIFIED", "LAUNCH_STATE_PENDING");
        await LaunchAsync("l-2", "2026-01-02T00:00:00Z", "LAUNCH_STATE_PENDING", "LAUNCH_STATE_LAUNCHED");

        var agent = (await Messages.ListAgentsAsync(new(), cancellationToken: Cancellation)).Agents.Single(agent => agent.AgentId == Agent);
        Assert.Equal("LAUNCH_STATE_LAUNCHED", agent.LaunchState);
        Assert.Equal(
            [("2026-01-02T00:00:00Z", "LAUNCH_STATE_PENDING", "LAUNCH_STATE_LAUNCHED"), ("2026-01-01T00:00:00Z", "LAUNCH_STATE_UNSPECIFIED", "LAUNCH_STATE_PENDING")],
            agent.LaunchChanges.Select(change => (change.Time.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null), change.OldState, change.NewState)));
        Assert.All(agent.LaunchChanges, change => Assert.Equal("/v1/regions/fi-rcs", change.RegionId));
        await published.ReceivedAsync<RcsAgentLaunchStateChanged>(2);
        Assert.Equal(["LAUNCH_STATE_LAUNCHED", "LAUNCH_STATE_PENDING"], published.Of<RcsAgentLaunchStateChanged>().Select(change => change.NewState).Order(StringComparer.Ordinal));
    }

    private async Task SubscribeAsync(string kind, string phone, string time, string eventId) => Assert.Equal(HttpStatusCode.OK, await NotifyAsync(
        $$"""{"senderPhoneNumber":"{{phone}}","eventType":"{{kind}}","eventId":"{{eventId}}","sendTime":"{{time}}","agentId":"{{Agent}}"}"""));

    private async Task LaunchAsync(string eventId, string time, string before, string after) => Assert.Equal(HttpStatusCode.OK, await NotifyAsync(
        $$"""{"eventId":"{{eventId}}","agentId":"{{Agent}}","botDisplayName":"Brand","brandId":"b","brandDisplayName":"Brand","regionId":"/v1/regions/fi-rcs","oldLaunchState":"{{before}}","newLaunchState":"{{after}}","sendTime":"{{time}}"}""",
        type: "agent_launch_event"));

    private async Task<IEnumerable<(string Date, long Subscribes, long Unsubscribes)>> CountAsync(params string[] agents) =>
        (await Messages.QueryEngagementAsync(new() { AgentIds = { agents }, StartDate = "2026-01-01", EndDate = "2026-01-02" }, cancellationToken: Cancellation)).Rows
            .Select(row => (row.Date, row.Subscribes, row.Unsubscribes));

    private async Task<(SubscriptionState State, Google.Protobuf.WellKnownTypes.Timestamp? Time)> StateAsync(string phone)
    {
        var answer = await Messages.GetSubscriptionAsync(new() { AgentId = Agent, PhoneNumber = phone }, cancellationToken: Cancellation);
        return (answer.State, answer.ChangeTime);
    }
}
