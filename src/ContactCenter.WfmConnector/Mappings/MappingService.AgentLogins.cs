using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using ContactCenter.WfmConnector.AgentStates;
using Dapper;
using Grpc.Core;
using Npgsql;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Mappings;

public sealed partial class MappingService
{
    private const string PresentLogins = "SELECT agent_sid, login_id FROM wfm.login_mappings WHERE until_time = 'infinity'";

    /// <inheritdoc />
    public override Task<V1.CreateAgentLoginResponse> CreateAgentLogin(V1.CreateAgentLoginRequest request, ServerCallContext context)
    {
        var login = request.AgentLogin?.Clone() ?? throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "agent_login", "is required");
        new Faults("agent_login").Text(login.AgentSid, "agent_sid", LongestId).Text(login.LoginId, "login_id", LongestId).Throw();
        return calls.RunAsync(context, request, async transaction =>
        {
            await LockLoginsAsync(transaction.Connection, login);
            if (await FindLoginAsync(transaction.Connection, login.AgentSid) is not null)
                throw Exists("agent", login.AgentSid);
            await AddLoginAsync(transaction.Connection, login);
            Audit(transaction, context, "agent_logins.create", $"agent_logins/{login.AgentSid}", request.RequestId);
            return new V1.CreateAgentLoginResponse { AgentLogin = Stamp(login) };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.GetAgentLoginResponse> GetAgentLogin(V1.GetAgentLoginRequest request, ServerCallContext context)
    {
        await using var connection = await database.OpenAsync(context.CancellationToken);
        return new() { AgentLogin = await FindLoginAsync(connection, request.AgentSid) ?? throw NotFound("agent_login", request.AgentSid) };
    }

    /// <inheritdoc />
    public override Task<V1.UpdateAgentLoginResponse> UpdateAgentLogin(V1.UpdateAgentLoginRequest request, ServerCallContext context)
    {
        var login = request.AgentLogin?.Clone() ?? throw RpcErrors.InvalidArgument(Domain, WfmErrors.FieldRequired, "agent_login", "is required");
        new Faults("agent_login").Text(login.AgentSid, "agent_sid", LongestId).Text(login.LoginId, "login_id", LongestId).Text(login.Etag, "etag", LongestId).Throw();
        return calls.RunAsync(context, request, async transaction =>
        {
            await LockLoginsAsync(transaction.Connection, login);
            var stored = await FindLoginAsync(transaction.Connection, login.AgentSid) ?? throw NotFound("agent_login", login.AgentSid);
            CheckEtag(login.Etag, stored.Etag);
            if (stored.LoginId != login.LoginId)
            {
                await EndLoginAsync(transaction.Connection, login.AgentSid);
                await AddLoginAsync(transaction.Connection, login);
                Audit(transaction, context, "agent_logins.update", $"agent_logins/{login.AgentSid}", request.RequestId);
            }

            return new V1.UpdateAgentLoginResponse { AgentLogin = Stamp(login) };
        });
    }

    /// <inheritdoc />
    public override async Task<V1.ListAgentLoginsResponse> ListAgentLogins(V1.ListAgentLoginsRequest request, ServerCallContext context)
    {
        var (rows, next) = await PageAsync<(string AgentSid, string LoginId)>(
            new V1.ListAgentLoginsRequest(),
            (request.PageSize, request.PageToken),
            $"{PresentLogins} AND agent_sid > @after ORDER BY agent_sid LIMIT @limit",
            row => row.AgentSid,
            context.CancellationToken);
        return new() { AgentLogins = { rows.Select(LoginOf) }, NextPageToken = next };
    }

    /// <inheritdoc />
    public override Task<V1.DeleteAgentLoginResponse> DeleteAgentLogin(V1.DeleteAgentLoginRequest request, ServerCallContext context) => calls.RunAsync(context, request, async transaction =>
    {
        if (await EndLoginAsync(transaction.Connection, request.AgentSid) == 0)
            throw NotFound("agent_login", request.AgentSid);
        await states.ForceAsync(transaction.Connection, request.AgentSid);
        Audit(transaction, context, "agent_logins.delete", $"agent_logins/{request.AgentSid}", request.RequestId);
        return new V1.DeleteAgentLoginResponse();
    });

    private static V1.AgentLogin LoginOf((string AgentSid, string LoginId) row) => Stamp(new V1.AgentLogin { AgentSid = row.AgentSid, LoginId = row.LoginId });

    private static async Task<V1.AgentLogin?> FindLoginAsync(NpgsqlConnection connection, string agentSid) =>
        await connection.QuerySingleOrDefaultAsync<(string, string)?>($"{PresentLogins} AND agent_sid = @agentSid", new { agentSid }) is { } row ? LoginOf(row) : null;

    /// <summary>Keeps others from mapping to the end of the transaction: two calls at once must not give two agents one id.</summary>
    private async Task LockLoginsAsync(NpgsqlConnection connection, V1.AgentLogin login)
    {
        var isTaken = await connection.QuerySingleAsync<bool>(
            $"""
            LOCK TABLE wfm.login_mappings IN SHARE ROW EXCLUSIVE MODE;
            SELECT EXISTS (SELECT FROM wfm.login_mappings WHERE agent_sid <> @AgentSid AND login_id = @LoginId AND until_time = 'infinity')
              OR EXISTS (SELECT FROM wfm.agents a WHERE a.agent_sid <> @AgentSid AND {Logins.Sql("a.agent_sid", "@now")} = @LoginId)
            """,
            new { login.AgentSid, login.LoginId, now = timeProvider.GetUtcNow() });
        if (isTaken)
            throw RpcErrors.AlreadyExists(Domain, WfmErrors.LoginIdTaken, $"CXone knows another agent by '{login.LoginId}'.");
    }

    private async Task AddLoginAsync(NpgsqlConnection connection, V1.AgentLogin login)
    {
        await connection.ExecuteAsync(
            "INSERT INTO wfm.login_mappings (agent_sid, from_time, login_id) VALUES (@AgentSid, @now, @LoginId)", new { login.AgentSid, login.LoginId, now = timeProvider.GetUtcNow() });
        await states.ForceAsync(connection, login.AgentSid);
    }

    private Task<int> EndLoginAsync(NpgsqlConnection connection, string agentSid) => connection.ExecuteAsync(
        "UPDATE wfm.login_mappings SET until_time = @now WHERE agent_sid = @agentSid AND until_time = 'infinity'", new { agentSid, now = timeProvider.GetUtcNow() });
}
