using ContactCenter.Crm.V1;
using ContactCenter.Events.Crm;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Tests.Outbound;

/// <summary>What becomes of calls that fail (section 2.9).</summary>
public sealed class FailureTests(TestServers servers) : OutboundTest(servers)
{
    [Fact]
    [Rule("CRM-9")]
    [Rule("CRM-43")]
    [Rule("CRM-96")]
    [Rule("CRM-98")]
    [Rule("CRM-105")]
    public async Task A_retry_and_a_replay_send_the_same_bytes_and_key()
    {
        await AddQuickPolicyAsync("400");
        await UseAsync(connector => connector.Endpoints.CreateRecord.RetryPolicy = "quick");
        var respond = Crm.Respond;
        var statuses = new Queue<int>([400, 400, 500]);
        Crm.Respond = request => request == "POST /v2/Cases" && statuses.TryDequeue(out var status) ? (status, "") : respond(request);
        var call = new Telling();

        await TellAsync(call.Assigned());
        await StandAsync(call.Name, "Account Succeeded", "Record Dead HTTP_STATUS");
        await TellAsync(call.Connected());
        var letter = Assert.Single(await LettersAsync());
        Assert.Equal("500", letter.ErrorClass);
        var dead = (await ListAsync(call.Name))[1];
        Assert.Equal([400, 400, 500], dead.Attempts.Select(attempt => attempt.Status));
        await Operations.ReplayDeadLetterAsync(new() { DeadLetterId = letter.Id }, cancellationToken: Cancellation);
        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "Comment Succeeded");

        var sent = Requests.Where(request => request.StartsWith("POST /v2/Cases ", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, sent.Count);
        Assert.Single(sent.Distinct());
        Assert.Equal([dead.OperationId, dead.OperationId, dead.OperationId, dead.OperationId], Crm.IdempotencyKeys.Skip(1).Take(4));
        var record = (await ListAsync(call.Name))[1];
        Assert.Equal((1, 1, 4), (record.Generation, record.AttemptCount, record.Attempts.Count));
    }

    [Fact]
    [Rule("CRM-100")]
    [Rule("CRM-101")]
    [Rule("CRM-102")]
    public async Task A_create_without_an_id_is_held_until_a_person_gives_it()
    {
        await UseAsync();
        var (bus, held) = await ReceiveAsync<CrmOperationHeld>();
        var respond = Crm.Respond;
        Crm.Respond = request => request == "POST /v2/Contacts" ? (200, """{"data":[{"details":{},"token":"x"}]}""") : respond(request);
        var call = new Telling();

        await TellAsync(call.Connected());
        await StandAsync(call.Name, "Account Held ID_MISSING", "Record Blocked ACCOUNT_UNRESOLVED", "Comment Blocked RECORD_UNRESOLVED");
        var account = (await Work.GetOperationAsync(new() { OperationId = (await ListAsync(call.Name))[0].OperationId }, cancellationToken: Cancellation)).Operation;
        Assert.Equal((account.OperationId, "ACCOUNT", "ID_MISSING"), ((await held).OperationId.ToString(), (await held).Kind, (await held).Reason));
        await bus.StopAsync(Cancellation);
        Assert.Contains("\"First_Name\":\"Kim\"", account.Request.Body, StringComparison.Ordinal);
        Assert.StartsWith("{\"data\":[{\"details\":{}", account.ResponseExcerpt, StringComparison.Ordinal);
        Assert.Equal(1, Requests.Count(request => request.StartsWith("POST", StringComparison.Ordinal)));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", Work.ResolveOperationAsync(new() { OperationId = account.OperationId }, cancellationToken: Cancellation), "id");
        await Work.ResolveOperationAsync(new() { OperationId = account.OperationId, Id = new() { Text = "456" } }, cancellationToken: Cancellation);
        await StandAsync(call.Name, "Account Succeeded RESOLVED", "Record Succeeded", "Comment Succeeded");

        Assert.Contains(Requests, request => request.StartsWith("POST /v2/Cases ", StringComparison.Ordinal) && request.Contains("\"Contact\":\"456\"", StringComparison.Ordinal));
        foreach (var (id, body, reason) in new[] { (1L, "<html>", "NOT_JSON"), (2, """{"data":[{"details":{"id":{}}}]}""", "ID_TYPE"), (3, $"\"{new string('a', 1 << 20)}\"", "RESPONSE_TOO_LARGE") })
        {
            Crm.Respond = request => request == "POST /v2/Cases" ? (200, body) : respond(request);
            var other = new Telling(id);
            await TellAsync(other.Assigned());
            await StandAsync(other.Name, "Account Succeeded", $"Record Held {reason}");
        }
    }

    [Fact]
    [Rule("CRM-85")]
    public async Task A_create_of_unknown_outcome_looks_before_it_is_repeated()
    {
        await AddQuickPolicyAsync("timeout");
        await UseAsync(connector => (connector.RetryPolicy, connector.Endpoints.FindRecordByQuery.SubjectLocation) = ("quick", "Subject"));
        var respond = Crm.Respond;
        var (found, silent) = ("""{"data":[{"id":"9","Subject":"another"}]}""", 1);
        Crm.Respond = request => request switch
        {
            "POST /v2/Cases" when Interlocked.Decrement(ref silent) >= 0 => (0, ""),
            _ when request.StartsWith("GET /v2/Cases/search", StringComparison.Ordinal) => (200, found),
            _ => respond(request),
        };
        var (first, second) = (new Telling(1), new Telling(2));

        await TellAsync(first.Assigned());
        await StandAsync(first.Name, "Account Succeeded", "Record Succeeded");
        Assert.Equal(
            ["POST /v2/Cases", "GET /v2/Cases/search", "POST /v2/Cases"],
            from request in Requests where request.Contains("/Cases", StringComparison.Ordinal) select request.Split('?', '{')[0].TrimEnd());
        Crm.Requests.Clear();
        (found, silent) = ("""{"data":[{"id":"8","Subject":"Voice Inbound (IVR) 2"}]}""", 1);
        await TellAsync(second.Assigned());
        await StandAsync(second.Name, "Account Succeeded", "Record Succeeded");

        var link = await LinkAsync(second.Name);
        Assert.Equal(("8", false), (link.RecordId, link.Reused));
        Assert.Equal(1, Requests.Count(request => request.StartsWith("POST /v2/Cases ", StringComparison.Ordinal)));
    }

    [Theory]
    [Rule("CRM-103")]
    [Rule("CRM-104")]
    [InlineData(Ordering.SkipDead)]
    [InlineData(Ordering.Strict)]
    public async Task A_comment_that_fails_holds_its_lane_up_as_configured(Ordering ordering)
    {
        await AddQuickPolicyAsync("400");
        await UseAsync(connector =>
        {
            (connector.Ordering, connector.Endpoints.Comment.RetryPolicy) = (ordering, "quick");
            connector.Endpoints.UpdateRecord = null;
        });
        var respond = Crm.Respond;
        var status = 400;
        Crm.Respond = request => request == "POST /v2/Cases/9/Notes" ? (status, "") : request == "POST /v2/Cases" ? (200, """{"data":[{"details":{"id":"9"}}]}""") : respond(request);
        var (first, other) = (new Telling(1), new Telling(2));
        await TellAsync(first.Connected());
        await Eventually.TrueAsync(() => Comments.Count >= 1);
        await TellAsync(first.Ended());
        await Eventually.TrueAsync(() => Comments.Count >= 3);
        Crm.Respond = request => request == "POST /v2/Cases" ? (200, """{"data":[{"details":{"id":"10"}}]}""") : request == "POST /v2/Cases/9/Notes" ? (status, "") : respond(request);
        await TellAsync(other.Connected());
        await StandAsync(other.Name, "Account Succeeded", "Record Succeeded", "Comment Succeeded");
        Assert.All(Comments.Where(comment => comment.Contains(" 1 ", StringComparison.Ordinal)), comment => Assert.Contains("started", comment, StringComparison.Ordinal));

        status = 500;
        await Eventually.TrueAsync(async () => (await ListAsync(first.Name))[2].State == OperationState.Dead);
        if (ordering == Ordering.SkipDead)
        {
            await StandAsync(first.Name, "Account Succeeded", "Record Succeeded", "Comment Dead HTTP_STATUS", "Update Skipped ENDPOINT_NOT_CONFIGURED", "Comment Dead HTTP_STATUS");
            return;
        }

        await StandAsync(first.Name, "Account Succeeded", "Record Succeeded", "Comment Dead HTTP_STATUS", "Update Skipped ENDPOINT_NOT_CONFIGURED", "Comment Blocked LANE_STUCK");
        status = 200;
        Crm.Requests.Clear();
        Assert.Single(await LettersAsync());
        await Work.ReplayOperationAsync(new() { OperationId = (await ListAsync(first.Name))[2].OperationId }, cancellationToken: Cancellation);
        await StandAsync(first.Name, "Account Succeeded", "Record Succeeded", "Comment Succeeded", "Update Skipped ENDPOINT_NOT_CONFIGURED", "Comment Succeeded");
        Assert.Equal(["started", "ended"], Comments.Select(comment => comment.Split(" | ")[0].Split(' ')[^1]));
    }

    [Fact]
    [Rule("CRM-8")]
    [Rule("CRM-80")]
    public async Task Operations_are_given_up_by_persons_and_a_connector_with_open_ones_stays()
    {
        await UseAsync();
        var respond = Crm.Respond;
        Crm.Respond = request => request == "POST /v2/Contacts" ? (400, "") : respond(request);
        var call = new Telling();
        await TellAsync(call.Assigned());
        await Eventually.TrueAsync(async () => (await ListAsync(call.Name)) is [{ State: OperationState.WaitingRetry, NextAttemptTime: not null }, ..]);
        var (account, record) = ((await ListAsync(call.Name))[0], (await ListAsync(call.Name))[1]);

        var connector = (await Connectors.GetConnectorAsync(new() { ConnectorId = "main" }, cancellationToken: Cancellation)).Connector;
        await FailsAsync(StatusCode.FailedPrecondition, "OPERATIONS_PENDING", Connectors.DeleteConnectorAsync(new() { ConnectorId = "main", Etag = connector.Etag }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.FailedPrecondition, "OPERATION_STATE", Work.DiscardOperationAsync(new() { OperationId = account.OperationId, Reason = "no" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", Work.DiscardOperationAsync(new() { OperationId = account.OperationId }, cancellationToken: Cancellation), "reason");
        await FailsAsync(StatusCode.NotFound, "OPERATION_NOT_FOUND", Work.CancelOperationAsync(new() { OperationId = NewId() }, cancellationToken: Cancellation));
        await Work.CancelOperationAsync(new() { OperationId = account.OperationId }, cancellationToken: Cancellation);
        var cancelled = (await Work.CancelOperationAsync(new() { OperationId = record.OperationId }, cancellationToken: Cancellation)).Operation;

        Assert.Equal(OperationState.Cancelled, cancelled.State);
        await Connectors.DeleteConnectorAsync(new() { ConnectorId = "main", Etag = connector.Etag }, cancellationToken: Cancellation);
        Assert.Equal(
            ["connectors.delete", "operations.cancel", "operations.cancel"],
            (await Operations.ListAuditEntriesAsync(new() { Filter = new() }, cancellationToken: Cancellation)).AuditEntries.Select(entry => entry.Action).Take(3));
    }

    [Fact]
    [Rule("CRM-105")]
    public async Task A_dead_operation_is_discarded_or_resolved_with_its_letter()
    {
        await UseAsync();
        var respond = Crm.Respond;
        Crm.Respond = request => request == "POST /v2/Cases" ? (403, "") : respond(request);
        var (first, second) = (new Telling(1), new Telling(2));
        await TellAsync(first.Assigned(), second.Assigned());
        await StandAsync(first.Name, "Account Succeeded", "Record Dead HTTP_STATUS");
        await StandAsync(second.Name, "Account Succeeded", "Record Dead HTTP_STATUS");
        Assert.Equal(2, (await LettersAsync()).Count);

        await Work.DiscardOperationAsync(new() { OperationId = (await ListAsync(first.Name))[1].OperationId, Reason = "not wanted" }, cancellationToken: Cancellation);
        await Work.ResolveOperationAsync(new() { OperationId = (await ListAsync(second.Name))[1].OperationId, Id = new() { Number = 12 } }, cancellationToken: Cancellation);

        await StandAsync(first.Name, "Account Succeeded", "Record Cancelled DISCARDED");
        await StandAsync(second.Name, "Account Succeeded", "Record Succeeded RESOLVED");
        Assert.Empty(await LettersAsync());
        Assert.Equal("12", (await LinkAsync(second.Name)).RecordId);
    }

    [Fact]
    [Rule("CRM-104")]
    [Rule("CRM-105")]
    public async Task A_letter_that_is_discarded_ends_its_operation_and_frees_a_strict_lane()
    {
        await UseAsync(connector => (connector.Ordering, connector.Endpoints.UpdateRecord) = (Ordering.Strict, null));
        var respond = Crm.Respond;
        var isRefused = true;
        Crm.Respond = request => isRefused && request == "POST /v2/Cases/9/Notes" ? (403, "") : respond(request);
        var call = new Telling();
        await TellAsync(call.Connected());
        await TellAsync(call.Ended());
        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "Comment Dead HTTP_STATUS", "Update Skipped ENDPOINT_NOT_CONFIGURED", "Comment Blocked LANE_STUCK");

        isRefused = false;
        await Operations.DiscardDeadLetterAsync(new() { DeadLetterId = (await LettersAsync()).Single().Id, Reason = "not wanted" }, cancellationToken: Cancellation);

        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "Comment Cancelled DISCARDED", "Update Skipped ENDPOINT_NOT_CONFIGURED", "Comment Succeeded");
    }

    [Fact]
    [Rule("CRM-105")]
    public async Task Dead_operations_are_found_by_endpoint_reason_status_record_connector_and_age()
    {
        await UseAsync(connector => connector.Endpoints.UpdateRecord = null);
        var respond = Crm.Respond;
        Crm.Respond = request => request switch
        {
            "POST /v2/Cases" => (403, ""),
            "POST /v2/Cases/77/Notes" => (500, ""),
            _ when request.StartsWith("GET /v2/Cases/search", StringComparison.Ordinal) => (404, ""),
            _ => respond(request),
        };
        var (first, second) = (new Telling(1), new Telling(2));
        await TellAsync(first.Assigned());
        await StandAsync(first.Name, "Account Succeeded", "Record Dead HTTP_STATUS");
        Crm.Respond = request => request switch
        {
            "POST /v2/Cases" => (200, """{"data":[{"details":{"id":77}}]}"""),
            "POST /v2/Cases/77/Notes" => (500, ""),
            _ => respond(request),
        };
        await TellAsync(second.Connected());
        await StandAsync(second.Name, "Account Succeeded", "Record Succeeded", "Comment Dead HTTP_STATUS");

        Assert.Equal([second.Name, first.Name], await DeadAsync(new()));
        Assert.Equal([first.Name], await DeadAsync(new() { Endpoint = EndpointKind.CreateRecord }));
        Assert.Equal([second.Name], await DeadAsync(new() { Endpoint = EndpointKind.Comment, Reason = "HTTP_STATUS" }));
        Assert.Equal([first.Name], await DeadAsync(new() { Status = 403 }));
        Assert.Equal([second.Name], await DeadAsync(new() { RecordId = "77", ConnectorId = "main" }));
        Assert.Empty(await DeadAsync(new() { Reason = "MAX_AGE" }));
        Assert.Empty(await DeadAsync(new() { ConnectorId = "other" }));
        Assert.Empty(await DeadAsync(new() { CreateTimeBefore = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddHours(-1)) }));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", Work.ListOperationsAsync(new() { Filter = new() { Status = 99 } }, cancellationToken: Cancellation), "filter.status");
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", Work.ListOperationsAsync(new() { Filter = new() { Endpoint = (EndpointKind)99 } }, cancellationToken: Cancellation), "filter.endpoint");
    }

    private async Task<IEnumerable<string>> DeadAsync(OperationFilter filter)
    {
        filter.State = OperationState.Dead;
        return (await Work.ListOperationsAsync(new() { Filter = filter }, cancellationToken: Cancellation)).Operations.Select(operation => operation.Session);
    }
}
