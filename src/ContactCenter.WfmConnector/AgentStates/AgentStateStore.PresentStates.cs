using Dapper;
using Npgsql;

namespace ContactCenter.WfmConnector.AgentStates;

public sealed partial class AgentStateStore
{
    /// <summary>Lists present states by agent.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="after">Begin after this agent; empty for the first page.</param>
    /// <param name="limit">Most states.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<PresentState>> ListAsync(NpgsqlConnection connection, string after, int limit, CancellationToken cancellationToken) =>
        [.. await QueryAsync(connection, "s.agent_sid > @after ORDER BY s.agent_sid LIMIT @limit", new { after, limit, now = timeProvider.GetUtcNow() }, cancellationToken)];

    /// <summary>Finds what an agent does now.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="agentSid">The agent.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Null if nothing was told of the agent's states.</returns>
    public async Task<PresentState?> FindAsync(NpgsqlConnection connection, string agentSid, CancellationToken cancellationToken) =>
        (await QueryAsync(connection, "s.agent_sid = @agentSid", new { agentSid, now = timeProvider.GetUtcNow() }, cancellationToken)).SingleOrDefault();

    private static Task<IEnumerable<PresentState>> QueryAsync(NpgsqlConnection connection, string where, object parameters, CancellationToken cancellationToken) =>
        connection.QueryAsync<PresentState>(new CommandDefinition(
            $"""
            SELECT s.agent_sid AS AgentSid, {Logins.Sql("s.agent_sid", "@now")} AS LoginId, a.full_name AS FullName, k.state AS State, k.reason_code AS ReasonCode,
              k.reason_text AS ReasonText, s.medium AS Medium, s.since AS Since, r.state AS ReportedState, r.reason_code AS ReportedReasonCode,
              s.reported_since AS ReportedSince, s.report_time AS ReportTime, s.sequence AS Sequence, s.refusal AS Refusal
            FROM wfm.agent_states s JOIN wfm.states k USING (state_id) JOIN wfm.agents a USING (agent_sid) LEFT JOIN wfm.states r ON r.state_id = s.reported_state_id
            WHERE {where}
            """,
            parameters,
            cancellationToken: cancellationToken));
}

/// <summary>What an agent does now, and what CXone was told.</summary>
public sealed class PresentState
{
    /// <summary>The agent.</summary>
    public string AgentSid { get; init; } = "";

    /// <summary>By which CXone knows the agent.</summary>
    public string LoginId { get; init; } = "";

    /// <summary>Null if not known.</summary>
    public string? FullName { get; init; }

    /// <summary>The state.</summary>
    public string State { get; init; } = "";

    /// <summary>Null without.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>Null without.</summary>
    public string? ReasonText { get; init; }

    /// <summary>Medium of the contact; null without.</summary>
    public short? Medium { get; init; }

    /// <summary>Since when.</summary>
    public DateTime Since { get; init; }

    /// <summary>The state that was last sent; null if none was.</summary>
    public string? ReportedState { get; init; }

    /// <summary>Its reason.</summary>
    public string? ReportedReasonCode { get; init; }

    /// <summary>Since when that lasted.</summary>
    public DateTime? ReportedSince { get; init; }

    /// <summary>When it was sent.</summary>
    public DateTime? ReportTime { get; init; }

    /// <summary>Number of the last report.</summary>
    public long Sequence { get; init; }

    /// <summary>The answer if CXone refused the last report; else null.</summary>
    public string? Refusal { get; init; }
}
