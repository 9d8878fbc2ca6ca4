using ContactCenter.Crm.V1;
using ContactCenter.Events.Crm;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Tests.Outbound;

/// <summary>What becomes of sessions in a CRM (section 2.8).</summary>
public sealed class FlowTests(TestServers servers) : OutboundTest(servers)
{
    private const string Search = "GET /v2/Contacts/search?criteria=%28Phone%3Aequals%3A%2B12223334444%29%20or%20%28Email%3Aequals%3Akim%40example%29";

    [Fact]
    [Rule("CRM-62")]
    [Rule("CRM-67")]
    [Rule("CRM-69")]
    [Rule("CRM-70")]
    [Rule("CRM-76")]
    [Rule("CRM-77")]
    [Rule("CRM-89")]
    [Rule("CRM-90")]
    [Rule("CRM-91")]
    [Rule("CRM-113")]
    public async Task A_call_becomes_an_account_a_record_and_comments()
    {
        var (accounts, account) = await ReceiveAsync<CrmAccountResolved>();
        var (records, record) = await ReceiveAsync<CrmRecordResolved>();
        await UseAsync();
        var call = new Telling();

        await TellAsync(call.Started(), call.Queued());
        await StandAsync(call.Name, "Account Blocked SESSION_NOT_ASSIGNED");
        Assert.Equal([Search], Requests);
        await TellAsync(call.Assigned());
        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded");
        await TellAsync(call.Connected());
        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "Comment Succeeded");
        await TellAsync(call.Ended());
        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "Comment Succeeded", "Update Succeeded", "Comment Succeeded");
        await TellAsync(call.Rated(feedback: "ok"), call.Disposed());
        await StandAsync(
            call.Name, "Account Succeeded", "Record Succeeded", "Comment Succeeded", "Update Succeeded", "Comment Succeeded", "Update Succeeded", "Comment Succeeded", "Comment Succeeded");

        Assert.Equal(
            [
                Search,
                """POST /v2/Contacts {"data":[{"First_Name":"Kim","Last_Name":"Lee","Phone":"+12223334444","Email":"kim@example"}]}""",
                """POST /v2/Cases {"data":[{"Subject":"Voice Inbound (IVR) 1418","Description":"Queue: Orders\nMenu path: Orders\nPhone: +12223334444\nE-mail: kim@example","Contact":"456","Agent":"unassigned@example.com"}]}""",
            ],
            Requests.Take(3));
        Assert.Equal(
            [
                "Voice Inbound (IVR) 1418 started | Queue: Orders | Agent: jane.smith@example.com",
                "Voice Inbound (IVR) 1418 ended | Duration: 02:06 | Wait: 00:27 | Hold: 00:05 | Ended by: agent",
                "Rating: 5/5 | Feedback: ok",
                "Disposition: sold | Notes: twice",
            ],
            Comments);
        Assert.Contains("""PUT /v2/Cases/9 {"data":[{"Subject":"Voice Inbound (IVR) 1418","Rating":5}]}""", Requests);
        var link = await LinkAsync(call.Name);
        Assert.Equal(("456", "9", "https://crm.example.com/tab/Cases/9", false), (link.AccountId, link.RecordId, link.RecordUrl, link.Reused));
        Assert.Equal((1418, "456", false), ((await account).SessionId, (await account).AccountId, (await account).Temporary));
        var told = await record;
        await accounts.StopAsync(Cancellation);
        await records.StopAsync(Cancellation);
        Assert.Equal(("call", 1418, "456", "9", "https://crm.example.com/tab/Cases/9"), (told.SessionKind, told.SessionId, told.AccountId, told.RecordId, told.RecordUrl));
    }

    [Fact]
    [Rule("CRM-62")]
    [Rule("CRM-63")]
    [Rule("CRM-64")]
    [Rule("CRM-65")]
    [Rule("CRM-81")]
    [Rule("CRM-83")]
    [Rule("CRM-86")]
    public async Task The_account_of_an_end_user_is_remembered_and_replaced_when_it_is_gone()
    {
        await UseAsync();
        var (first, second, third) = (new Telling(), new Telling(1419), new Telling(1420));
        var respond = Crm.Respond;
        Crm.Respond = request => request == "POST /v2/Contacts" ? (200, """{"data":[{"details":{"id":123}}]}""") : respond(request);
        await TellAsync(first.Assigned());
        await StandAsync(first.Name, "Account Succeeded", "Record Succeeded");
        Crm.Requests.Clear();

        Crm.Respond = request => request switch
        {
            "GET /v2/Contacts/123" => (404, ""),
            _ when request.StartsWith("GET /v2/Contacts/search", StringComparison.Ordinal) => (200, """{"data":[{"id":456}]}"""),
            _ => respond(request),
        };
        await TellAsync(second.Queued());
        await StandAsync(second.Name, "Account Succeeded");
        Assert.Equal(
            [
                "GET /v2/Contacts/123",
                "GET /v2/Contacts/search?criteria=%28Id%3Aequals%3A123%29%20or%20%28Phone%3Aequals%3A%2B12223334444%29%20or%20%28Email%3Aequals%3Akim%40example%29",
            ],
            Requests);
        Crm.Requests.Clear();
        Crm.Respond = request => request == "GET /v2/Contacts/456" ? (500, "") : respond(request);
        await TellAsync(third.Assigned());

        await StandAsync(third.Name, "Account Dead HTTP_STATUS", "Record Blocked ACCOUNT_UNRESOLVED");
        Assert.Equal(["GET /v2/Contacts/456"], Requests);
    }

    [Fact]
    [Rule("CRM-66")]
    [Rule("CRM-68")]
    [Rule("CRM-82")]
    [Rule("CRM-87")]
    [Rule("CRM-88")]
    [Rule("CRM-99")]
    public async Task Records_are_reused_as_configured()
    {
        await UseAsync(connector =>
        {
            connector.Flows.RecordReuse = RecordReuse.OpenFound;
            connector.Endpoints.FindRecordByQuery.StatusLocation = "Status";
            connector.Endpoints.FindRecordByQuery.NotFoundStatuses.Add(404);
        });
        var respond = Crm.Respond;
        (int Status, string Body) found = (200, """{"data":[{"id":"7","Status":"Closed"}]}""");
        Crm.Respond = request => request.StartsWith("GET /v2/Cases/search", StringComparison.Ordinal) ? found : respond(request);

        Assert.Equal(("9", false), await RecordOfAsync(1));
        found = (200, """{"data":[{"id":"7","Status":"Open"}]}""");
        Assert.Equal(("7", true), await RecordOfAsync(2));
        found = (404, "");
        Assert.Equal(("9", false), await RecordOfAsync(3));
        Assert.Equal(2, Requests.Count(request => request.StartsWith("POST /v2/Cases ", StringComparison.Ordinal)));
        found = (503, "");
        var call = new Telling(4);
        await TellAsync(call.Assigned());
        await StandAsync(call.Name, "Account Succeeded", "Record Dead HTTP_STATUS");
        found = (302, "");
        call = new Telling(5);
        await TellAsync(call.Assigned());
        await StandAsync(call.Name, "Account Succeeded", "Record Dead REDIRECT_REFUSED");

        async Task<(string Id, bool Reused)> RecordOfAsync(long id)
        {
            var call = new Telling(id);
            await TellAsync(call.Assigned());
            await StandAsync(call.Name, "Account Succeeded", "Record Succeeded");
            var link = await LinkAsync(call.Name);
            return (link.RecordId, link.Reused);
        }
    }

    [Fact]
    [Rule("CRM-84")]
    public async Task Sessions_of_one_end_user_make_one_account()
    {
        await UseAsync(connector => connector.Endpoints.FindAccountById = null);
        var respond = Crm.Respond;
        var made = 0;
        Crm.Respond = request => request switch
        {
            "POST /v2/Contacts" when Interlocked.Increment(ref made) > 0 => respond(request),
            _ when made > 0 && request.StartsWith("GET /v2/Contacts/search", StringComparison.Ordinal) => (200, """{"data":[{"id":"456"}]}"""),
            _ => respond(request),
        };
        var calls = Enumerable.Range(1, 6).Select(id => new Telling(id)).ToList();

        await TellAsync([.. calls.Select(call => call.Assigned())]);
        foreach (var call in calls)
            await StandAsync(call.Name, "Account Succeeded", "Record Succeeded");

        Assert.Equal(1, made);

        // Whose session it is may come to be known only after an operation was made.
        made = 0;
        var late = Enumerable.Range(11, 3).Select(id => (Unknown: new Telling(id) { EndUser = null }, Known: new Telling(id) { EndUser = new(78, null, null, null, null, "+12223334499") })).ToList();
        await Operations.PauseQueueAsync(new() { Kind = "crm.call", Note = "the CRM is being looked after" }, cancellationToken: Cancellation);
        await TellAsync([.. late.Select(call => call.Unknown.Assigned())]);
        await TellAsync([.. late.Select(call => call.Known.Started())]);
        await Operations.ResumeQueueAsync(new() { Kind = "crm.call" }, cancellationToken: Cancellation);
        foreach (var call in late)
            await StandAsync(call.Known.Name, "Account Succeeded", "Record Succeeded");

        Assert.Equal(1, made);
    }

    [Fact]
    [Rule("CRM-77")]
    [Rule("CRM-78")]
    public async Task The_record_of_a_chat_is_made_once_the_consumer_has_written_often_enough()
    {
        await UseAsync(connector => (connector.Flows.DelayChatUntilMessages, connector.Flows.UpdateTriggers) = (2, new()));
        var (chat, call) = (new Telling(5, "chat") { SessionType = "Messaging Inbound (Web Chat)" }, new Telling(5));

        await TellAsync(chat.Wrote("m1"), chat.Assigned());
        await TellAsync(chat.Connected());
        await TellAsync(chat.Wrote("m2", "outbound"), chat.Wrote("m1"), call.Assigned());
        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded");
        await StandAsync(chat.Name, "Account Blocked SESSION_NOT_ASSIGNED", "Comment Blocked RECORD_UNRESOLVED");
        await TellAsync(chat.Wrote("m3"));
        await StandAsync(chat.Name, "Account Succeeded", "Comment Succeeded", "Record Succeeded");
    }

    [Fact]
    [Rule("CRM-78")]
    [Rule("CRM-79")]
    public async Task A_session_without_an_agent_gets_its_record_at_its_end_or_none()
    {
        await UseAsync(connector => connector.Flows.DelayCallRecord = true);
        var (made, none) = (new Telling(1), new Telling(2));

        await TellAsync(made.Queued(), made.Assigned());
        await StandAsync(made.Name, "Account Blocked SESSION_NOT_ASSIGNED");
        await TellAsync(made.Ended());
        await StandAsync(made.Name, "Account Succeeded", "Record Succeeded", "Update Succeeded", "Comment Succeeded");
        var connector = (await Connectors.GetConnectorAsync(new() { ConnectorId = "main" }, cancellationToken: Cancellation)).Connector;
        connector.Flows.CreateForAbandoned = false;
        connector.Endpoints.FindAccountById = null;
        await Connectors.UpdateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation);
        await TellAsync(none.Queued());
        await StandAsync(none.Name, "Account Blocked SESSION_NOT_ASSIGNED");
        // One after the other: of updates that were never sent, those of events told at once are one.
        await TellAsync(none.Ended());
        await TellAsync(none.Rated());

        await StandAsync(
            none.Name, "Account Skipped SESSION_ABANDONED", "Update Skipped SESSION_ABANDONED", "Comment Skipped SESSION_ABANDONED", "Update Skipped SESSION_ABANDONED", "Comment Skipped SESSION_ABANDONED");
    }

    [Fact]
    [Rule("CRM-6")]
    [Rule("CRM-7")]
    [Rule("CRM-47")]
    public async Task What_is_waived_missing_or_not_allowed_is_told()
    {
        await UseAsync(connector =>
        {
            (connector.Flows.SkipRecordCreation, connector.Flows.SdkSessions, connector.Endpoints.UpdateRecord) = (true, true, null);
            connector.Comments = new() { SwitchedOff = { CommentKind.Rating } };
        });
        var call = new Telling(1);

        await TellAsync(call.Connected(), call.Ended(), call.Rated());

        await StandAsync(
            call.Name,
            "Account Succeeded", "Record Succeeded", "Comment Skipped ID_WAIVED", "Update Skipped ENDPOINT_NOT_CONFIGURED", "Comment Skipped ID_WAIVED",
            "Update Skipped ENDPOINT_NOT_CONFIGURED", "Comment Skipped SWITCHED_OFF");
        var link = await LinkAsync(call.Name);
        Assert.Equal((LinkState.Resolved, LinkState.Waived), (link.AccountState, link.RecordState));
        var other = new Telling(3) { SessionType = "Voice Inbound (Mobile)", EndUser = new(78, null, null, null, null, "+12223334445") };
        await TellAsync(other.Assigned());
        await StandAsync(other.Name, "Account Held SDK_IDENTIFIER_REQUIRED", "Record Blocked ACCOUNT_UNRESOLVED");
    }

    [Fact]
    [Rule("CRM-107")]
    [Rule("CRM-162")]
    [Rule("CRM-90")]
    public async Task Order_and_number_of_the_messages_make_no_difference()
    {
        await UseAsync();
        var call = new Telling();
        object[] messages = [call.Started(), call.Queued(), call.Selected(), call.Assigned(), call.Connected(), call.Ended(), call.Rated(), call.Disposed()];
        await Operations.PauseQueueAsync(new() { Kind = "crm.call", Note = "the CRM is being looked after" }, cancellationToken: Cancellation);

        await TellAsync([.. messages.Reverse(), .. messages]);
        Assert.Empty(Requests);
        await Operations.ResumeQueueAsync(new() { Kind = "crm.call" }, cancellationToken: Cancellation);
        await StandAsync(
            call.Name, "Update Succeeded", "Account Succeeded", "Record Succeeded", "Comment Succeeded", "Comment Succeeded", "Comment Succeeded", "Comment Succeeded");

        Assert.Equal(["Voice", "Voice", "Rating:", "Disposition:"], Comments.Select(comment => comment.Split(' ')[0]));
        Assert.Contains("started", Comments[0], StringComparison.Ordinal);
        Assert.Equal(1, Requests.Count(request => request.StartsWith("PUT", StringComparison.Ordinal)));
        Assert.Equal(1, Requests.Count(request => request.StartsWith("POST /v2/Cases ", StringComparison.Ordinal)));
    }

    [Fact]
    [Rule("CRM-92")]
    public async Task A_person_may_say_which_account_and_record_a_session_has()
    {
        await UseAsync();
        var call = new Telling();
        var respond = Crm.Respond;
        Crm.Respond = request => request == "POST /v2/Contacts" ? (500, "") : respond(request);
        await TellAsync(call.Connected());
        await StandAsync(call.Name, "Account Dead HTTP_STATUS", "Record Blocked ACCOUNT_UNRESOLVED", "Comment Blocked RECORD_UNRESOLVED");

        await Links.LinkRecordAsync(new() { Session = call.Name, RecordId = new() { Text = "31" } }, cancellationToken: Cancellation);
        await StandAsync(call.Name, "Account Dead HTTP_STATUS", "Record Blocked ACCOUNT_UNRESOLVED", "Comment Succeeded");
        var link = (await Links.LinkAccountAsync(new() { Session = call.Name, AccountId = new() { Number = 5 } }, cancellationToken: Cancellation)).Link;

        await StandAsync(call.Name, "Account Dead HTTP_STATUS", "Record Succeeded", "Comment Succeeded");
        Assert.Equal(("5", "31"), (link.AccountId, link.RecordId));
        Assert.DoesNotContain(Requests, request => request.StartsWith("POST /v2/Cases ", StringComparison.Ordinal));
        await FailsAsync(StatusCode.NotFound, "SESSION_NOT_FOUND", Links.GetSessionLinkAsync(new() { Session = "call-1" }, cancellationToken: Cancellation));
    }
}
