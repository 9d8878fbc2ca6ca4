namespace ContactCenter.WfmConnector.AgentStates;

/// <summary>By which id CXone knows an agent (WFM-17).</summary>
internal static class Logins
{
    /// <summary>
    /// SQL of the login id that an agent had at a time: the one mapped by then; else the number known by then, or the first one ever
    /// known, unless another agent had it first or is mapped to it (WFM-18); without one the agent's SID.
    /// </summary>
    /// <param name="agentSid">SQL of the agent; a column needs the name of its table.</param>
    /// <param name="time">SQL of the time.</param>
    public static string Sql(string agentSid, string time) =>
        $"""
        coalesce((
          SELECT m.login_id FROM wfm.login_mappings m WHERE m.agent_sid = {agentSid} AND m.from_time <= {time} AND m.until_time > {time}), (
          SELECT l.login_id FROM (
            (SELECT login_id, from_time FROM wfm.agent_logins WHERE agent_sid = {agentSid} AND from_time <= {time} ORDER BY from_time DESC LIMIT 1)
            UNION ALL (SELECT login_id, from_time FROM wfm.agent_logins WHERE agent_sid = {agentSid} AND from_time > {time} ORDER BY from_time LIMIT 1)
            ORDER BY from_time LIMIT 1) l
          WHERE NOT EXISTS (
            SELECT FROM wfm.agent_logins o WHERE o.login_id = l.login_id AND o.agent_sid <> {agentSid} AND (o.from_time, o.agent_sid) < (l.from_time, {agentSid}))
          AND NOT EXISTS (
            SELECT FROM wfm.login_mappings o WHERE o.login_id = l.login_id AND o.agent_sid <> {agentSid} AND o.from_time <= {time} AND o.until_time > {time})),
          {agentSid})
        """;
}
