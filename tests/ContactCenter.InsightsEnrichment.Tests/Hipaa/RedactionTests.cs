using System.Text;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.TaskRouter;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Tests.Hipaa;

public sealed class RedactionTests(TestServers servers) : InsightsTest(servers)
{
    private const string Plain = """{"from":"+15551234567","note":"n","conversations":{"campaign":"A"}}""";

    private string _rule = "customers.name";

    protected override IEnumerable<string> Settings =>
    [
        $"--Redaction:Rules:0:Field={_rule}", "--Redaction:Rules:0:Action=Mask",
        "--Redaction:Rules:1:Field=customers.external_id", "--Redaction:Rules:1:Action=Hash",
        "--Redaction:Rules:2:Field=conversations.content", "--Redaction:Rules:2:Action=Drop",
        "--Redaction:Rules:3:Field=to", "--Redaction:Rules:3:Action=Mask",
    ];

    [Fact]
    [Rule("INS-111")]
    public async Task Rules_mask_hash_and_drop_on_entry_and_each_application_is_counted()
    {
        const string Given = """{"to":"+18001234567","customers":{"external_id":"crm-1","name":"John Doe"},"conversations":{"content":"secret","campaign":"A"}}""";
        await SendAsync([.. Of(1, Given), .. Of(2, Given), .. Of(3, """{"direction":"outbound","to":"+18001234567"}""")]);
        await SettledAsync();

        var stored = await AttributesAsync(1);
        Assert.Matches("""^\{"to":"\*\*\*","customers":\{"external_id":"hash_[a-z2-7]{26}","name":"\*\*\*"\},"conversations":\{"campaign":"A"\}\}$""", stored);
        Assert.Equal(stored, await AttributesAsync(2));
        Assert.Equal((await ConversationAsync(TaskLife.Sid("WT", 1))).CustomerId, (await ConversationAsync(TaskLife.Sid("WT", 2))).CustomerId);
        Assert.Equal(CustomerLinkSource.ConversationId, (await ConversationAsync(TaskLife.Sid("WT", 3))).CustomerLinkSource);
        Assert.Equal(
            "conversations.content drop 4, customers.external_id hash 4, customers.name mask 4, to mask 6",
            await QueryAsync<string>("SELECT string_agg(field || ' ' || action || ' ' || count, ', ' ORDER BY field) FROM insights.redactions"));
    }

    [Fact]
    [Rule("INS-108"), Rule("INS-1")]
    public async Task A_task_that_asks_for_it_is_filtered_with_the_mode_off_and_others_stay_byte_for_byte()
    {
        await SendAsync([.. Of(1, """{"from":"+15551234567","hipaa\u005fenabled":true,"conversations":{"campaign":"A"}}"""), .. Of(2, Plain), .. Of(3, """{"from":"+15551234567","hipaa_enabled":false}""")]);
        await SettledAsync();

        Assert.Equal("""{"hipaa_enabled":true,"conversations":{"campaign":"A"}}""", await AttributesAsync(1));
        Assert.Equal(Plain, await AttributesAsync(2));
        Assert.Equal(CustomerLinkSource.ConversationId, (await ConversationAsync(TaskLife.Sid("WT", 1))).CustomerLinkSource);
        Assert.Equal(CustomerLinkSource.From, (await ConversationAsync(TaskLife.Sid("WT", 3))).CustomerLinkSource);
    }

    [Fact]
    [Rule("INS-111")]
    public async Task A_rule_for_no_field_stops_the_start()
    {
        _rule = "agents.name";
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(RunAsync);
        Assert.Contains("'agents.name' is no field", refusal.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<IReadOnlyDictionary<string, string>> Of(int number, string attributes) =>
        new TaskLife(number) { Attributes = attributes }.Entered("10:00:00", "Level 1").Canceled("10:00:05").Forms;

    private async Task<string> AttributesAsync(int number)
    {
        var body = await QueryAsync<byte[]>("SELECT body FROM insights.raw_events WHERE task_sid = @task AND event_type = 'task.canceled'", new { task = TaskLife.Sid("WT", number) });
        return Encoding.UTF8.GetString(EventFields.Read(FormBody.Parse(body)).Utf8(EventField.TaskAttributes).Span);
    }
}
