using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <content>Subscriptions of users.</content>
public sealed partial class MessageAnalyticsService
{
    /// <inheritdoc />
    public override async Task<V1.QueryEngagementResponse> QueryEngagement(V1.QueryEngagementRequest request, ServerCallContext context)
    {
        var (start, end) = AnalyticsQuery.Days(request.StartDate, "start_date", request.EndDate, "end_date");
        return new() { Rows = { await engagement.CountAsync(request.AgentIds, start, end, context.CancellationToken) } };
    }

    /// <inheritdoc />
    public override async Task<V1.GetSubscriptionResponse> GetSubscription(V1.GetSubscriptionRequest request, ServerCallContext context)
    {
        Require(request.AgentId, "agent_id");
        Require(request.PhoneNumber, "phone_number");
        if (!agents.TellsUsersApart || await engagement.FindSubscriptionAsync(request.AgentId, agents.Stored(request.PhoneNumber), context.CancellationToken) is not var (isSubscribed, time))
            return new();
        return new() { State = isSubscribed ? V1.SubscriptionState.Subscribed : V1.SubscriptionState.Unsubscribed, ChangeTime = time.ToTimestamp() };
    }

    private static void Require(string value, string field)
    {
        if (value.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, field, "is required");
    }
}
