using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using ContactCenter.WfmConnector.AgentStates;
using Dapper;
using Grpc.Core;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Mappings;

public sealed partial class MappingService
{
    /// <inheritdoc />
    public override Task<V1.CreateAgentLoginResponse> CreateAgentLogin(V1.CreateAgentLoginRequest request, ServerCallContext context)
    {
        var login = request.AgentLogin ?? throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "agent_login", "is required");
        new Faults("agent_login").Text(login.AgentSid, "agent_sid", LongestId).Text(login.LoginId, "login_id", LongestId).Throw();
        return calls.RunAsync(context, request, async transaction =>
        {
            var key = new { login.AgentSid, login.LoginId, now = timeProvider.GetUtcNow() };
            // Held to the end of the transaction: two calls at once must not give two agents one id.
            var (isMapped, isTaken) = await transaction.Connection.QuerySingleAsync<(bool, bool)>(
                $"""
                LOCK TABLE wfm.login_mappings IN SHARE ROW EXCLUSIVE MODE;
                SELECT EXISTS (SELECT FROM wfm.login_mappings WHERE agent_sid = @AgentSid AND until_time = 'infinity'),
                  EXISTS (SELECT FROM wfm.login_mappings WHERE agent_sid <> @AgentSid AND login_id = @LoginId AND until_time = 'infinity')
                  OR EXISTS (SELECT FROM wfm.agents a WHERE a.agent_sid <> @AgentSid AND {Logins.Sql("a.agent_sid", "@now")} = @LoginId)
                """,
                key);
            if (isMapped)
                throw Exists("agent", login.AgentSid);
            if (isTaken)
                throw RpcErrors.AlreadyExists(Domain, WfmErrors.LoginIdTaken, $"CXone knows another agent by '{login.LoginId}'.");
            await transaction.Connection.ExecuteAsync("INSERT INTO wfm.login_mappings (agent_sid, from_time, login_id) VALUES (@AgentSid, @now, @LoginId)", key);
            await states.ForceAsync(transaction.Connection, login.AgentSid);
            Audit(transaction, context, "agent_logins.create", $"agent_logins/{login.AgentSid}", request.RequestId);
            return new V1.CreateAgentLoginResponse { AgentLogin = login };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.ListAgentLoginsResponse> ListAgentLogins(V1.ListAgentLoginsRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListAgentLoginsRequest();
        var after = Pages.Position(request.PageToken, filter, 1)?[0] ?? "";
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var rows = (await connection.QueryAsync<(string AgentSid, string LoginId)>(new CommandDefinition(
            "SELECT agent_sid, login_id FROM wfm.login_mappings WHERE until_time = 'infinity' AND agent_sid > @after ORDER BY agent_sid LIMIT @limit",
            new { after, limit = size + 1 },
            cancellationToken: context.CancellationToken))).AsList();
        var response = new V1.ListAgentLoginsResponse();
        response.AgentLogins.AddRange(rows.Take(size).Select(row => new V1.AgentLogin { AgentSid = row.AgentSid, LoginId = row.LoginId }));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].AgentSid);
        return response;
    }

    /// <inheritdoc />
    public override Task<V1.DeleteAgentLoginResponse> DeleteAgentLogin(V1.DeleteAgentLoginRequest request, ServerCallContext context) => calls.RunAsync(context, request, async transaction =>
    {
        var ended = await transaction.Connection.ExecuteAsync(
            "UPDATE wfm.login_mappings SET until_time = @now WHERE agent_sid = @AgentSid AND until_time = 'infinity'", new { request.AgentSid, now = timeProvider.GetUtcNow() });
        if (ended == 0)
            throw NotFound("agent_login", request.AgentSid);
        await states.ForceAsync(transaction.Connection, request.AgentSid);
        Audit(transaction, context, "agent_logins.delete", $"agent_logins/{request.AgentSid}", request.RequestId);
        return new V1.DeleteAgentLoginResponse();
    });
}
