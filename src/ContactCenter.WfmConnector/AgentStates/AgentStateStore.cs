using System.Diagnostics.Metrics;
using ContactCenter.Durable;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.WfmConnector.AgentStates;

/// <summary>All SQL of the agents' present states and of what CXone was told of them.</summary>
/// <param name="database">The service's database.</param>
/// <param name="options">When a change is due to be sent.</param>
/// <param name="timeProvider">Now.</param>
/// <param name="logger">Warned of clocks that are ahead.</param>
public sealed partial class AgentStateStore(DurableDatabase database, IOptions<WfmOptions> options, TimeProvider timeProvider, ILogger<AgentStateStore> logger)
{
    // Longer than a request may take (CxoneClient): whoever lost the lease has given up by then.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private static readonly Meter Meter = new("ContactCenter.WfmConnector");

    private static readonly Counter<long> Skipped = Meter.CreateCounter<long>(
        "wfm.states.skipped", "{state}", "States that were followed by another before they were due to be sent (WFM-29).");

    private RealTimeOptions Options => options.Value.RealTime;

    /// <summary>
    /// Works out what agents do now and when that is due to be sent. Facts of one agent that are told at the same time wait
    /// for each other here, so the last to commit sees them all.
    /// </summary>
    /// <param name="connection">In the transaction that has written the facts.</param>
    /// <param name="agentSids">The agents.</param>
    public async Task RefreshAsync(NpgsqlConnection connection, params string[] agentSids)
    {
        var now = timeProvider.GetUtcNow();
        await connection.ExecuteAsync(
            """
            INSERT INTO wfm.agent_states (agent_sid) SELECT unnest(@agentSids) ON CONFLICT DO NOTHING;
            SELECT FROM wfm.agent_states WHERE agent_sid = ANY (@agentSids) ORDER BY agent_sid FOR UPDATE
            """,
            new { agentSids });
        var changes = await connection.QueryAsync<(string AgentSid, bool IsSkipped, bool IsAhead)>(
            $"""
            WITH present AS (
              SELECT n.agent_sid, n.state_id, n.medium, n.start_time, n.start_time > @now + interval '60 seconds' AS is_ahead, s.state_id IS NOT NULL AND s.due_time IS NOT NULL AS is_skipped
              FROM wfm.spans(@now, 'infinity', @agentSids) n JOIN wfm.agent_states s USING (agent_sid)
              WHERE n.end_time IS NULL AND (n.state_id, n.medium) IS DISTINCT FROM (s.state_id, s.medium)
            )
            UPDATE wfm.agent_states s SET state_id = p.state_id, medium = p.medium, since = CASE WHEN p.is_ahead THEN @now ELSE p.start_time END,
              skewed_time = CASE WHEN p.is_ahead THEN p.start_time ELSE s.skewed_time END,
              due_time = CASE WHEN @dwells THEN @now + @spacing ELSE coalesce(s.due_time, greatest(@now, s.report_time + @spacing)) END
            FROM present p WHERE s.agent_sid = p.agent_sid
            RETURNING s.agent_sid, p.is_skipped, p.is_ahead;
            UPDATE wfm.agent_states s SET due_time = coalesce(due_time, @now) WHERE agent_sid = ANY (@agentSids) AND reported_login <> {Logins.Sql("s.agent_sid", "@now")}
            """,
            new { agentSids, now, spacing = Options.MinimumSpacing, dwells = Options.Mode == SpacingMode.Dwell });
        foreach (var change in changes)
        {
            if (change.IsSkipped)
                Skipped.Add(1);
            if (change.IsAhead)
                LogClockSkew(change.AgentSid);
        }
    }

    /// <summary>Takes agents whose states are due; nobody else sends them until they are settled or the lease ends.</summary>
    /// <param name="isSnapshot">Whether to take those of a snapshot.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>The lease and the states; none if nothing is due.</returns>
    public async Task<(Guid Lease, IReadOnlyList<DueState> States)> ClaimAsync(bool isSnapshot, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var lease = Guid.CreateVersion7(now);
        await using var connection = await database.OpenAsync(cancellationToken);
        var states = await connection.QueryAsync<DueState>(new CommandDefinition(
            $"""
            UPDATE wfm.agent_states SET due_time = NULL
            WHERE due_time <= @now AND forced_time IS NULL AND (state_id, medium) IS NOT DISTINCT FROM (reported_state_id, reported_medium)
              AND reported_login = {Logins.Sql("agent_states.agent_sid", "@now")};
            WITH due AS (
              SELECT agent_sid FROM wfm.agent_states
              WHERE due_time <= @now AND (forced_time IS NOT NULL) = @isSnapshot AND state_id IS NOT NULL AND (lease_until IS NULL OR lease_until <= @now)
              ORDER BY due_time LIMIT @size FOR UPDATE SKIP LOCKED
            ), taken AS (
              UPDATE wfm.agent_states s SET lease_id = @lease, lease_until = @now + @leaseTime, sequence = s.sequence + 1
              FROM due WHERE s.agent_sid = due.agent_sid RETURNING s.*
            )
            SELECT t.agent_sid AS AgentSid, {Logins.Sql("t.agent_sid", "@now")} AS LoginId, t.state_id AS StateId, t.medium AS Medium, t.since AS Since,
              t.reported_state_id AS ReportedStateId, t.reported_since AS ReportedSince, t.reported_login AS ReportedLogin, t.sequence AS Sequence, t.forced_time AS ForcedTime,
              EXISTS (SELECT FROM wfm.agent_states o WHERE o.reported_login = t.reported_login AND o.agent_sid <> t.agent_sid) AS IsLoginTaken
            FROM taken t ORDER BY 2
            """,
            new { now, isSnapshot, size = Options.BatchSize, lease, leaseTime = Lease },
            cancellationToken: cancellationToken));
        return (lease, [.. states]);
    }

    /// <summary>Writes that CXone took states, or refused them.</summary>
    /// <param name="lease">As claimed; if it is lost nothing is written.</param>
    /// <param name="states">Which.</param>
    /// <param name="refusalOf">The answer to each in short, by its place; null if it was taken.</param>
    /// <param name="answerId">The answer in full; null if all were taken without a word.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task SettleAsync(Guid lease, IReadOnlyList<DueState> states, Func<int, string?> refusalOf, Guid? answerId, CancellationToken cancellationToken) => ExecuteAsync(
        """
        UPDATE wfm.agent_states s SET reported_state_id = t.state_id, reported_medium = t.medium, reported_since = t.since, reported_login = t.login_id, report_time = @now,
          refusal = t.refusal, answer_id = CASE WHEN t.refusal IS NOT NULL THEN @answerId::uuid END, lease_id = NULL, lease_until = NULL,
          due_time = CASE WHEN (s.state_id, s.medium) IS DISTINCT FROM (t.state_id, t.medium) THEN @now + @spacing WHEN s.forced_time IS DISTINCT FROM t.forced_time THEN s.due_time END,
          -- A snapshot that was asked for meanwhile stays asked for.
          forced_time = CASE WHEN s.forced_time IS DISTINCT FROM t.forced_time THEN s.forced_time END
        FROM unnest(@agents, @logins, @stateIds, @media, @sinces, @refusals, @forcedTimes::timestamptz[]) AS t (agent_sid, login_id, state_id, medium, since, refusal, forced_time)
        WHERE s.agent_sid = t.agent_sid AND s.lease_id = @lease
        """,
        new
        {
            lease,
            answerId,
            refusals = states.Select((_, i) => refusalOf(i)).ToArray(),
            now = timeProvider.GetUtcNow(),
            spacing = Options.MinimumSpacing,
            agents = states.Select(state => state.AgentSid).ToArray(),
            logins = states.Select(state => state.LoginId).ToArray(),
            stateIds = states.Select(state => state.StateId).ToArray(),
            media = states.Select(state => state.Medium).ToArray(),
            sinces = states.Select(state => state.Since).ToArray(),
            forcedTimes = states.Select(state => state.ForcedTime).ToArray(),
        },
        cancellationToken);

    /// <summary>Gives states back that could not be sent: the latest of each agent stays due (WFM-35).</summary>
    /// <param name="lease">As claimed.</param>
    /// <param name="answerId">Why they could not be sent; null if they were not tried.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public Task GiveBackAsync(Guid lease, Guid? answerId, CancellationToken cancellationToken) => ExecuteAsync(
        "UPDATE wfm.agent_states SET lease_id = NULL, lease_until = NULL, answer_id = coalesce(@answerId::uuid, answer_id) WHERE lease_id = @lease", new { lease, answerId }, cancellationToken);

    /// <summary>Whether the lease still is this process's.</summary>
    /// <param name="lease">As claimed.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<bool> HoldsAsync(Guid lease, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT FROM wfm.agent_states WHERE lease_id = @lease AND lease_until > @now + interval '11 seconds')",
            new { lease, now = timeProvider.GetUtcNow() },
            cancellationToken: cancellationToken));
    }

    /// <summary>Has the states of agents sent again who are at work, or were when CXone last heard of them (WFM-39).</summary>
    /// <param name="connection">In the transaction that needs it.</param>
    /// <param name="agentSid">Only this agent; null for all.</param>
    /// <returns>How many agents.</returns>
    public Task<int> ForceAsync(NpgsqlConnection connection, string? agentSid = null) => connection.ExecuteAsync(
        """
        UPDATE wfm.agent_states SET forced_time = @now, due_time = @now
        WHERE state_id IS NOT NULL AND (state_id <> @loggedOut OR (reported_state_id IS DISTINCT FROM state_id AND since > @now - interval '1 day'))
          AND (@agentSid::text IS NULL OR agent_sid = @agentSid)
        """,
        new { agentSid, now = timeProvider.GetUtcNow(), loggedOut = ActivityBook.LoggedOut });

    // Its history has the time that was told (WFM-34).
    [LoggerMessage(LogLevel.Warning, "CLOCK_SKEW: agent {AgentSid} came into a state more than 60 s from now; it counts from now on")]
    private partial void LogClockSkew(string agentSid);

    private async Task ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
    }
}

/// <summary>A state that is being sent.</summary>
public sealed class DueState
{
    /// <summary>The agent.</summary>
    public string AgentSid { get; init; } = "";

    /// <summary>By which CXone knows the agent.</summary>
    public string LoginId { get; init; } = "";

    /// <summary>The state.</summary>
    public short StateId { get; init; }

    /// <summary>Medium of the contact; null without.</summary>
    public short? Medium { get; init; }

    /// <summary>Since when.</summary>
    public DateTime Since { get; init; }

    /// <summary>The state reported before; null if none was.</summary>
    public short? ReportedStateId { get; init; }

    /// <summary>Since when that lasted.</summary>
    public DateTime? ReportedSince { get; init; }

    /// <summary>By which login id it was reported; null if none was.</summary>
    public string? ReportedLogin { get; init; }

    /// <summary>Whether another agent was reported by that id since.</summary>
    public bool IsLoginTaken { get; init; }

    /// <summary>The login id that CXone still takes for somebody at work, and that is nobody's any more; null if there is none.</summary>
    public string? LeftLogin => ReportedLogin != LoginId && !IsLoginTaken && ReportedStateId != ActivityBook.LoggedOut ? ReportedLogin : null;

    /// <summary>Number of the report; of one agent it only grows.</summary>
    public long Sequence { get; init; }

    /// <summary>When the snapshot was asked for that it belongs to; null if it belongs to none.</summary>
    public DateTime? ForcedTime { get; init; }
}
