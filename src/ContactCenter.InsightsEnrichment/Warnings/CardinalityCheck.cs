using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.TaskRouter;
using Dapper;

namespace ContactCenter.InsightsEnrichment.Warnings;

/// <summary>
/// Warns of fields to group by whose values are different nearly every time: such values belong in labels (INS-48). Each
/// conversation, customer and agent of a UTC day counts once with each value that it has. Labels do not count, nor links.
/// </summary>
/// <param name="database">The service's database.</param>
/// <param name="accounts">Which accounts are test environments.</param>
/// <param name="timeProvider">Which day it is.</param>
internal sealed class CardinalityCheck(DurableDatabase database, TwilioAccounts accounts, TimeProvider timeProvider) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "insights.cardinality-check";

    private const string Code = "high_cardinality";
    private const int FewestValues = 500;

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var today = new DateTimeOffset(timeProvider.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        // The day before once more: what belongs to its end may have come since.
        foreach (var day in (DateTimeOffset[])[today.AddDays(-1), today])
        {
            await using var transaction = await database.BeginAsync(cancellationToken);
            var found = await transaction.Connection.QueryAsync<(string AccountSid, string Field)>(new CommandDefinition(
                $"""
                SELECT account_sid, field FROM (
                  SELECT s.account_sid, s.conversation_id AS owner, a.key AS field, a.value
                  FROM insights.segments s CROSS JOIN jsonb_each_text(s.document -> 'attributes') AS a
                  WHERE s.start_time >= @day AND s.start_time < @next AND NOT s.withdrawn AND a.value <> s.segment_id AND a.key NOT IN ('segment_link', 'media')
                  UNION
                  SELECT c.account_sid, c.customer_id, f.key, f.value ->> 'value'
                  FROM insights.conversation_customers c CROSS JOIN jsonb_each(c.document -> 'fields') AS f
                  WHERE c.last_seen >= @day AND c.last_seen < @next AND f.key LIKE 'customer_attribute%'
                  UNION
                  SELECT g.account_sid, g.agent_sid, a.key, a.value
                  FROM insights.agents g CROSS JOIN jsonb_each_text(g.attributes) AS a
                  WHERE g.attributes_time >= @day AND g.attributes_time < @next AND a.key LIKE 'agent_attribute%') AS v
                GROUP BY account_sid, field HAVING count(*) >= {FewestValues} AND count(DISTINCT value) * 5 >= count(*) * 4
                EXCEPT SELECT account_sid, field FROM insights.warnings WHERE code = @Code AND day = (@day AT TIME ZONE 'UTC')::date
                """,
                new { day, next = day.AddDays(1), Code },
                cancellationToken: cancellationToken));
            await WarningStore.AddAsync(transaction, accounts, [.. found.Select(field => new Warning(field.AccountSid, Code, field.Field, null, null))], day);
            await transaction.CommitAsync(cancellationToken);
        }
    }
}
