using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.InsightsEnrichment.Warnings;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.InsightsEnrichment.Tests.Warnings;

public sealed class CardinalityTests(TestServers servers) : InsightsTest(servers)
{
    // The first of the day has one more value: on the conversation that is copied.
    [Theory]
    [InlineData(499, 500, "campaign 1")]
    [InlineData(498, 499, "")]
    [InlineData(499, 400, "campaign 1")]
    [InlineData(499, 399, "")]
    [Rule("INS-48")]
    public async Task A_field_with_500_values_of_which_four_fifths_differ_is_warned_of_once_a_day(int conversations, int different, string warned)
    {
        await SendAsync(new TaskLife { Attributes = """{"conversations":{"campaign":"0","conversation_label_1":"0"}}""" }.Entered("09:00:00", "Level 1").Canceled("09:00:10").Forms);
        await SettledAsync();
        // Both segments of every conversation have its value, which counts once.
        await QueryAsync<int?>(
            """
            INSERT INTO insights.segments
            SELECT s.segment_id || n, account_sid, conversation_id || n, task_sid || n, kind, agent_sid, queue_sid, start_time,
              jsonb_set(jsonb_set(jsonb_set(document, '{segment_id}', to_jsonb(s.segment_id || n)), '{attributes,campaign}', to_jsonb((n % @different)::text)),
                '{attributes,conversation_attribute_1}', to_jsonb(s.segment_id || n)),
              revision, published, withdrawn, test, update_time
            FROM insights.segments s, generate_series(1, @conversations) AS n
            """,
            new { conversations, different });
        await using var replica = await RunAsync();
        var check = new CardinalityCheck(replica.Services.GetRequiredService<DurableDatabase>(), replica.Services.GetRequiredService<TwilioAccounts>(), new ManualTimeProvider(new DateTimeOffset(2026, 3, 3, 0, 30, 0, TimeSpan.Zero)));

        await check.RunAsync(null!, Cancellation);
        await check.RunAsync(null!, Cancellation);

        Assert.Equal(warned, await QueryAsync<string>("SELECT coalesce(string_agg(field || ' ' || count, ', '), '') FROM insights.warnings WHERE code = 'high_cardinality' AND day = '2026-03-02'"));
        Assert.Equal(0L, await QueryAsync<long>("SELECT count(*) FROM insights.warnings WHERE code = 'high_cardinality' AND day <> '2026-03-02'"));
    }
}
