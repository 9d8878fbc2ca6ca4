using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Tests.Exports;
using ContactCenter.ServiceDefaults;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests;

/// <summary>What is wrong with a request is told by a reason and the field: every method in one table, called as a client does that knows the contract alone.</summary>
public sealed class RefusedRequestsTests(TestServers servers) : ExportTest(servers)
{
    private const string OtherAccount = "AC00000000000000000000000000000002", Shared = "shared-conversation";
    private const string Backwards = """{"filter":{"start_time":"2026-03-03T00:00:00Z","end_time":"2026-03-02T00:00:00Z"}}""";

    private static readonly Dictionary<string, MethodDescriptor> Methods = new[]
    {
        AgentService.Descriptor, ConversationService.Descriptor, CustomerService.Descriptor, EventIngestService.Descriptor, ExportService.Descriptor, LoadService.Descriptor,
        MessageAnalyticsService.Descriptor, MetricService.Descriptor, QuarantineService.Descriptor, RawEventService.Descriptor, SessionService.Descriptor, WarningService.Descriptor, WriteBackService.Descriptor,
    }.SelectMany(service => service.Methods).Where(method => !method.IsClientStreaming && !method.IsServerStreaming)
        .ToDictionary(method => $"{method.Service.Name}/{method.Name}", StringComparer.Ordinal);

    /// <summary>What a method needs besides what the test spoils; nothing for those that are not here.</summary>
    private static readonly Dictionary<string, string> Good = new(StringComparer.Ordinal)
    {
        ["ConversationService/RelinkConversation"] = """{"conversation_id":"TASK","external_id":"crm-1","reason":"r"}""",
        ["ConversationService/WithdrawRelink"] = """{"conversation_id":"TASK","reason":"r"}""",
        ["ConversationService/CorrectSegment"] = """{"segment_id":"SEGMENT","attributes":{"outcome":"x"},"reason":"r"}""",
        ["ConversationService/WithdrawCorrection"] = """{"correction_id":"CORRECTION","reason":"r"}""",
        ["ConversationService/SetSegmentLink"] = """{"segment_id":"SEGMENT","segment_link":"https://example.com/a","reason":"r"}""",
        ["ConversationService/LinkTasks"] = """{"task_sids":["TASK4"],"conversation_id":"TASK","reason":"r"}""",
        ["ConversationService/UnlinkTask"] = """{"task_sid":"TASK4","reason":"r"}""",
        ["ConversationService/ListConversationHistory"] = """{"conversation_id":"TASK"}""",
        ["CustomerService/ListCustomerJourney"] = """{"customer_id":"CUSTOMER"}""",
        ["CustomerService/ListCustomerHistory"] = """{"customer_id":"CUSTOMER"}""",
        ["CustomerService/MergeCustomers"] = """{"source_customer_id":"CUSTOMER","target_customer_id":"CUSTOMER4","reason":"r"}""",
        ["CustomerService/UnmergeCustomer"] = """{"customer_id":"CUSTOMER","reason":"r"}""",
        ["CustomerService/EraseCustomer"] = """{"customer_id":"CUSTOMER","reason":"r"}""",
        ["ExportService/CreateExport"] = """{"data_set":"DATA_SET_WARNINGS","filter":{"start_time":"2026-03-02T00:00:00Z","end_time":"2026-03-03T00:00:00Z"}}""",
        ["ExportService/CancelExport"] = """{"export_id":"EXPORT"}""",
        ["MessageAnalyticsService/RecordSentMessage"] = """{"message":{"message_id":"m1","agent_id":"brand@rbm.goog","phone_number":"+15550100100","send_time":"2026-03-02T10:00:00Z"}}""",
        ["MessageAnalyticsService/RecordSentMessages"] = """{"messages":[{"message_id":"m2","agent_id":"brand@rbm.goog","phone_number":"+15550100100","send_time":"2026-03-02T10:00:00Z"}]}""",
        ["MessageAnalyticsService/ListMessages"] = """{"filter":{"start_date":"2026-03-02","end_date":"2026-03-03"}}""",
        ["RawEventService/ReplayRawEvent"] = """{"raw_event_id":"RAWEVENT"}""",
        ["RawEventService/ReprocessRawEvents"] = """{"filter":{"task_sid":"TASK"}}""",
        ["RawEventService/CancelReprocessing"] = """{"reprocessing_id":"REPROCESSING"}""",
        ["SessionService/ListSessionEvents"] = """{"name":"call-1418"}""",
        ["WarningService/AcknowledgeWarnings"] = """{"filter":{"code":"account_unknown"}}""",
        ["WriteBackService/SetTaskEnrichment"] = """{"task_sid":"TASK","account_sid":"ACCOUNT","workspace_sid":"WORKSPACE","attributes":"{\"outcome\":\"x\"}"}""",
        ["WriteBackService/CompleteTask"] = """{"task_sid":"TASK","account_sid":"ACCOUNT","workspace_sid":"WORKSPACE","reason":"r"}""",
        ["WriteBackService/CancelTask"] = """{"task_sid":"TASK","account_sid":"ACCOUNT","workspace_sid":"WORKSPACE","reason":"r"}""",
        ["WriteBackService/UpdateWorkers"] = """{"account_sid":"ACCOUNT","workspace_sid":"WORKSPACE","workers":[{"worker_sid":"WK1","attributes":"{}"}]}""",
        ["WriteBackService/GetWriteBack"] = """{"write_back_id":"WRITEBACK"}""",
        ["WriteBackService/RetryWriteBack"] = """{"write_back_id":"WRITEBACK"}""",
    };

    /// <summary>Changing methods in an order in which they can be called one after the other, with a field that makes another request of a good one.</summary>
    private static readonly (string Method, string Field, string Value)[] Changes =
    [
        ("ConversationService/RelinkConversation", "external_id", "\"crm-2\""),
        ("ConversationService/WithdrawRelink", "reason", "\"other\""),
        ("ConversationService/CorrectSegment", "attributes", """{"outcome":"y"}"""),
        ("ConversationService/WithdrawCorrection", "reason", "\"other\""),
        ("ConversationService/SetSegmentLink", "segment_link", "\"https://example.com/b\""),
        ("ConversationService/LinkTasks", "dry_run", "true"),
        ("ConversationService/UnlinkTask", "dry_run", "true"),
        ("CustomerService/MergeCustomers", "dry_run", "true"),
        ("CustomerService/UnmergeCustomer", "dry_run", "true"),
        ("CustomerService/EraseCustomer", "customer_id", "\"CUSTOMER4\""),
        ("ExportService/CreateExport", "time_zone", "\"Europe/Lisbon\""),
        ("MessageAnalyticsService/RecordSentMessage", "message", """{"message_id":"m3"}"""),
        ("MessageAnalyticsService/RecordSentMessages", "messages", "[]"),
        ("MessageAnalyticsService/RefreshAnalytics", "start_date", "\"2026-03-02\""),
        ("RawEventService/ReplayRawEvent", "raw_event_id", "\"RAWEVENT2\""),
        ("RawEventService/ReprocessRawEvents", "dry_run", "true"),
        ("RawEventService/CancelReprocessing", "reprocessing_id", "\"REPROCESSING2\""),
        ("WarningService/AcknowledgeWarnings", "filter", """{"code":"twin_mismatch"}"""),
        ("WriteBackService/SetTaskEnrichment", "flush_now", "true"),
        ("WriteBackService/CompleteTask", "complete_anyway", "true"),
        ("WriteBackService/CancelTask", "cancel_anyway", "true"),
        ("WriteBackService/UpdateWorkers", "dry_run", "true"),
    ];

    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    protected override string[] Scopes => [.. base.Scopes, "insights.raw", "insights.ingest"];

    protected override IEnumerable<string> Settings =>
    [
        $"--Twilio:Accounts:1:AccountSid={OtherAccount}", "--Twilio:Accounts:1:WorkspaceSids:0=WS00000000000000000000000000000002", $"--Twilio:Accounts:1:AuthTokens:0={Token}",
        "--Twilio:Accounts:0:ApiKeySid=SK1", "--Twilio:Accounts:0:ApiKeySecret=secret", "--Twilio:ApiBaseUrl=http://127.0.0.1:1",
        "--Rbm:Agents:0:AgentId=brand@rbm.goog", "--Rbm:Agents:0:ClientTokens:0=token",
    ];

    [Fact]
    [Rule("INS-25"), Rule("INS-130")]
    public async Task Every_list_refuses_pages_above_1000_and_tokens_that_it_did_not_give_out()
    {
        await SeedAsync();
        var lists = Methods.Where(method => method.Value.InputType.FindFieldByName("page_size") is not null).Select(method => method.Key).ToList();
        Assert.True(lists.Count >= 19, $"{lists.Count} lists");
        await AllAsync(lists.SelectMany(list => new (string, string, string)[]
        {
            (list, With(list, "page_size", "-1"), "InvalidArgument PAGE_SIZE_INVALID page_size"),
            (list, With(list, "page_size", "1001"), "InvalidArgument PAGE_SIZE_INVALID page_size"),
            (list, With(list, "page_token", "\"x\""), "InvalidArgument PAGE_TOKEN_INVALID page_token"),
            (list, With(list, "page_size", "1000"), "OK"),
        }));
    }

    [Fact]
    [Rule("INS-135")]
    public async Task Every_changing_method_refuses_a_request_id_that_is_none()
    {
        await SeedAsync();
        var changing = Methods.Where(method => method.Value.InputType.FindFieldByName("request_id") is not null).Select(method => method.Key).ToList();
        Assert.True(changing.Count >= 22, $"{changing.Count} changing methods");
        await AllAsync(changing.SelectMany(method => new[] { "\"1\"", $"\"{Guid.Empty}\"" }, (method, id) => (method, With(method, "request_id", id), "InvalidArgument REQUEST_ID_INVALID request_id")));
    }

    [Fact]
    [Rule("INS-135")]
    public async Task Every_changing_method_answers_a_repeated_request_as_before_and_refuses_another_one_of_the_same_id()
    {
        await SeedAsync();
        // Those that are left out have nothing that could differ, or can only be called while something runs or has failed.
        Assert.Equal(
            ["ExportService/CancelExport", "LoadService/RunLoad", "WriteBackService/RetryWriteBack"],
            Methods.Where(method => method.Value.InputType.FindFieldByName("request_id") is not null).Select(method => method.Key).Except(Changes.Select(change => change.Method)).Order());
        var wrong = new List<string>();
        foreach (var (method, field, value) in Changes)
        {
            var request = With(method, "request_id", $"\"{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}\"");
            var (first, answer) = await CallAsync(method, request);
            var (again, repeated) = await CallAsync(method, request);
            if (first != "OK" || again != "OK" || !Equals(answer, repeated))
                wrong.Add($"{method}: {first} {answer}, repeated {again} {repeated}");
            var (other, _) = await CallAsync(method, With(request, field, value));
            if (other != (method.Contains("/Create", StringComparison.Ordinal) ? "AlreadyExists REQUEST_ID_REUSED " : "InvalidArgument REQUEST_ID_REUSED request_id"))
                wrong.Add($"{method}: {other} for another request");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    [Rule("INS-23"), Rule("INS-24"), Rule("INS-61"), Rule("INS-90"), Rule("INS-92"), Rule("INS-112"), Rule("INS-115"), Rule("INS-119"), Rule("INS-133"), Rule("INS-134")]
    public async Task Every_method_tells_which_field_is_wrong_and_what_there_is_not()
    {
        await SeedAsync();
        await AllAsync(
        [
            ("AgentService/GetAgent", "{}", "InvalidArgument FIELD_REQUIRED agent_sid"),
            ("AgentService/GetAgent", """{"agent_sid":"WK9"}""", "NotFound AGENT_NOT_FOUND "),
            ("AgentService/ListAgentStatusSegments", Backwards, "InvalidArgument RANGE_INVALID filter.end_time"),
            ("ConversationService/GetConversation", $$"""{"conversation_id":"{{Shared}}"}""", "InvalidArgument ACCOUNT_REQUIRED account_sid"),
            ("ConversationService/ListConversations", Backwards, "InvalidArgument RANGE_INVALID filter.end_time"),
            ("ConversationService/ListSegments", Backwards, "InvalidArgument RANGE_INVALID filter.end_time"),
            ("ConversationService/ListSegments", """{"filter_token":"x"}""", "InvalidArgument FIELD_INVALID filter_token"),
            ("ConversationService/RelinkConversation", """{"external_id":"crm-1","reason":"r"}""", "InvalidArgument FIELD_REQUIRED conversation_id"),
            ("ConversationService/RelinkConversation", $$"""{"conversation_id":"{{Shared}}","external_id":"crm-1","reason":"r"}""", "InvalidArgument ACCOUNT_REQUIRED account_sid"),
            ("ConversationService/WithdrawRelink", """{"reason":"r"}""", "InvalidArgument FIELD_REQUIRED conversation_id"),
            ("ConversationService/WithdrawRelink", """{"conversation_id":"TASK"}""", "InvalidArgument REASON_REQUIRED reason"),
            ("ConversationService/WithdrawRelink", """{"conversation_id":"nowhere","reason":"r"}""", "NotFound CONVERSATION_NOT_FOUND "),
            ("ConversationService/WithdrawRelink", $$"""{"conversation_id":"{{Shared}}","reason":"r"}""", "InvalidArgument ACCOUNT_REQUIRED account_sid"),
            ("ConversationService/CorrectSegment", $$"""{"conversation_id":"{{Shared}}","attributes":{"outcome":"x"},"reason":"r"}""", "InvalidArgument ACCOUNT_REQUIRED account_sid"),
            ("ConversationService/SetSegmentLink", """{"segment_id":"seg_x","segment_link":"https://example.com/a"}""", "NotFound SEGMENT_NOT_FOUND "),
            ("ConversationService/ListConversationHistory", "{}", "InvalidArgument FIELD_REQUIRED conversation_id"),
            ("CustomerService/GetCustomer", "{}", "InvalidArgument FIELD_REQUIRED customer_id"),
            ("CustomerService/ListCustomerJourney", "{}", "InvalidArgument FIELD_REQUIRED customer_id"),
            ("CustomerService/ListCustomerJourney", """{"customer_id":"cus_x"}""", "NotFound CUSTOMER_NOT_FOUND "),
            ("CustomerService/MergeCustomers", """{"target_customer_id":"CUSTOMER","reason":"r"}""", "InvalidArgument FIELD_REQUIRED source_customer_id"),
            ("CustomerService/MergeCustomers", """{"source_customer_id":"CUSTOMER","reason":"r"}""", "InvalidArgument FIELD_REQUIRED target_customer_id"),
            ("CustomerService/UnmergeCustomer", """{"reason":"r"}""", "InvalidArgument FIELD_REQUIRED customer_id"),
            ("CustomerService/UnmergeCustomer", """{"customer_id":"CUSTOMER"}""", "InvalidArgument REASON_REQUIRED reason"),
            ("CustomerService/ListCustomerHistory", "{}", "InvalidArgument FIELD_REQUIRED customer_id"),
            ("LoadService/ListWorkload", Backwards, "InvalidArgument RANGE_INVALID filter.end_time"),
            ("MetricService/QueryMetrics", Backwards, "InvalidArgument RANGE_INVALID filter.end_time"),
            ("MetricService/QueryMetrics", """{"filter":{"start_time":"2025-01-01T00:00:00Z","end_time":"2026-03-03T00:00:00Z"}}""", "InvalidArgument RANGE_TOO_LARGE filter.end_time"),
            ("QuarantineService/GetQuarantinedBody", """{"raw_event_id":"x"}""", "InvalidArgument FIELD_INVALID raw_event_id"),
            ("RawEventService/ListRawEvents", Backwards, "InvalidArgument RANGE_INVALID filter.end_time"),
            ("RawEventService/ReplayRawEvent", """{"raw_event_id":"TIMELESS"}""", "FailedPrecondition TIME_OUT_OF_RANGE "),
            ("RawEventService/ReprocessRawEvents", """{"events_per_second":-1}""", "InvalidArgument FIELD_INVALID events_per_second"),
            ("RawEventService/GetReprocessing", $$"""{"reprocessing_id":"{{Guid.Empty}}"}""", "NotFound REPROCESSING_NOT_FOUND "),
            ("SessionService/ListSessions", Backwards, "InvalidArgument RANGE_INVALID filter.end_time"),
            .. new[] { "GetSession", "ListSessionEvents", "GetSessionMetadata", "GetSessionTranscript" }.SelectMany(method => new (string, string, string)[]
            {
                ($"SessionService/{method}", "{}", "InvalidArgument FIELD_REQUIRED name"),
                ($"SessionService/{method}", """{"name":"call-9"}""", "NotFound SESSION_NOT_FOUND "),
            }),
            ("WarningService/ListWarnings", """{"filter":{"start_day":"tomorrow"}}""", "InvalidArgument DAY_INVALID filter.start_day"),
            ("WarningService/ListWarnings", """{"filter":{"end_day":"2026-02-30"}}""", "InvalidArgument DAY_INVALID filter.end_day"),
            ("WarningService/ListWarnings", """{"filter":{"start_day":"2026-03-03","end_day":"2026-03-02"}}""", "InvalidArgument RANGE_INVALID filter.end_day"),
            ("WarningService/AcknowledgeWarnings", "{}", "InvalidArgument FIELD_REQUIRED filter"),
            ("WriteBackService/UpdateWorkers", """{"workers":[]}""", "InvalidArgument FIELD_REQUIRED workers"),
            ("WriteBackService/UpdateWorkers", """{"workers":[{"worker_sid":"WK1","attributes":"{}"},{"worker_sid":"1","attributes":"{}"}]}""", "InvalidArgument FIELD_REQUIRED workers[1].worker_sid"),
            ("WriteBackService/UpdateWorkers", """{"workers":[{"worker_sid":"WK1","attributes":"{}"},{"worker_sid":"WK1","attributes":"{}"}]}""", "InvalidArgument WORKER_REPEATED workers[1].worker_sid"),
            ("WriteBackService/UpdateWorkers", """{"workers":[{"worker_sid":"WK1","attributes":"[]"}]}""", "InvalidArgument ATTRIBUTES_INVALID workers[0].attributes"),
            ("WriteBackService/UpdateWorkers", """{"workers":[{"worker_sid":"WK1","attributes":"{}"}]}""", "InvalidArgument ACCOUNT_REQUIRED workspace_sid"),
            ("WriteBackService/UpdateWorkers", $$"""{"account_sid":"{{OtherAccount}}","workers":[{"worker_sid":"WK1","attributes":"{}"}]}""", "FailedPrecondition REST_NOT_CONFIGURED "),
            ("WriteBackService/UpdateWorkers", $$"""{"workers":[{{string.Join(',', Enumerable.Repeat("{}", 10_001))}}]}""", "InvalidArgument BODY_TOO_LARGE workers"),
            ("WriteBackService/CancelTask", """{"task_sid":"TASK"}""", "InvalidArgument REASON_REQUIRED reason"),
            ("WriteBackService/CompleteTask", """{"reason":"r"}""", "InvalidArgument FIELD_REQUIRED task_sid"),
            ("WriteBackService/RetryWriteBack", $$"""{"write_back_id":"{{Guid.Empty}}"}""", "NotFound WRITE_BACK_NOT_FOUND "),
        ]);
    }

    private async Task SeedAsync()
    {
        var timeless = new TaskLife(7).Created("10:00:00").Forms[0].ToDictionary(StringComparer.Ordinal);
        timeless["TimestampMs"] = timeless["Timestamp"] = "1899-03-02T10:00:00Z";
        var other = new TaskLife(4) { Attributes = """{"from":"+15557654321"}""" }.Entered("12:00:00", "Level 1").Canceled("12:01:00", "hangup");
        await SendAsync([.. Examples.ColdTransfer().Forms, .. SharedLife(2, TaskLife.AccountSid), .. SharedLife(3, OtherAccount), .. other.Forms, timeless]);
        using (var content = new StringContent(
            """{"event_id":"1","source":"s","type":"session.started","event_time":"2026-03-02T10:00:00Z","session_kind":"call","session_id":1418,"data":{"session_type":"Voice Inbound"}}"""))
        using (var answer = await Http.PostAsync("/ingest/sessions/events", content, Cancellation))
            Assert.True(answer.IsSuccessStatusCode);
        await SettledAsync();
        await Eventually.TrueAsync(async () => await QueryAsync<long>($"SELECT count(*) FROM insights.conversations WHERE conversation_id = '{Shared}' AND NOT withdrawn") == 2);

        var task = TaskLife.Sid("WT", 1);
        (_known["TASK"], _known["ACCOUNT"], _known["WORKSPACE"]) = (task, TaskLife.AccountSid, TaskLife.WorkspaceSid);
        _known["CUSTOMER"] = (await ConversationAsync(task)).CustomerId;
        (_known["TASK4"], _known["CUSTOMER4"]) = (other.TaskSid, (await ConversationAsync(other.TaskSid)).CustomerId);
        _known["SEGMENT"] = (await Conversations.ListSegmentsAsync(new() { Filter = new() { TaskSid = task } }, cancellationToken: Cancellation)).Segments[1].SegmentId;
        _known["CORRECTION"] = (await Conversations.CorrectSegmentAsync(
            new() { SegmentId = _known["SEGMENT"], Attributes = { ["content"] = "x" }, Reason = "r" }, cancellationToken: Cancellation)).Correction.CorrectionId;
        _known["RAWEVENT"] = await QueryAsync<string>("SELECT min(raw_event_id::text) FROM insights.raw_events WHERE status = 'processed'");
        _known["RAWEVENT2"] = await QueryAsync<string>("SELECT max(raw_event_id::text) FROM insights.raw_events WHERE status = 'processed'");
        _known["TIMELESS"] = await QueryAsync<string>("SELECT raw_event_id::text FROM insights.raw_events WHERE event_time IS NULL");
        _known["EXPORT"] = (await ExportAsync(new() { DataSet = DataSet.Warnings, Filter = Day() })).ExportId;
        foreach (var name in new[] { "REPROCESSING", "REPROCESSING2" })
        {
            _known[name] = (await new RawEventService.RawEventServiceClient(Channel).ReprocessRawEventsAsync(
                new() { EventsPerSecond = 1 }, cancellationToken: Cancellation)).Reprocessing.ReprocessingId;
        }

        _known["WRITEBACK"] = (await new WriteBackService.WriteBackServiceClient(Channel).SetTaskEnrichmentAsync(
            new() { TaskSid = task, AccountSid = TaskLife.AccountSid, WorkspaceSid = TaskLife.WorkspaceSid, Attributes = """{"outcome":"x"}""" }, cancellationToken: Cancellation)).WriteBack.WriteBackId;
    }

    private static IEnumerable<IReadOnlyDictionary<string, string>> SharedLife(int number, string accountSid) =>
        new TaskLife(number) { Attributes = $$$"""{"conversations":{"conversation_id":"{{{Shared}}}"}}""" }.Entered("11:00:00", "Level 1").Canceled("11:01:00", "hangup").Forms
            .Select(form => new Dictionary<string, string>(form, StringComparer.Ordinal) { ["AccountSid"] = accountSid, ["WorkspaceSid"] = $"WS{accountSid[2..]}" });

    /// <summary>A good request of a method, or a request, with another value of a field.</summary>
    private static string With(string request, string field, string value)
    {
        var changed = JsonNode.Parse(request.StartsWith('{') ? request : Good.GetValueOrDefault(request, "{}"))!;
        changed[field] = JsonNode.Parse(value);
        return changed.ToJsonString();
    }

    private async Task AllAsync(IEnumerable<(string Method, string Request, string Expected)> table)
    {
        var wrong = new List<string>();
        foreach (var (method, request, expected) in table)
        {
            if ((await CallAsync(method, request)).Outcome is var actual && actual != expected)
                wrong.Add($"{method} {(request.Length > 200 ? request[..200] : request)}: {actual} instead of {expected}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>OK and the answer, or status, reason and field of the error.</summary>
    private async Task<(string Outcome, IMessage? Answer)> CallAsync(string method, string request)
    {
        var rpc = Methods[method];
        var call = new Method<IMessage, IMessage>(
            MethodType.Unary, rpc.Service.FullName, rpc.Name,
            Marshallers.Create(message => message.ToByteArray(), rpc.InputType.Parser.ParseFrom),
            Marshallers.Create(message => message.ToByteArray(), rpc.OutputType.Parser.ParseFrom));
        try
        {
            var message = rpc.InputType.Parser.ParseJson(_known.Aggregate(request, (text, known) => text.Replace($"\"{known.Key}\"", JsonSerializer.Serialize(known.Value), StringComparison.Ordinal)));
            return ("OK", await Channel.CreateCallInvoker().AsyncUnaryCall(call, null, new CallOptions(cancellationToken: Cancellation), message));
        }
        catch (RpcException failure)
        {
            return ($"{failure.StatusCode} {RpcErrors.ReasonOf(failure)} {failure.GetRpcStatus()?.GetDetail<BadRequest>()?.FieldViolations[0].Field}", null);
        }
    }
}
