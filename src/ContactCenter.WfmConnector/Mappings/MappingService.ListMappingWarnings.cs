using ContactCenter.ServiceDefaults;
using ContactCenter.WfmConnector.AgentStates;
using Dapper;
using Grpc.Core;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Mappings;

public sealed partial class MappingService
{
    private const int WarningPositionParts = 2;

    /// <inheritdoc />
    public override async Task<V1.ListMappingWarningsResponse> ListMappingWarnings(V1.ListMappingWarningsRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListMappingWarningsRequest();
        var after = Pages.Position(request.PageToken, filter, WarningPositionParts);
        await using var connection = await database.OpenAsync(context.CancellationToken);
        await using var rows = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            SELECT activity_key, name, reason_code, EXISTS (SELECT FROM ({PresentActivities}) p WHERE p.activity_key = a.activity_key AND p.state_id IS NOT NULL) FROM wfm.activities a;
            SELECT a.agent_sid, l.login_id FROM wfm.agents a
            CROSS JOIN LATERAL (SELECT login_id FROM wfm.agent_logins WHERE agent_sid = a.agent_sid AND from_time <= @now ORDER BY from_time DESC LIMIT 1) l
            WHERE l.login_id <> a.agent_sid AND {Logins.Sql("a.agent_sid", "@now")} = a.agent_sid;
            SELECT DISTINCT s.queue_sid || CASE WHEN s.direction = 'OUTBOUND' THEN ' outbound ' ELSE ' inbound ' END || (ARRAY['', 'web', 'sms', 'chat', 'voice'])[s.medium] FROM wfm.segments s
            WHERE s.result IN ('answered', 'abandoned', 'redirected') AND s.medium > 1 AND s.queue_sid IS NOT NULL AND (s.direction = 'INBOUND' OR s.medium < 5)
              AND s.end_time > @now - interval '7 days'
              AND NOT EXISTS (SELECT FROM wfm.queue_mappings m WHERE m.queue_sid = s.queue_sid AND m.medium = s.medium AND m.direction = s.direction);
            SELECT agent_sid, skewed_time FROM wfm.agent_states WHERE skewed_time > @now - interval '7 days';
            SELECT task_sid, max(end_time) FROM (
              SELECT task_sid, forced_end_time AS end_time FROM wfm.handlings
              WHERE segment_end_time IS NULL AND told_end_time IS NULL AND accept_time IS NOT NULL AND forced_end_time > @now - interval '14 days'
              UNION ALL SELECT task_sid, forced_end_time FROM wfm.waits WHERE forced_end_time > @now - interval '14 days') c GROUP BY task_sid
            """,
            new { now = timeProvider.GetUtcNow() },
            cancellationToken: context.CancellationToken));
        var activities = (await rows.ReadAsync<(string Key, string Name, string Code, bool IsMapped)>()).AsList();
        var codes = activities.ConvertAll(activity => activity.Code);
        var warnings = activities.Where(activity => !activity.IsMapped).Select(activity => Warning("ACTIVITY_UNMAPPED", activity.Key, activity.Name))
            .Concat(activities.Where(activity => codes.Exists(code => code != activity.Code && AgentStateKind.OtherCode(code, activity.Key) == activity.Code))
                .Select(activity => Warning("REASON_CODE_COLLISION", activity.Key, activity.Code)))
            .Concat((await rows.ReadAsync<(string Agent, string Login)>()).Select(row => Warning("LOGIN_ID_DUPLICATE", row.Agent, row.Login)))
            .Concat((await rows.ReadAsync<string>()).Select(queue => Warning("QUEUE_UNMAPPED", queue, "")))
            .Concat((await rows.ReadAsync<(string Agent, DateTime Time)>()).Select(row => Warning("CLOCK_SKEW", row.Agent, $"{row.Time:O}")))
            .Concat((await rows.ReadAsync<(string Task, DateTime Time)>()).Select(row => Warning("CONTACT_FORCED_END", row.Task, $"{row.Time:O}")))
            .OrderBy(warning => warning.Code, StringComparer.Ordinal).ThenBy(warning => warning.Subject, StringComparer.Ordinal)
            .Where(warning => after is null || string.CompareOrdinal(warning.Code, after[0]) switch { 0 => string.CompareOrdinal(warning.Subject, after[1]) > 0, var order => order > 0 })
            .ToList();
        var response = new V1.ListMappingWarningsResponse();
        response.Warnings.AddRange(warnings.Take(size));
        if (warnings.Count > size)
            response.NextPageToken = Paging.Token(filter, warnings[size - 1].Code, warnings[size - 1].Subject);
        return response;

        static V1.MappingWarning Warning(string code, string subject, string detail) => new() { Code = code, Subject = subject, Detail = detail };
    }
}
