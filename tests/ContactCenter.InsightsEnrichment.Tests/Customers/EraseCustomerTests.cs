using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Tests.Retention;
using ContactCenter.InsightsEnrichment.Tests.Sessions;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using SessionKind = ContactCenter.InsightsEnrichment.Sessions.SessionKind;

namespace ContactCenter.InsightsEnrichment.Tests.Customers;

public sealed class EraseCustomerTests(TestServers servers) : SessionsTest(servers)
{
    private const string Phone = "5551234567";

    private const string Attributes =
        """
        {"direction":"inbound","from":"+15551234567","name":"Jane Roe","customers":{"name":"Jane Roe","email":"jane.roe@example.com","phone":"+15551234567","business_value":70},"conversations":{"campaign":"Spring","content":"asked Jane Roe","destination":"+15551234567"}}
        """;

    private static readonly string[] Traces = [Phone, "Jane", "jane.roe@example.com"];

    private RawEventService.RawEventServiceClient RawEvents => new(Channel);

    [Fact]
    [Rule("INS-94")]
    public async Task Whatever_tells_of_an_erased_customer_is_gone_for_good_and_the_measures_and_the_history_stay()
    {
        var life = With(1, Attributes);
        await SendAsync(life.Forms);
        await SendAsync(life.Forms.Take(2));
        await SendAsync(With(2, """{"direction":"inbound","from":"+15557654321","customers":{"name":"John Smith"}}""").Forms);
        await SendAsync(new SessionLife(SessionKind.Chat, 5)
            .At("10:00:00", "session.started", new { session_type = "Messaging (Web)", task_sid = life.TaskSid, end_user = new { id = 42, name = "Jane Roe", phone = "+15551234567" } })
            .At("10:00:10", "message.inbound", new { message_id = "m1", message = "I am Jane" })
            .At("10:06:00", "session.ended", new { status = "finished" }));
        await SettledAsync();
        await LoadAsync();
        var (rows, statuses) = (await RowsAsync(life.TaskSid), await StatusesAsync());
        var before = await ConversationAsync(life.TaskSid);
        var customer = (await Customers.GetCustomerAsync(new() { CustomerId = before.CustomerId }, cancellationToken: Cancellation)).Customer;
        Assert.Equal("Jane Roe", customer.Attributes["name"]);
        Assert.NotEqual("", await FoundAsync());

        var request = new EraseCustomerRequest { RequestId = "0195a5c2-7c00-7000-8000-000000000001", CustomerId = customer.CustomerId, Reason = "asked to be forgotten" };
        var receipt = await Customers.EraseCustomerAsync(request, cancellationToken: Cancellation);
        Assert.Equal((1L, 17L, 1L, 0L), (receipt.ConversationCount, receipt.EventCount, receipt.SessionCount, receipt.OpenConversationCount));
        Assert.Equal(receipt, await Customers.EraseCustomerAsync(request, cancellationToken: Cancellation));
        // A load of its own takes the customer out of the data sets.
        Assert.All((await FoundAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries), table => Assert.StartsWith("loaded_", table, StringComparison.Ordinal));
        await Eventually.TrueAsync(async () => await FoundAsync() == "");

        await ReprocessAsync();
        Assert.Equal("", await FoundAsync());
        Assert.Equal(rows, await RowsAsync(life.TaskSid));
        Assert.Equal(statuses, await StatusesAsync());
        var after = await ConversationAsync(life.TaskSid);
        Assert.Equal((before.CustomerId, before.HandlingTime, before.SegmentCount), (after.CustomerId, after.HandlingTime, after.SegmentCount));
        var erased = (await Customers.GetCustomerAsync(new() { CustomerId = customer.CustomerId, IncludeFieldHistory = true }, cancellationToken: Cancellation));
        Assert.Empty(erased.Customer.Attributes);
        Assert.Equal(70, Assert.Single(erased.Customer.Measures).Value);
        Assert.NotNull(erased.Customer.EraseTime);
        var history = (await Customers.ListCustomerHistoryAsync(new() { CustomerId = customer.CustomerId }, cancellationToken: Cancellation)).Entries;
        Assert.Equal((CustomerAction.Erase, "asked to be forgotten", 1L), (history[0].Action, history[0].Reason, history[0].ConversationCount));

        // What was received is known by its hash, and why it is gone.
        var raw = (await RawEvents.ListRawEventsAsync(new() { Filter = new() { EventKey = life.Forms[0]["Sid"] } }, cancellationToken: Cancellation)).RawEvents[0];
        var body = Uri.UnescapeDataString((await RawEvents.GetRawEventAsync(new() { RawEventId = raw.RawEventId }, cancellationToken: Cancellation)).RawEvent.Body.ToStringUtf8());
        Assert.Contains("\"erased\":{\"sha256\":\"" + raw.BodySha256 + "\",\"reason\":\"asked to be forgotten\"}", body, StringComparison.Ordinal);
        Assert.Equal("John Smith", await QueryAsync<string>($"SELECT document -> 'fields' -> 'name' ->> 'value' FROM insights.conversation_customers WHERE conversation_id = '{TaskLife.Sid("WT", 2)}'"));
    }

    [Fact]
    [Rule("INS-94"), Rule("INS-22")]
    public async Task A_customer_is_erased_from_conversations_whose_raw_events_are_gone_already()
    {
        var life = With(1, Attributes);
        await SendAsync(life.Forms);
        await SendAsync(new SessionLife(SessionKind.Chat, 5)
            .At("10:00:00", "session.started", new { session_type = "Messaging (Web)", task_sid = life.TaskSid, end_user = new { id = 42, identifier = "Jane", name = "Jane Roe", phone = "+15551234567" } })
            .At("10:00:10", "message.inbound", new { message_id = "m1", message = "I am Jane" })
            .At("10:05:00", "rating.submitted", new { rating = 4, feedback = "Jane was happy" })
            .At("10:06:00", "session.ended", new { status = "finished" }));
        await SettledAsync();
        var (rows, before) = (await RowsAsync(life.TaskSid), await ConversationAsync(life.TaskSid));
        await LoadAsync();
        await Ageing.RunAsync(Services, 401, Cancellation);
        Assert.Equal("", await StatusesAsync());
        Assert.NotEqual("", await FoundAsync());

        var receipt = await Customers.EraseCustomerAsync(new() { CustomerId = before.CustomerId, Reason = "asked to be forgotten" }, cancellationToken: Cancellation);
        Assert.Equal((1L, 0L, 1L), (receipt.ConversationCount, receipt.EventCount, receipt.SessionCount));
        await Eventually.TrueAsync(async () => await FoundAsync() == "");
        Assert.Equal(rows, await RowsAsync(life.TaskSid));
        var after = await ConversationAsync(life.TaskSid);
        Assert.Equal((before.CustomerId, before.HandlingTime, before.SegmentCount), (after.CustomerId, after.HandlingTime, after.SegmentCount));
        var erased = (await Customers.GetCustomerAsync(new() { CustomerId = before.CustomerId }, cancellationToken: Cancellation)).Customer;
        Assert.Empty(erased.Attributes);
        Assert.Equal(70, Assert.Single(erased.Measures).Value);
    }

    [Fact]
    [Rule("INS-94")]
    public async Task An_erasure_names_a_customer_and_says_why()
    {
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "customer_id", new() { Reason = "r" });
        await FailsAsync(StatusCode.InvalidArgument, "REASON_REQUIRED", "reason", new() { CustomerId = "cus_a" });
        await FailsAsync(StatusCode.NotFound, "CUSTOMER_NOT_FOUND", "", new() { CustomerId = "cus_a", Reason = "r" });
    }

    protected override string[] Scopes => ["insights.read", "insights.write", "insights.operate", "insights.ingest", "insights.raw"];

    private static TaskLife With(int number, string attributes) => new TaskLife(number) { Attributes = attributes.Trim() }
        .Entered("10:00:00", "Level 1").Offered("10:00:08", number, "John Doe", "Level 1").Reserved("accepted", "10:00:12", number, "John Doe", "Level 1")
        .Reserved("wrapup", "10:02:12", number, "John Doe", "Level 1").Reserved("completed", "10:02:22", number, "John Doe", "Level 1").Completed("10:02:23", "solved")
        .Add("task.updated", "10:02:24").Add("task.deleted", "10:02:25").Add("task.system-deleted", "10:02:26").Add("task.wrapup", "10:02:27").Add("workflow.entered", "10:00:00")
        .Add("workflow.target-matched", "10:00:00");

    /// <summary>Tables of the service in which something of the customer stands.</summary>
    private async Task<string> FoundAsync()
    {
        var found = new List<string>();
        foreach (var table in (await QueryAsync<string>("SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'insights' AND tablename NOT IN ('raw_events', 'sessions')")).Split(','))
        {
            if (await QueryAsync<bool>($"SELECT EXISTS (SELECT FROM insights.{table} AS t WHERE {Any("t::text")})"))
                found.Add(table);
        }

        if (await QueryAsync<bool>($"SELECT EXISTS (SELECT FROM insights.raw_events WHERE {Any("convert_from(body, 'UTF8')")})"))
            found.Add("raw_events");
        if (await QueryAsync<bool>($"SELECT EXISTS (SELECT FROM insights.sessions WHERE {Any("document::text")})"))
            found.Add("sessions");
        var transcript = await Sessions.GetSessionTranscriptAsync(new() { Name = "chat-5" }, cancellationToken: Cancellation);
        if (transcript.Content.ToStringUtf8().Contains("Jane", StringComparison.Ordinal))
            found.Add("transcript");
        return string.Join(' ', found);

        static string Any(string text) => string.Join(" OR ", Traces.Select(trace => $"{text} LIKE '%{trace}%'"));
    }

    private async Task LoadAsync()
    {
        var loads = new LoadService.LoadServiceClient(Channel);
        var load = (await loads.RunLoadAsync(new(), cancellationToken: Cancellation)).Load;
        await Eventually.TrueAsync(async () => (await loads.GetLoadAsync(new() { LoadId = load.LoadId }, cancellationToken: Cancellation)).Load.State == LoadState.Done);
    }

    private async Task ReprocessAsync()
    {
        var id = (await RawEvents.ReprocessRawEventsAsync(new(), cancellationToken: Cancellation)).Reprocessing.ReprocessingId;
        await Eventually.TrueAsync(async () => (await RawEvents.GetReprocessingAsync(new() { ReprocessingId = id }, cancellationToken: Cancellation)).Reprocessing.State == ReprocessingState.Done);
        var counts = (await RawEvents.GetReprocessingAsync(new() { ReprocessingId = id }, cancellationToken: Cancellation)).Reprocessing.Counts;
        Assert.Equal((0L, 0L, 0L), (counts.SegmentsChanged, counts.ConversationsChanged, counts.SessionsChanged));
    }

    private async Task FailsAsync(StatusCode code, string reason, string field, EraseCustomerRequest request)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Customers.EraseCustomerAsync(request, cancellationToken: Cancellation));
        Assert.Equal((code, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
        Assert.StartsWith(field.Length > 0 ? $"{field}: " : "", failure.Status.Detail, StringComparison.Ordinal);
    }
}
