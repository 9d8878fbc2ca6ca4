using ContactCenter.Contracts;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>Records messages, and tells what became of them; <c>message_analytics_service.proto</c> is its specification.</summary>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="desk">Records messages.</param>
/// <param name="store">Reads messages.</param>
/// <param name="report">Counts them.</param>
/// <param name="engagement">Subscriptions and launch states.</param>
/// <param name="refreshes">The publications of the figures.</param>
/// <param name="quarantine">What was not taken in.</param>
/// <param name="agents">The configured agents.</param>
/// <param name="options">The window.</param>
/// <param name="timeProvider">Now.</param>
public sealed partial class MessageAnalyticsService(
    IdempotentCalls calls,
    SentMessageDesk desk,
    MessageStore store,
    AnalyticsReport report,
    EngagementStore engagement,
    RefreshStore refreshes,
    RbmQuarantine quarantine,
    RbmAgents agents,
    IOptions<RbmOptions> options,
    TimeProvider timeProvider) : V1.MessageAnalyticsService.MessageAnalyticsServiceBase
{
    private const string Domain = InsightsErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override Task<V1.RecordSentMessageResponse> RecordSentMessage(V1.RecordSentMessageRequest request, ServerCallContext context) => calls.RunAsync(context, request, async transaction =>
    {
        var message = MessageMessages.Read(request.Message ?? new(), "message");
        var recorded = (await desk.RecordAsync(transaction, [message]))[0];
        return recorded.Violations switch
        {
            [] => new V1.RecordSentMessageResponse { Message = MessageMessages.Of(recorded) },
            [{ Reason: InsightsErrors.MessageIdReused }] => throw RpcErrors.AlreadyExists(Domain, InsightsErrors.MessageIdReused, $"Message '{message.MessageId}' was recorded with other content; the first stays."),
            _ => throw RpcErrors.InvalidArgument(
                Domain, [.. recorded.Violations.Select(violation => (violation.Field.Length > 0 ? $"message.{violation.Field}" : "message", violation.Reason, violation.Description))]),
        };
    });

    /// <inheritdoc />
    public override Task<V1.RecordSentMessagesResponse> RecordSentMessages(V1.RecordSentMessagesRequest request, ServerCallContext context) => calls.RunAsync(context, request, async transaction =>
    {
        if (request.Messages.Count > SentMessageDesk.MostMessages)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.RangeTooLarge, "messages", $"must be at most {SentMessageDesk.MostMessages}");
        var recorded = await desk.RecordAsync(transaction, [.. request.Messages.Select((message, i) => MessageMessages.Read(message, $"messages[{i}]"))]);
        return new V1.RecordSentMessagesResponse { Messages = { recorded.Select(MessageMessages.Of) } };
    });

    /// <inheritdoc />
    public override async Task<V1.GetMessageResponse> GetMessage(V1.GetMessageRequest request, ServerCallContext context)
    {
        Require(request.AgentId, "agent_id");
        Require(request.MessageId, "message_id");
        return await store.FindAsync(request.AgentId, request.MessageId, context.CancellationToken) is { } row
            ? new() { Message = MessageMessages.Of(row, options.Value.BackfillDays) }
            : throw RpcErrors.NotFound(Domain, InsightsErrors.MessageNotFound, "message", request.MessageId);
    }

    /// <inheritdoc />
    public override async Task<V1.ListMessagesResponse> ListMessages(V1.ListMessagesRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        var (start, end) = AnalyticsQuery.Days(filter.StartDate, "filter.start_date", filter.EndDate, "filter.end_date");
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 3);
        var rows = await store.ListAsync(
            new(start, end, Given(filter.AgentId), Given(filter.Campaign), Given(filter.PhoneNumber) is { } phone ? agents.Stored(phone) : null,
                filter.Status == V1.MessageStatus.Unspecified ? null : filter.Status.ToString().ToUpperInvariant(), after?.Time(0), after?[1], after?[2], size + 1),
            context.CancellationToken);
        var response = new V1.ListMessagesResponse { Messages = { rows.Take(size).Select(row => MessageMessages.Of(row, options.Value.BackfillDays)) } };
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(rows[size - 1].SendTime), rows[size - 1].AgentId, rows[size - 1].MessageId);
        return response;
    }

    /// <inheritdoc />
    public override Task<V1.QueryDailyAnalyticsResponse> QueryDailyAnalytics(V1.QueryDailyAnalyticsRequest request, ServerCallContext context) =>
        report.RunAsync(AnalyticsQuery.Of(request), context.CancellationToken);

    /// <inheritdoc />
    public override async Task<V1.MessageAnalyticsServiceListAgentsResponse> ListAgents(V1.MessageAnalyticsServiceListAgentsRequest request, ServerCallContext context)
    {
        var seen = await store.ListAgentsAsync(context.CancellationToken);
        var launches = await engagement.ListLaunchesAsync(context.CancellationToken);
        return new()
        {
            Agents =
            {
                seen.Union(agents.Names.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(agent => new V1.RbmAgent
                {
                    AgentId = agent,
                    DisplayName = agents.Names.GetValueOrDefault(agent, agent),
                    Configured = agents.Names.ContainsKey(agent),
                    LaunchState = launches[agent].FirstOrDefault()?.NewState ?? "",
                    LaunchChanges = { launches[agent] },
                }),
            },
        };
    }

    private static string? Given(string value) => value.Length > 0 ? value : null;
}
