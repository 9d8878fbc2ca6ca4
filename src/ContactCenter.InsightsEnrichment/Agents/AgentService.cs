using ContactCenter.Contracts;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>Serves agents; <c>agent_service.proto</c> is its specification.</summary>
/// <param name="store">Where they are.</param>
/// <param name="rules">What activities mean.</param>
public sealed class AgentService(AgentStore store, CurrentRules rules) : V1.AgentService.AgentServiceBase
{
    private const string Domain = InsightsErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override async Task<GetAgentResponse> GetAgent(GetAgentRequest request, ServerCallContext context)
    {
        if (request.AgentSid.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, "agent_sid", "is required");
        var agent = await store.FindAsync(request.AgentSid, context.CancellationToken)
            ?? throw RpcErrors.NotFound(Domain, InsightsErrors.AgentNotFound, "agent", request.AgentSid);
        return new() { Agent = AgentMessages.Of(agent) };
    }

    /// <inheritdoc />
    public override async Task<ListAgentsResponse> ListAgents(ListAgentsRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 1)?[0];
        var rows = await store.ListAsync(
            new(Given(filter.AccountSid), Given(filter.AgentId), Given(filter.TeamId), filter.IncludeDeleted, false, after, size + 1), context.CancellationToken);

        var response = new ListAgentsResponse { Agents = { rows.Take(size).Select(AgentMessages.Of) } };
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].AgentSid);
        return response;
    }

    /// <inheritdoc />
    public override async Task<ListCurrentAgentStatesResponse> ListCurrentAgentStates(ListCurrentAgentStatesRequest request, ServerCallContext context)
    {
        var filter = new ListCurrentAgentStatesRequest { AccountSid = request.AccountSid };
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 1)?[0];
        var rows = await store.ListAsync(new(Given(request.AccountSid), null, null, false, true, after, size + 1), context.CancellationToken);
        var (open, available) = await store.CurrentAsync([.. rows.Select(agent => agent.AgentSid)], context.CancellationToken);

        var settings = rules.Value.Agents;
        var response = new ListCurrentAgentStatesResponse
        {
            States = { rows.Take(size).Select(agent => AgentMessages.StateOf(agent, settings.IsAvailable(agent.Activity!, agent.ActivitySid, available), open[agent.AgentSid])) },
        };
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].AgentSid);
        return response;
    }

    /// <inheritdoc />
    public override async Task<ListAgentStatusSegmentsResponse> ListAgentStatusSegments(ListAgentStatusSegmentsRequest request, ServerCallContext context)
    {
        var filter = request.Filter ?? new();
        var (start, end) = (RpcTimes.Read(filter.StartTime, Domain, "filter.start_time"), RpcTimes.Read(filter.EndTime, Domain, "filter.end_time"));
        if (start >= end)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.RangeInvalid, "filter.end_time", "must be after start_time");
        var size = Pages.Size(request.PageSize);
        var after = Pages.Position(request.PageToken, filter, 2);
        var rows = await store.ListStatusAsync(
            new(start, end, Given(filter.AccountSid), Given(filter.AgentSid), after?.Time(0), after?[1], size + 1), context.CancellationToken);

        var response = new ListAgentStatusSegmentsResponse { Segments = { rows.Take(size).Select(AgentMessages.Of) } };
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(rows[size - 1].Segment.StartTime), rows[size - 1].Segment.SegmentId);
        return response;
    }

    private static string? Given(string value) => value.Length > 0 ? value : null;
}
