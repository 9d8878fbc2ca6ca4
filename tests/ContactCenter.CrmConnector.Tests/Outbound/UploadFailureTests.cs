using ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Tests.Outbound;

/// <summary>How uploads that fail, and those whose bytes are away or replaced, are tried again (CRM-124).</summary>
public sealed class UploadFailureTests(TestServers servers) : UploadTest(servers)
{
    [Fact]
    [Rule("CRM-9")]
    [Rule("CRM-71")]
    [Rule("CRM-103")]
    [Rule("CRM-104")]
    public async Task Files_of_a_record_are_retried_in_order_and_do_not_hold_its_comments_up()
    {
        await AddQuickPolicyAsync("400");
        await UseUploadAsync(connector => (connector.Endpoints.UploadFile.RetryPolicy, connector.Upload.AddComment) = ("quick", false));
        var respond = Crm.Respond;
        var isBroken = true;
        Crm.Respond = request => request == Uploads && isBroken ? (400, "") : respond(request);
        var call = new Telling();
        await TellAsync(call.Assigned(), Ready(minute: 1));
        await TellAsync(Ready(kind: "transcript", name: "call-1418.txt", minute: 2));
        await Eventually.TrueAsync(() => Sent.Count >= 2);

        await TellAsync(call.Connected());
        await Eventually.TrueAsync(() => Comments.Count == 1);
        Assert.Equal(["WaitingRetry", "Queued"], (await ListAsync(call.Name)).Where(operation => operation.Kind == OperationKind.File).Select(operation => $"{operation.State}".Replace("Sending", "WaitingRetry", StringComparison.Ordinal)));
        isBroken = false;
        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "Comment Succeeded", "File Succeeded", "File Succeeded");

        Assert.Single(Sent.Take(Sent.Count - 1).Distinct());
        Assert.Contains("call-1418.txt", Sent[^1], StringComparison.Ordinal);

        // Another failure is a dead letter at once, which a person has tried again.
        Crm.Respond = request => request == Uploads ? (500, "") : respond(request);
        await TellAsync(Ready(kind: "metadata", name: "call-1418.json", minute: 3));
        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "Comment Succeeded", "File Succeeded", "File Succeeded", "File Dead HTTP_STATUS");
        var letter = Assert.Single(await LettersAsync());
        Crm.Respond = respond;
        await Operations.ReplayDeadLetterAsync(new() { DeadLetterId = letter.Id }, cancellationToken: Cancellation);
        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "Comment Succeeded", "File Succeeded", "File Succeeded", "File Succeeded");
        Assert.Equal(Sent[^2], Sent[^1]);
    }

    [Fact]
    [Rule("CRM-124")]
    [Rule("CRM-140")]
    public async Task Bytes_that_cannot_be_had_now_are_waited_for_and_those_replaced_make_way()
    {
        await UseUploadAsync(connector => connector.Upload.AddComment = false);
        var (call, gone) = (new Telling(), new Telling(1419));
        Storage.IsAway = true;
        var file = Ready();
        await TellAsync(call.Assigned(), file);
        await Eventually.TrueAsync(async () => (await ListAsync(call.Name)) is [_, _, { NextAttemptTime: not null }]);
        var waiting = (await ListAsync(call.Name))[2];
        Assert.Equal((OperationState.Queued, 0), (waiting.State, waiting.AttemptCount));
        Assert.Empty(Sent);

        // Its next content is there, and told of; the first is not any more.
        Storage.IsAway = false;
        await TellAsync(Rewritten(file));
        await RunAsync();
        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "File Skipped FILE_REPLACED", "File Succeeded");
        Assert.Contains("Hello again", Assert.Single(Sent), StringComparison.Ordinal);

        var lost = Ready(gone.Name);
        Storage.Files.Clear();
        await TellAsync(gone.Assigned(), lost);
        await StandAsync(gone.Name, "Account Succeeded", "Record Succeeded", "File Dead FILE_GONE");

        // Fewer bytes than were told of: the CRM has no part in that.
        var cut = new Telling(1420);
        await TellAsync(cut.Assigned(), Ready(cut.Name) with { Size = 12 });
        await Eventually.TrueAsync(async () => (await ListAsync(cut.Name)) is [_, _, { NextAttemptTime: not null, AttemptCount: 0 }]);
    }

    [Fact]
    [Rule("CRM-9")]
    [Rule("CRM-124")]
    public async Task A_retry_whose_bytes_are_replaced_makes_way_for_the_next_content()
    {
        await AddQuickPolicyAsync("400");
        await UseUploadAsync(connector => (connector.Endpoints.UploadFile.RetryPolicy, connector.Upload.AddComment) = ("quick", false));
        var respond = Crm.Respond;
        Crm.Respond = request => request == Uploads ? (400, "") : respond(request);
        var (call, file) = (new Telling(), Ready());
        await TellAsync(call.Assigned(), file);
        await Eventually.TrueAsync(() => Sent.Count >= 2);

        await TellAsync(Rewritten(file));
        await Eventually.TrueAsync(async () => (await ListAsync(call.Name))[2].NextAttemptTime?.ToDateTime() > TimeProvider.System.GetUtcNow().AddSeconds(5).UtcDateTime);
        Crm.Respond = respond;
        await RunAsync();

        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "File Skipped FILE_REPLACED", "File Succeeded");
        Assert.Contains("Hello again", Sent[^1], StringComparison.Ordinal);
    }
}
