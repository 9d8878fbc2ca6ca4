using ContactCenter.Durable;
using Dapper;

namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>All SQL by which agents, their states and their status segments are read. Enrichment alone writes them.</summary>
/// <param name="database">The service's database.</param>
public sealed class AgentStore(DurableDatabase database)
{
    // The queue stands for the team only where no team is given (INS-99).
    private const string Agents =
        $"""
        SELECT {AgentRow.Columns}, q.queue_sid AS LastQueueSid
        FROM insights.agents a
        LEFT JOIN LATERAL (
          SELECT s.queue_sid FROM insights.segments s
          WHERE NOT a.attributes ? 'team_id' AND s.agent_sid = a.agent_sid AND s.kind IN (2, 3) AND NOT s.withdrawn
          ORDER BY s.start_time DESC LIMIT 1) AS q ON true
        """;

    /// <summary>Finds an agent; null if there is none.</summary>
    /// <param name="agentSid">The worker.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<Agent?> FindAsync(string agentSid, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<AgentRow>(new($"{Agents} WHERE a.agent_sid = @agentSid", new { agentSid }, cancellationToken: cancellationToken));
        return row?.ToAgent();
    }

    /// <summary>Lists agents by SID.</summary>
    /// <param name="query">Which, and from where on.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<List<Agent>> ListAsync(AgentQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<AgentRow>(new(
            $"""
            {Agents}
            WHERE (@AccountSid::text IS NULL OR a.account_sid = @AccountSid)
              AND (@AgentId::text IS NULL OR a.agent_id = @AgentId)
              AND (@TeamId::text IS NULL OR a.attributes ->> 'team_id' = @TeamId)
              AND (@IncludeDeleted OR a.date_left IS NULL)
              AND (NOT @OnlyActive OR a.activity IS NOT NULL)
              AND (@AfterSid::text IS NULL OR a.agent_sid > @AfterSid)
            ORDER BY a.agent_sid LIMIT @Limit
            """,
            query,
            cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToAgent())];
    }

    /// <summary>What agents have accepted and not completed, by agent, and which activities are known to be available.</summary>
    /// <param name="agentSids">The agents.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<(ILookup<string, AcceptedReservation> Open, IReadOnlyDictionary<string, bool> Available)> CurrentAsync(string[] agentSids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var results = await connection.QueryMultipleAsync(new(
            """
            SELECT agent_sid AS AgentSid, document ->> 'reservation_sid' AS ReservationSid, task_sid AS TaskSid, conversation_id AS ConversationId,
              queue_sid AS QueueSid, start_time AS StartTime
            FROM insights.segments WHERE agent_sid = ANY(@agentSids) AND kind = 3 AND NOT withdrawn ORDER BY start_time, segment_id;
            SELECT activity_sid, available FROM insights.activities WHERE NOT deleted
            """,
            new { agentSids },
            cancellationToken: cancellationToken));
        var open = (await results.ReadAsync<AcceptedReservation>()).ToLookup(reservation => reservation.AgentSid, StringComparer.Ordinal);
        return (open, (await results.ReadAsync<(string Sid, bool Available)>()).ToDictionary(row => row.Sid, row => row.Available, StringComparer.Ordinal));
    }

    /// <summary>Lists status segments in the order of their start.</summary>
    /// <param name="query">Which, and from where on.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    internal async Task<List<StatusRow>> ListStatusAsync(StatusQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<StatusSegmentRow>(new(
            $"""
            SELECT {StatusSegmentRow.Columns} FROM insights.status_segments g
            WHERE NOT g.withdrawn
              AND (@StartTime::timestamptz IS NULL OR g.start_time >= @StartTime)
              AND (@EndTime::timestamptz IS NULL OR g.start_time < @EndTime)
              AND (@AccountSid::text IS NULL OR g.account_sid = @AccountSid)
              AND (@AgentSid::text IS NULL OR g.agent_sid = @AgentSid)
              AND (@AfterTime::timestamptz IS NULL OR (g.start_time, g.segment_id) > (@AfterTime, @AfterId))
            ORDER BY g.start_time, g.segment_id LIMIT @Limit
            """,
            query,
            cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToStatus())];
    }
}

/// <summary>Which agents to list; what is null does not narrow.</summary>
public sealed record AgentQuery(string? AccountSid, string? AgentId, string? TeamId, bool IncludeDeleted, bool OnlyActive, string? AfterSid, int Limit);

/// <summary>Which status segments to list; what is null does not narrow.</summary>
internal sealed record StatusQuery(DateTimeOffset? StartTime, DateTimeOffset? EndTime, string? AccountSid, string? AgentSid, DateTimeOffset? AfterTime, string? AfterId, int Limit);

/// <summary>A reservation that an agent has accepted and not completed.</summary>
/// <param name="AgentSid">The agent.</param>
/// <param name="ReservationSid">The reservation.</param>
/// <param name="TaskSid">The task.</param>
/// <param name="ConversationId">The conversation of the task.</param>
/// <param name="QueueSid">The queue; null if not known.</param>
/// <param name="StartTime">When it was accepted.</param>
public sealed record AcceptedReservation(string AgentSid, string ReservationSid, string TaskSid, string ConversationId, string? QueueSid, DateTime StartTime);
