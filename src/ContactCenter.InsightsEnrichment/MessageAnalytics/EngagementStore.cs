using ContactCenter.Durable;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>All SQL of subscriptions and launch states (MSG-31).</summary>
/// <param name="database">The service's database.</param>
public sealed class EngagementStore(DurableDatabase database)
{
    private const int MostChanges = 100;

    /// <summary>Keeps changes of launch states.</summary>
    /// <param name="connection">In the transaction that stores their notifications.</param>
    /// <param name="notifications">Launch events that are new.</param>
    public static Task AddLaunchesAsync(NpgsqlConnection connection, IReadOnlyList<Notification> notifications) => notifications.Count == 0
        ? Task.CompletedTask
        : connection.ExecuteAsync(
            """
            INSERT INTO insights.rbm_launch_changes (notification_id, agent_id, event_time, region_id, old_state, new_state)
            SELECT * FROM unnest(@ids, @agents, @times, @regions, @before, @after)
            """,
            new
            {
                ids = notifications.Select(n => n.NotificationId).ToArray(),
                agents = notifications.Select(n => n.AgentId).ToArray(),
                times = notifications.Select(n => n.Time).ToArray(),
                regions = notifications.Select(n => n.Launch!.RegionId).ToArray(),
                before = notifications.Select(n => n.Launch!.OldState).ToArray(),
                after = notifications.Select(n => n.Launch!.NewState).ToArray(),
            });

    /// <summary>Reads the newest changes of all agents' launch states.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>By agent, the newest first.</returns>
    public async Task<ILookup<string, V1.LaunchChange>> ListLaunchesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<(string AgentId, DateTime Time, string Region, string Old, string New)>(new(
            """
            SELECT c.agent_id, c.event_time, c.region_id, c.old_state, c.new_state
            FROM insights.rbm_agents a CROSS JOIN LATERAL (
              SELECT * FROM insights.rbm_launch_changes c WHERE c.agent_id = a.agent_id ORDER BY c.event_time DESC, c.notification_id DESC LIMIT @limit) AS c
            ORDER BY c.agent_id, c.event_time DESC, c.notification_id DESC
            """,
            new { limit = MostChanges },
            cancellationToken: cancellationToken)))
            .ToLookup(row => row.AgentId, row => new V1.LaunchChange { Time = row.Time.ToTimestamp(), RegionId = row.Region, OldState = row.Old, NewState = row.New }, StringComparer.Ordinal);
    }

    /// <summary>Counts subscriptions.</summary>
    /// <param name="agentIds">Only of these agents; none for all.</param>
    /// <param name="start">First UTC day.</param>
    /// <param name="end">Last UTC day.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>By day and then agent, without days of which nothing has come.</returns>
    public async Task<IEnumerable<V1.EngagementStats>> CountAsync(IReadOnlyCollection<string> agentIds, DateOnly start, DateOnly end, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<(string Day, string AgentId, long Subscribes, long Unsubscribes)>(new(
            """
            SELECT to_char(event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, agent_id, count(*) FILTER (WHERE kind = 'SUBSCRIBE'), count(*) FILTER (WHERE kind = 'UNSUBSCRIBE')
            FROM insights.rbm_notifications
            WHERE kind IN ('SUBSCRIBE', 'UNSUBSCRIBE') AND event_time >= @first AND event_time < @last AND (@agents = '{}' OR agent_id = ANY (@agents))
            GROUP BY 1, 2 ORDER BY 1, 2
            """,
            new
            {
                agents = agentIds.ToArray(),
                first = new DateTimeOffset(start, default, TimeSpan.Zero),
                last = new DateTimeOffset(end.AddDays(1), default, TimeSpan.Zero),
            },
            cancellationToken: cancellationToken)))
            .Select(row => new V1.EngagementStats { Date = row.Day, AgentId = row.AgentId, Subscribes = row.Subscribes, Unsubscribes = row.Unsubscribes });
    }

    /// <summary>Finds what a user said last of an agent's messages.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="phone">The user's phone number as stored.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Whether he subscribed, and when; null if nothing has come.</returns>
    public async Task<(bool IsSubscribed, DateTime Time)?> FindSubscriptionAsync(string agentId, string phone, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        // Of two at the same time the refusal counts.
        var found = await connection.QueryAsync<(bool, DateTime)>(new(
            """
            SELECT kind = 'SUBSCRIBE', event_time FROM insights.rbm_notifications
            WHERE agent_id = @agentId AND phone = @phone AND kind IN ('SUBSCRIBE', 'UNSUBSCRIBE')
            ORDER BY event_time DESC, kind DESC LIMIT 1
            """,
            new { agentId, phone },
            cancellationToken: cancellationToken));
        return found.Select(row => ((bool, DateTime)?)row).SingleOrDefault();
    }
}
