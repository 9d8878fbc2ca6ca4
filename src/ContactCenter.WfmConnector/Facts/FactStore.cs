using ContactCenter.Events.Insights;
using Dapper;
using Npgsql;

namespace ContactCenter.WfmConnector.Facts;

/// <summary>
/// Writes what Insights tells. Every fact has a key of its own and the newest telling of it wins, so neither the order of
/// arrival nor repetition makes a difference (WFM-51). Each leaves a touch: sealed intervals at its time are computed again.
/// </summary>
public static class FactStore
{
    private const string Touch = "INSERT INTO wfm.touches (event_id, from_time, until_time, agent_sid, task_sid) ";

    /// <summary>Whether facts name a task, and not a session in the place of one.</summary>
    /// <param name="taskSid">As published.</param>
    public static bool IsTask(string taskSid) => taskSid.StartsWith("WT", StringComparison.Ordinal);

    /// <summary>Keeps that an agent came into a state.</summary>
    /// <param name="connection">In the transaction of the message.</param>
    /// <param name="agentSid">The agent.</param>
    /// <param name="time">When.</param>
    /// <param name="eventId">Of two changes at one time the greater one counts (WFM-34).</param>
    /// <param name="activityKey">The activity; null if the agent was removed.</param>
    /// <param name="stateId">What it means unless a mapping of that time says otherwise (WFM-27).</param>
    public static Task KeepActivityAsync(NpgsqlConnection connection, string agentSid, DateTimeOffset time, Guid eventId, string? activityKey, short stateId) =>
        connection.ExecuteAsync(
            $"""
            INSERT INTO wfm.activity_changes AS c (agent_sid, start_time, event_id, activity_key, named_state_id, state_id)
            SELECT @agentSid, date_trunc('milliseconds', @time::timestamptz), @eventId, @activityKey, @stateId, coalesce((
              SELECT state_id FROM wfm.activity_mappings WHERE activity_key = @activityKey AND from_time <= @time ORDER BY from_time DESC LIMIT 1), @stateId)
            ON CONFLICT (agent_sid, start_time) DO UPDATE SET event_id = excluded.event_id, activity_key = excluded.activity_key, named_state_id = excluded.named_state_id,
              state_id = excluded.state_id WHERE c.event_id < excluded.event_id;
            {Touch} VALUES (@eventId, @time, @time, @agentSid, NULL)
            """,
            new { agentSid, time, eventId, activityKey, stateId });

    /// <summary>Keeps an agent's name.</summary>
    /// <param name="connection">In the transaction of the message.</param>
    /// <param name="agentSid">The agent.</param>
    /// <param name="name">Null if not known.</param>
    public static Task KeepNameAsync(NpgsqlConnection connection, string agentSid, string? name) =>
        connection.ExecuteAsync(
            """
            INSERT INTO wfm.agents AS a (agent_sid, full_name) VALUES (@agentSid, @name)
            ON CONFLICT (agent_sid) DO UPDATE SET full_name = excluded.full_name WHERE a.full_name IS DISTINCT FROM coalesce(excluded.full_name, a.full_name)
            """,
            new { agentSid, name });

    /// <summary>Keeps by which number CXone knows an agent.</summary>
    /// <param name="connection">In the transaction of the message.</param>
    /// <param name="agentSid">The agent.</param>
    /// <param name="loginId">The number; null without (WFM-17).</param>
    /// <param name="time">When that was so.</param>
    public static Task KeepLoginAsync(NpgsqlConnection connection, string agentSid, string? loginId, DateTimeOffset time) =>
        connection.ExecuteAsync(
            """
            INSERT INTO wfm.agent_logins (agent_sid, from_time, login_id)
            SELECT @agentSid, @time, @loginId
            WHERE NOT EXISTS (
              SELECT FROM (SELECT login_id FROM wfm.agent_logins WHERE agent_sid = @agentSid AND from_time <= @time ORDER BY from_time DESC LIMIT 1) l
              WHERE l.login_id IS NOT DISTINCT FROM @loginId)
            ON CONFLICT DO NOTHING
            """,
            new { agentSid, loginId, time });

    /// <summary>Keeps a phase of a handling.</summary>
    /// <param name="connection">In the transaction of the message.</param>
    /// <param name="handling">As published.</param>
    /// <param name="isRinging">Whether one that was only offered is something already (WFM-22).</param>
    public static Task KeepHandlingAsync(NpgsqlConnection connection, AgentHandlingChanged handling, bool isRinging = false)
    {
        var column = handling.Phase switch { "offered" when isRinging => "told_offer_time", "talking" => "told_accept_time", "wrap_up" => "told_wrap_up_time", "released" => "told_end_time", _ => null };
        if (column is null)
            return Task.CompletedTask;
        return connection.ExecuteAsync(
            $"""
            INSERT INTO wfm.agents (agent_sid) VALUES (@AgentSid) ON CONFLICT DO NOTHING;
            INSERT INTO wfm.handlings AS h (reservation_sid, agent_sid, task_sid, channel, named_medium, medium, transferred, {column})
            VALUES (@ReservationSid, @AgentSid, @TaskSid, @Channel, @medium, {ContactMedia.Sql}, @transferred, @OccurredTime)
            ON CONFLICT (reservation_sid) DO UPDATE SET {column} = excluded.{column}, transferred = h.transferred OR excluded.transferred;
            {Touch} SELECT @EventId, least(begin_time, @OccurredTime), coalesce(end_time, 'infinity'), @AgentSid, NULL FROM wfm.handlings WHERE reservation_sid = @ReservationSid
            """,
            new
            {
                handling.EventId,
                handling.ReservationSid,
                handling.AgentSid,
                handling.TaskSid,
                handling.Channel,
                medium = (short)ContactMedia.Of(handling.Channel),
                transferred = handling is { Phase: "released", Transferred: true },
                handling.OccurredTime,
            });
    }

    /// <summary>Keeps what a segment says, unless a newer revision of it is known.</summary>
    /// <param name="connection">In the transaction of the message.</param>
    /// <param name="segment">What it says.</param>
    /// <param name="eventId">The message.</param>
    public static Task KeepSegmentAsync(NpgsqlConnection connection, SegmentRow segment, Guid eventId)
    {
        var facts = segment.Facts;
        return connection.ExecuteAsync(
            $"""
            {Touch} SELECT @eventId, start_time, end_time, NULL, NULL FROM wfm.segments WHERE segment_id = @SegmentId AND revision < @Revision;
            INSERT INTO wfm.segments AS s (segment_id, revision, result, is_wait, task_sid, reservation_sid, agent_sid, queue_sid, medium, channel, direction,
              start_time, end_time, waiting_ms, talk_ms, wrap_up_ms)
            VALUES (@SegmentId, @Revision, @Result, @IsWait, @TaskSid, @ReservationSid, @AgentSid, @QueueSid, {ContactMedia.Sql}, @channel, @Direction,
              @StartTime, @CountTime, @waitingMs, @talkMs, @wrapUpMs)
            ON CONFLICT (segment_id) DO UPDATE SET
              revision = excluded.revision, result = excluded.result, is_wait = excluded.is_wait, agent_sid = excluded.agent_sid, queue_sid = excluded.queue_sid,
              medium = excluded.medium, channel = excluded.channel, direction = excluded.direction, start_time = excluded.start_time, end_time = excluded.end_time,
              waiting_ms = excluded.waiting_ms, talk_ms = excluded.talk_ms, wrap_up_ms = excluded.wrap_up_ms
            WHERE s.revision < excluded.revision;
            {(facts.ReservationSid is null || facts.AgentSid is null || facts.Kind != SegmentKinds.Conversation ? "" : KeepHandling)}
            {Touch} VALUES (@eventId, @StartTime, @EndTime, @AgentSid, @TaskSid)
            """,
            new
            {
                segment.SegmentId,
                segment.Revision,
                segment.Result,
                segment.IsWait,
                segment.IsHandling,
                facts.TaskSid,
                facts.ReservationSid,
                facts.AgentSid,
                facts.QueueSid,
                medium = (short)segment.Medium,
                channel = facts.TaskChannel,
                segment.Direction,
                facts.StartTime,
                facts.EndTime,
                segment.CountTime,
                waitingMs = facts.QueueMilliseconds ?? 0,
                talkMs = facts.TalkMilliseconds ?? 0,
                wrapUpMs = facts.WrapUpMilliseconds ?? 0,
                eventId,
            });
    }

    /// <summary>Keeps that a task entered a queue.</summary>
    /// <param name="connection">In the transaction of the message.</param>
    /// <param name="entered">As published.</param>
    public static Task KeepWaitAsync(NpgsqlConnection connection, QueueEntered entered) =>
        connection.ExecuteAsync(
            $"""
            INSERT INTO wfm.waits (task_sid, queue_sid, enter_time, medium, direction) VALUES (@TaskSid, @QueueSid, @OccurredTime, {ContactMedia.Sql}, @direction) ON CONFLICT DO NOTHING;
            INSERT INTO wfm.queues AS q (queue_sid, name, name_time) SELECT @QueueSid, @QueueName, @OccurredTime WHERE @QueueName::text IS NOT NULL
            ON CONFLICT (queue_sid) DO UPDATE SET name = excluded.name, name_time = excluded.name_time WHERE (q.name_time, q.name) < (excluded.name_time, excluded.name);
            {Touch} VALUES (@EventId, @OccurredTime, 'infinity', NULL, NULL)
            """,
            new
            {
                entered.EventId,
                entered.TaskSid,
                entered.QueueSid,
                entered.QueueName,
                entered.OccurredTime,
                entered.Channel,
                medium = (short)ContactMedia.Of(entered.Channel),
                direction = entered.Direction.ToUpperInvariant(),
            });

    /// <summary>Keeps that the customer of a session was put on hold or taken back.</summary>
    /// <param name="connection">In the transaction of the message.</param>
    /// <param name="hold">As published; its session need not know its task yet.</param>
    public static async Task KeepHoldAsync(NpgsqlConnection connection, HoldChanged hold)
    {
        await LockAsync(connection, hold.Session);
        await connection.ExecuteAsync(
            $"""
            INSERT INTO wfm.holds (session_name, change_time, on_hold) VALUES (@session, @OccurredTime, @OnHold) ON CONFLICT DO NOTHING;
            INSERT INTO wfm.session_tasks (session_name, task_sid) SELECT @session, @TaskSid::text WHERE @TaskSid IS NOT NULL ON CONFLICT (session_name) DO UPDATE SET task_sid = excluded.task_sid;
            {Touch} SELECT @EventId, @OccurredTime, @OccurredTime, NULL, task_sid FROM wfm.session_tasks WHERE session_name = @session
            """,
            new { hold.EventId, session = NameOf(hold.Session), hold.OccurredTime, hold.OnHold, hold.Session.TaskSid });
    }

    /// <summary>Keeps the task of a session, and counts the holds that were told before.</summary>
    /// <param name="connection">In the transaction of the message.</param>
    /// <param name="eventId">The message.</param>
    /// <param name="session">As published; without task it changes nothing.</param>
    public static async Task KeepTaskAsync(NpgsqlConnection connection, Guid eventId, SessionFacts session)
    {
        if (session.TaskSid is null)
            return;
        await LockAsync(connection, session);
        await connection.ExecuteAsync(
            $"""
            INSERT INTO wfm.session_tasks (session_name, task_sid) VALUES (@session, @TaskSid) ON CONFLICT (session_name) DO UPDATE SET task_sid = excluded.task_sid;
            {Touch} SELECT @eventId, min(change_time), max(change_time), NULL, @TaskSid FROM wfm.holds WHERE session_name = @session HAVING count(*) > 0
            """,
            new { eventId, session = NameOf(session), session.TaskSid });
    }

    // A hold and the task of its session must not be kept side by side, each without seeing the other.
    private static async Task LockAsync(NpgsqlConnection connection, SessionFacts session) =>
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@session, 0))", new { session = NameOf(session) });

    private static string NameOf(SessionFacts session) => $"{session.SessionKind}-{session.SessionId}";

    /// <summary>Keeps up to when Insights has published all that it accepted.</summary>
    /// <param name="connection">In the transaction of the message.</param>
    /// <param name="watermark">As published; it never goes back.</param>
    public static Task KeepWatermarkAsync(NpgsqlConnection connection, DateTimeOffset watermark) =>
        connection.ExecuteAsync("UPDATE wfm.source SET watermark_time = greatest(watermark_time, @watermark)", new { watermark });

    // The phases that were told stay: they count again if the segment is withdrawn.
    private const string KeepHandling =
        $"""
        INSERT INTO wfm.agents (agent_sid) VALUES (@AgentSid) ON CONFLICT DO NOTHING;
        INSERT INTO wfm.handlings AS h (reservation_sid, agent_sid, task_sid, channel, named_medium, medium, segment_revision, segment_accept_time, segment_wrap_up_time, segment_end_time)
        SELECT @ReservationSid, @AgentSid, @TaskSid, @channel, @medium, {ContactMedia.Sql}, @Revision, CASE WHEN @IsHandling THEN @StartTime END,
          CASE WHEN @IsHandling AND @wrapUpMs > 0 THEN @StartTime + @talkMs * interval '1 millisecond' END, CASE WHEN @IsHandling THEN @EndTime END
        ON CONFLICT (reservation_sid) DO UPDATE SET agent_sid = excluded.agent_sid, channel = excluded.channel, named_medium = excluded.named_medium, medium = excluded.medium,
          segment_revision = excluded.segment_revision, segment_accept_time = excluded.segment_accept_time, segment_wrap_up_time = excluded.segment_wrap_up_time, segment_end_time = excluded.segment_end_time
        WHERE h.segment_revision IS NULL OR h.segment_revision < excluded.segment_revision;
        """;
}
