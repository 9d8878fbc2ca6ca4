using System.Collections.Concurrent;
using ContactCenter.Durable;
using ContactCenter.WfmConnector.AgentStates;
using ContactCenter.WfmConnector.Intervals;
using ContactCenter.WfmConnector.Reports;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.WfmConnector.Catalogue;

/// <summary>All SQL of what CXone has to know (WFM-19).</summary>
/// <param name="database">The service's database.</param>
/// <param name="options">Which states are reported.</param>
/// <param name="timeProvider">Now.</param>
public sealed class CatalogueStore(DurableDatabase database, IOptions<WfmOptions> options, TimeProvider timeProvider)
{
    // The same agents and skills are taken again and again: only what is new is written.
    private readonly ConcurrentDictionary<CatalogueEntry, bool> _accepted = new();

    /// <summary>Keeps what reports name.</summary>
    /// <param name="connection">In the transaction that stores them.</param>
    /// <param name="reports">The reports.</param>
    public static async Task UseAsync(NpgsqlConnection connection, IEnumerable<BuiltReport> reports)
    {
        // In one order, so that two processes that write some of the same never wait for each other.
        var uses = reports.SelectMany(report => report.Uses.Select(use => (use.Entry, use.Name, report.IntervalStart))).GroupBy(use => use.Entry)
            .OrderBy(group => group.Key.Kind, StringComparer.Ordinal).ThenBy(group => group.Key.Code, StringComparer.Ordinal).ToList();
        if (uses.Count == 0)
            return;
        await connection.ExecuteAsync(
            """
            INSERT INTO wfm.catalogue AS c (kind, code, name, first_time, last_time) SELECT * FROM unnest(@kinds, @codes, @names, @firsts, @lasts)
            ON CONFLICT (kind, code) DO UPDATE SET name = coalesce(excluded.name, c.name), first_time = least(c.first_time, excluded.first_time),
              last_time = greatest(c.last_time, excluded.last_time)
            """,
            new
            {
                kinds = uses.Select(use => use.Key.Kind).ToArray(),
                codes = uses.Select(use => use.Key.Code).ToArray(),
                names = uses.Select(use => use.Last().Name).ToArray(),
                firsts = uses.Select(use => use.Min(one => one.IntervalStart)).ToArray(),
                lasts = uses.Select(use => use.Max(one => one.IntervalStart) + Quarter.Length).ToArray(),
            });
    }

    /// <summary>Keeps that CXone took what names these.</summary>
    /// <param name="entries">Any.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task AcceptAsync(IEnumerable<CatalogueEntry> entries, CancellationToken cancellationToken)
    {
        var news = entries.Where(entry => !_accepted.ContainsKey(entry)).Distinct()
            .OrderBy(entry => entry.Kind, StringComparer.Ordinal).ThenBy(entry => entry.Code, StringComparer.Ordinal).ToList();
        if (news.Count == 0)
            return;
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO wfm.catalogue AS c (kind, code, accept_time) SELECT t.kind, t.code, @now FROM unnest(@kinds, @codes) AS t (kind, code)
            ON CONFLICT (kind, code) DO UPDATE SET accept_time = coalesce(c.accept_time, excluded.accept_time)
            """,
            new { kinds = news.Select(entry => entry.Kind).ToArray(), codes = news.Select(entry => entry.Code).ToArray(), now = timeProvider.GetUtcNow() },
            cancellationToken: cancellationToken));
        foreach (var entry in news)
            _accepted[entry] = true;
    }

    /// <summary>Lists everything by kind and code: what was used, what is present, and what is mapped.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<CatalogueRow>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<CatalogueRow>(new CommandDefinition(
            $"""
            WITH present AS (
              SELECT s.agent_sid, s.state_id, s.since, CASE WHEN s.state_id = @loggedOut THEN s.since ELSE @now END AS until_time FROM wfm.agent_states s WHERE s.state_id IS NOT NULL
            ), known AS (
              SELECT 'LOGIN_ID' AS kind, {Logins.Sql("a.agent_sid", "@now")} AS code, a.full_name AS name, p.since AS first_time, p.until_time AS last_time
              FROM wfm.agents a LEFT JOIN present p USING (agent_sid)
              UNION ALL SELECT 'STATE', k.state, k.class, p.since, p.until_time FROM wfm.states k LEFT JOIN present p USING (state_id) WHERE k.state <> 'RINGING' OR @isRinging
              UNION ALL SELECT 'REASON_CODE', k.reason_code, k.reason_text, p.since, p.until_time FROM wfm.states k LEFT JOIN present p USING (state_id) WHERE k.reason_code IS NOT NULL
              UNION ALL SELECT 'SKILL', m.skill_id, m.skill_name, NULL, NULL FROM wfm.queue_mappings m
            ), must AS (
              SELECT kind, code, max(name) AS name, min(first_time) AS first_time, max(last_time) AS last_time FROM known GROUP BY kind, code
            )
            SELECT kind AS Kind, code AS Code, coalesce(m.name, c.name, (
                SELECT a.full_name FROM wfm.agents a
                WHERE kind = 'LOGIN_ID' AND a.agent_sid = coalesce(
                  (SELECT o.agent_sid FROM wfm.login_mappings o WHERE o.login_id = code ORDER BY o.from_time DESC LIMIT 1),
                  (SELECT o.agent_sid FROM wfm.agent_logins o WHERE o.login_id = code ORDER BY o.from_time DESC LIMIT 1), code))) AS Name,
              least(m.first_time, c.first_time) AS FirstTime, greatest(m.last_time, c.last_time) AS LastTime, c.accept_time IS NOT NULL AS IsAccepted
            FROM must m FULL JOIN wfm.catalogue c USING (kind, code) ORDER BY kind, code
            """,
            new { now = timeProvider.GetUtcNow(), loggedOut = ActivityBook.LoggedOut, isRinging = options.Value.RealTime.ReportRinging },
            cancellationToken: cancellationToken))];
    }
}
