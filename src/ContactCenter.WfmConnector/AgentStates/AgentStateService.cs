using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.WfmConnector.Connections;
using ContactCenter.WfmConnector.Facts;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.AgentStates;

/// <summary>Serves what agents do now; <c>agent_state_service.proto</c> is its specification.</summary>
/// <param name="database">The service's database.</param>
/// <param name="store">Where the states are.</param>
/// <param name="connections">Says whether anything may be sent.</param>
/// <param name="source">Knows whether Insights is heard of.</param>
/// <param name="calls">Runs changes once per request_id.</param>
public sealed class AgentStateService(DurableDatabase database, AgentStateStore store, ConnectionStore connections, SourceWatch source, IdempotentCalls calls)
    : V1.AgentStateService.AgentStateServiceBase
{
    private const string Domain = WfmErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override async Task<V1.ListAgentStatesResponse> ListAgentStates(V1.ListAgentStatesRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListAgentStatesRequest();
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var states = await store.ListAsync(connection, Pages.Position(request.PageToken, filter, 1)?[0] ?? "", size + 1, context.CancellationToken);
        var response = new V1.ListAgentStatesResponse { Source = await source.StateAsync(connection, context.CancellationToken) };
        response.AgentStates.AddRange(states.Take(size).Select(MessageOf));
        if (states.Count > size)
            response.NextPageToken = Paging.Token(filter, states[size - 1].AgentSid);
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.GetAgentStateResponse> GetAgentState(V1.GetAgentStateRequest request, ServerCallContext context)
    {
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var state = await store.FindAsync(connection, request.AgentSid, context.CancellationToken) ?? throw RpcErrors.NotFound(Domain, WfmErrors.AgentNotFound, "agent", request.AgentSid);
        return new()
        {
            AgentState = MessageOf(state),
            Answer = (await AnswerStore.OfAgentAsync(connection, request.AgentSid, context.CancellationToken))?.ToMessage(),
            Source = await source.StateAsync(connection, context.CancellationToken),
        };
    }

    /// <inheritdoc />
    public override Task<V1.ResyncAgentStatesResponse> ResyncAgentStates(V1.ResyncAgentStatesRequest request, ServerCallContext context) =>
        calls.RunAsync(context, request, async transaction =>
        {
            if (!(await connections.LockAsync(transaction.Connection)).IsUsable)
                throw RpcErrors.FailedPrecondition(Domain, WfmErrors.ConnectionNotConfigured, "The connection is not configured, or was not asked to connect.");
            transaction.Audit(new AuditEntry(context.GetCaller().Actor, "agent_states.resync", "agent_states", request.RequestId));
            return new V1.ResyncAgentStatesResponse { Agents = await store.ForceAsync(transaction.Connection) };
        });

    private static V1.AgentState MessageOf(PresentState state) => new()
    {
        AgentSid = state.AgentSid,
        LoginId = state.LoginId,
        FullName = state.FullName ?? "",
        State = state.State,
        ReasonCode = state.ReasonCode ?? "",
        ReasonText = state.ReasonText ?? "",
        Medium = ContactMedia.MessageOf((ContactMedium?)state.Medium),
        StartTime = state.Since.ToTimestamp(),
        ReportedState = state.ReportedState ?? "",
        ReportedReasonCode = state.ReportedReasonCode ?? "",
        ReportedStartTime = state.ReportedSince?.ToTimestamp(),
        ReportTime = state.ReportTime?.ToTimestamp(),
        Sequence = state.Sequence,
        Refusal = state.Refusal ?? "",
    };
}
