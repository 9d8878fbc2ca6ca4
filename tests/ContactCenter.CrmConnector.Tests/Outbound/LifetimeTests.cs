using System.Diagnostics;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Tests.Outbound;

/// <summary>Operations beyond the life of a process, and those that are forgotten in the end.</summary>
public sealed class LifetimeTests(TestServers servers) : OutboundTest(servers)
{
    protected override string[] Settings => [.. base.Settings, "--Durable:Lease=00:00:05"];

    [Fact]
    [Rule("CRM-43")]
    [Rule("CRM-85")]
    [Rule("CRM-98")]
    public async Task What_a_killed_process_was_sending_is_sent_again_and_a_create_is_looked_for_first()
    {
        await UseAsync(connector => (connector.ApiTimeoutSeconds, connector.Endpoints.FindRecordByQuery.SubjectLocation) = (10, "Subject"));
        var (commented, created) = (new Telling(1), new Telling(2) { EndUser = new(78, null, null, "Kim Lee", null, "+12223335555") });
        await TellAsync(commented.Assigned());
        await StandAsync(commented.Name, "Account Succeeded", "Record Succeeded");
        await StopAsync();
        Crm.Requests.Clear();
        Crm.IdempotencyKeys.Clear();
        var respond = Crm.Respond;
        Crm.Respond = request => request is "POST /v2/Cases/9/Notes" or "POST /v2/Cases" ? (0, "") : respond(request);
        using (var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(CrmConnectorHost).Assembly.Location, .. Arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!)
        {
            _ = process.StandardOutput.ReadToEndAsync(Cancellation);
            _ = process.StandardError.ReadToEndAsync(Cancellation);
            try
            {
                await TellAsync(commented.Connected(), created.Assigned());
                await Eventually.TrueAsync(() => Sent("POST /v2/Cases/9/Notes ").Count == 1 && Sent("POST /v2/Cases ").Count == 1);
            }
            finally
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        Crm.Respond = request => request.StartsWith("GET /v2/Cases/search", StringComparison.Ordinal) ? (200, """{"data":[{"id":"8","Subject":"Voice Inbound (IVR) 2"}]}""") : respond(request);
        await StartAsync();
        await StandAsync(commented.Name, "Account Succeeded", "Record Succeeded", "Comment Succeeded");
        await StandAsync(created.Name, "Account Succeeded", "Record Succeeded");

        var notes = Sent("POST /v2/Cases/9/Notes ");
        Assert.Equal(2, notes.Count);
        Assert.Single(notes.Distinct());
        var comment = (await ListAsync(commented.Name))[2];
        Assert.Equal(2, Crm.IdempotencyKeys.Count(key => key == comment.OperationId));
        Assert.Equal((1, 1), (comment.AttemptCount, comment.Attempts.Count));
        // The create that may have had its effect is not repeated: what is found has the title that was sent.
        Assert.Single(Sent("POST /v2/Cases "));
        Assert.Equal(("8", false), await LinkAsync(created.Name) is var link ? (link.RecordId, link.Reused) : default);
    }

    [Fact]
    [Rule("CRM-106")]
    public async Task What_is_blocked_for_thirty_days_is_dead_and_what_is_over_for_ninety_is_forgotten()
    {
        await UseAsync();
        var respond = Crm.Respond;
        Crm.Respond = request => request == "POST /v2/Contacts" ? (403, "") : respond(request);
        var (stuck, over) = (new Telling(1), new Telling(2) { EndUser = new(78, null, null, "Kim Lee", null, "+12223335555") });
        await TellAsync(stuck.Assigned());
        await StandAsync(stuck.Name, "Account Dead HTTP_STATUS", "Record Blocked ACCOUNT_UNRESOLVED");
        Crm.Respond = respond;
        await TellAsync(over.Assigned());
        await StandAsync(over.Name, "Account Succeeded", "Record Succeeded");

        await ExecuteAsync("UPDATE crm.operations SET create_time = create_time - interval '29 days'; UPDATE crm.operations SET end_time = end_time - interval '89 days'; UPDATE crm.sessions SET update_time = update_time - interval '89 days'");
        await KeepAsync();
        await StandAsync(stuck.Name, "Account Dead HTTP_STATUS", "Record Blocked ACCOUNT_UNRESOLVED");
        await StandAsync(over.Name, "Account Succeeded", "Record Succeeded");

        await ExecuteAsync("UPDATE crm.operations SET create_time = create_time - interval '2 days'; UPDATE crm.operations SET end_time = end_time - interval '2 days'; UPDATE crm.sessions SET update_time = update_time - interval '2 days'");
        await KeepAsync();
        await StandAsync(stuck.Name, "Account Dead HTTP_STATUS", "Record Dead PREDECESSOR_UNRESOLVED");
        await FailsAsync(StatusCode.NotFound, "SESSION_NOT_FOUND", Links.GetSessionLinkAsync(new() { Session = over.Name }, cancellationToken: Cancellation));
    }

    private List<string> Sent(string request) => [.. Requests.Where(sent => sent.StartsWith(request, StringComparison.Ordinal))];

    private async Task KeepAsync()
    {
        var job = (await Operations.ListJobsAsync(new() { Filter = new() { Kind = "crm.keep-sessions" } }, cancellationToken: Cancellation)).Jobs.Single();
        await Operations.RunJobNowAsync(new() { JobId = job.Id }, cancellationToken: Cancellation);
        await Eventually.TrueAsync(async () => (await Operations.ListJobsAsync(new() { Filter = new() { Kind = "crm.keep-sessions" } }, cancellationToken: Cancellation)).Jobs.Any(next => next.Id != job.Id));
    }
}
