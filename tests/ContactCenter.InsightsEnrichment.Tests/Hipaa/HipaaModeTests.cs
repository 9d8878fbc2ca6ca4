using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.Hipaa;

public sealed class HipaaModeTests(TestServers servers) : InsightsTest(servers)
{
    private const string Given =
        """{"from":"+15551234567","from_country":"US","customers":{"name":"John Doe","external_id":"x","category":"VIP"},"conversations":{"campaign":"A"}}""";

    private const string Stored = """{"from_country":"US","customers":{"category":"VIP"},"conversations":{"campaign":"A"}}""";

    protected override IEnumerable<string> Settings => ["--Hipaa:Enabled=true"];

    [Fact]
    [Rule("INS-108"), Rule("INS-109"), Rule("INS-110")]
    public async Task The_worked_example_stores_what_may_be_known_and_joins_nothing()
    {
        var first = new TaskLife(1) { Attributes = Given }.Entered("10:00:00", "Level 1").Offered("10:00:01", 1, "John Doe", "Level 1")
            .Reserved("accepted", "10:00:02", 1, "John Doe", "Level 1").Reserved("completed", "10:00:09", 1, "John Doe", "Level 1").Completed("10:00:10");
        var second = new TaskLife(2) { Attributes = Given }.Entered("11:00:00", "Level 1").Canceled("11:00:05");
        await SendAsync([.. first.Forms, .. second.Forms]);
        await SettledAsync();

        var body = await QueryAsync<byte[]>("SELECT body FROM insights.raw_events WHERE event_type = 'reservation.completed'");
        Assert.Equal(Stored, Encoding.UTF8.GetString(EventFields.Read(FormBody.Parse(body)).Utf8(EventField.TaskAttributes).Span));
        var sent = FormOf.Bytes(first.Forms[3]);
        Assert.Equal(SHA256.HashData(sent), await QueryAsync<byte[]>("SELECT body_sha256 FROM insights.raw_events WHERE event_type = 'reservation.completed'"));
        Assert.Equal(Encoding.UTF8.GetString(sent).Split("TaskAttributes=")[0], Encoding.UTF8.GetString(body).Split("TaskAttributes=")[0]);
        Assert.Equal(0, await QueryAsync<long>("SELECT count(*) FROM insights.raw_events WHERE position('5551234567' IN convert_from(body, 'UTF8')) > 0"));

        var conversations = new[] { await ConversationAsync(first.TaskSid), await ConversationAsync(second.TaskSid) };
        Assert.All(conversations, conversation => Assert.Equal(CustomerLinkSource.ConversationId, conversation.CustomerLinkSource));
        Assert.NotEqual(conversations[0].CustomerId, conversations[1].CustomerId);
        var customer = (await Customers.GetCustomerAsync(new() { CustomerId = conversations[0].CustomerId }, cancellationToken: Cancellation)).Customer;
        Assert.Equal("category=VIP country=US", string.Join(' ', customer.Attributes.OrderBy(field => field.Key).Select(field => $"{field.Key}={field.Value}")));
        var segments = await Conversations.ListSegmentsAsync(new() { Filter = new() { TaskSid = first.TaskSid } }, cancellationToken: Cancellation);
        Assert.All(segments.Segments, segment => Assert.False(segment.Attributes.ContainsKey("external_contact")));

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Customers.MergeCustomersAsync(
            new() { SourceCustomerId = conversations[0].CustomerId, TargetCustomerId = conversations[1].CustomerId, Reason = "test" }, cancellationToken: Cancellation));
        Assert.Equal((StatusCode.FailedPrecondition, "HIPAA_LINKING_DISABLED"), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
    }

    [Fact]
    [Rule("INS-110")]
    public async Task What_cannot_be_filtered_is_sealed_and_opened_with_its_own_scope_only()
    {
        var life = new TaskLife { Attributes = """{"name":"John Doe""" }.Created("10:00:00");
        await SendAsync(life.Forms);
        using var notAnArray = await PostStreamAsync("\"John Doe\""u8.ToArray());
        Assert.Equal(HttpStatusCode.BadRequest, notAnArray.StatusCode);
        await SettledAsync();

        Assert.Equal(0, await QueryAsync<long>("SELECT count(*) FROM insights.raw_events WHERE position('John' IN convert_from(body, 'UTF8')) > 0"));
        Assert.Equal(0, await QueryAsync<long>("SELECT count(*) FROM insights.quarantine WHERE position('John'::bytea IN sealed) > 0"));
        var form = await QueryAsync<Guid>("SELECT raw_event_id FROM insights.raw_events WHERE status = 'processed'");
        var item = await QueryAsync<Guid>("SELECT raw_event_id FROM insights.raw_events WHERE status = 'failed'");
        Assert.Equal(FormOf.Bytes(life.Forms[0]), await OpenAsync(form));
        Assert.Equal("\"John Doe\""u8.ToArray(), await OpenAsync(item));
        Assert.Equal(2, await QueryAsync<long>("SELECT count(*) FROM durable.audit_entries WHERE action = 'quarantine.open'"));

        var unknown = await Assert.ThrowsAsync<RpcException>(() => OpenAsync(Guid.Empty));
        Assert.Equal((StatusCode.NotFound, "RAW_EVENT_NOT_FOUND"), (unknown.StatusCode, RpcErrors.ReasonOf(unknown)));
    }

    [Fact]
    [Rule("INS-110")]
    public async Task Event_Streams_items_are_filtered_alike_and_those_of_other_products_sealed()
    {
        var items = $$$"""
            [{"specversion":"1.0","type":"com.twilio.taskrouter.task.created","id":"EV1","data":{"payload":{"eventtype":"task.created","account_sid":"{{{TaskLife.AccountSid}}}",
            "workspace_sid":"{{{TaskLife.WorkspaceSid}}}","task_sid":"WT1","timestamp":"2026-03-02T10:00:00Z","sid":"EV00000000000000000000000000000001","task_attributes":{{{JsonSerializer.Serialize(Given)}}} } } },
            {"specversion":"1.0","type":"com.twilio.messaging.message.sent","id":"EV2","data":{"payload":{"to":"+15551234567"} } }]
            """;
        using var answer = await PostStreamAsync(Encoding.UTF8.GetBytes(items));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await SettledAsync();

        var body = await QueryAsync<string>("SELECT convert_from(body, 'UTF8') FROM insights.raw_events WHERE status = 'processed'");
        using var item = JsonDocument.Parse(body);
        Assert.Equal(Stored, item.RootElement.GetProperty("data").GetProperty("payload").GetProperty("task_attributes").GetString());
        Assert.Equal("", await QueryAsync<string>("SELECT convert_from(body, 'UTF8') FROM insights.raw_events WHERE status = 'ignored'"));
        Assert.Equal(1, await QueryAsync<long>("SELECT count(*) FROM insights.quarantine"));
    }

    private async Task<byte[]> OpenAsync(Guid id) =>
        (await Quarantine.GetQuarantinedBodyAsync(new() { RawEventId = id.ToString() }, cancellationToken: Cancellation)).Body.ToByteArray();
}
