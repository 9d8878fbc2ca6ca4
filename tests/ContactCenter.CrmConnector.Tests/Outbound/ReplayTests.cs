using ContactCenter.Crm.V1;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Tests.Outbound;

/// <summary>How operations are tried again together (CRM-105).</summary>
public sealed class ReplayTests(TestServers servers) : OutboundTest(servers)
{
    [Fact]
    [Rule("CRM-105")]
    public async Task What_a_filter_chooses_is_counted_and_then_replayed_once_at_a_rate()
    {
        await UseAsync();
        var respond = Crm.Respond;
        Crm.Respond = request => request.StartsWith("POST /v2/Cases/", StringComparison.Ordinal) ? (500, "") : request == "POST /v2/Contacts" ? (200, "{}") : respond(request);
        // Three comments are dead and one account is held, of which another person is to decide.
        foreach (var id in new[] { 1L, 2, 3 })
        {
            var call = new Telling(id) { EndUser = new(id, null, null, "Kim Lee", "kim@example", null) };
            await TellAsync(call.Assigned());
            await StandAsync(call.Name, "Account Held ID_MISSING", "Record Blocked ACCOUNT_UNRESOLVED");
            if (id == 3)
                break;
            await Links.LinkAccountAsync(new() { Session = call.Name, AccountId = new() { Text = "456" } }, cancellationToken: Cancellation);
            await TellAsync(call.Connected());
            await Eventually.TrueAsync(async () => (await DeadAsync()) == id);
        }

        var comments = new OperationFilter { Kind = OperationKind.Comment, State = OperationState.Dead };
        Assert.Equal(2, (await ReplayAsync(new() { Filter = comments, DryRun = true })).Count);
        Assert.Equal(3, (await ReplayAsync(new() { DryRun = true })).Count);
        Assert.Equal(2, await DeadAsync());
        Crm.Requests.Clear();

        // They fail again, and are not tried a third time by the same replay.
        var request = new ReplayOperationsRequest { RequestId = NewId(), Filter = comments, RatePerSecond = 1, ReRender = true };
        Assert.Equal(2, (await ReplayAsync(request)).Count);
        Assert.Equal(2, (await ReplayAsync(request)).Count);
        await Eventually.TrueAsync(async () => (await OfKindAsync(OperationKind.Comment)).All(operation => operation is { Generation: 1, State: OperationState.Dead }));
        await Eventually.TrueAsync(async () => (await Operations.ListJobsAsync(new() { Filter = new() { Kind = "crm.replay" } }, cancellationToken: Cancellation)).Jobs.Count == 0);
        Assert.Equal(["POST /v2/Cases/9/Notes", "POST /v2/Cases/9/Notes"], Requests.Select(sent => string.Join(' ', sent.Split(' ').Take(2))));
        var attempts = (await OfKindAsync(OperationKind.Comment)).Select(operation => operation.Attempts[^1].Time.ToDateTime()).Order().ToList();
        // The first may have begun late, as the machine is busy.
        Assert.True(attempts[1] - attempts[0] > TimeSpan.FromMilliseconds(200), "one a second");
        Assert.All(Crm.IdempotencyKeys.TakeLast(2), key => Assert.EndsWith(".1", key, StringComparison.Ordinal));

        Crm.Respond = respond;
        Assert.Equal(3, (await ReplayAsync(new())).Count);
        await Eventually.TrueAsync(async () => (await OfKindAsync(OperationKind.Account)).All(operation => operation.State == OperationState.Succeeded) && await DeadAsync() == 0);
        var entries = (await Operations.ListAuditEntriesAsync(new(), cancellationToken: Cancellation)).AuditEntries.Where(entry => entry.Action == "operations.replayMany").ToList();
        Assert.Equal(2, entries.Count);
    }

    [Fact]
    [Rule("CRM-105")]
    public async Task A_replay_of_what_does_not_wait_for_a_person_is_refused()
    {
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", Work.ReplayOperationsAsync(new() { Filter = new() { State = OperationState.Queued } }, cancellationToken: Cancellation), "filter.state");
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", Work.ReplayOperationsAsync(new() { Filter = new() { Status = 7 } }, cancellationToken: Cancellation), "filter.status");
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", Work.ReplayOperationsAsync(new() { RatePerSecond = 1_001 }, cancellationToken: Cancellation), "rate_per_second");
    }

    private async Task<ReplayOperationsResponse> ReplayAsync(ReplayOperationsRequest request) => await Work.ReplayOperationsAsync(request, cancellationToken: Cancellation);

    private async Task<int> DeadAsync() => (await OfKindAsync(OperationKind.Comment)).Count(operation => operation.State == OperationState.Dead);

    private async Task<IReadOnlyList<Operation>> OfKindAsync(OperationKind kind) =>
        (await Work.ListOperationsAsync(new() { Filter = new() { Kind = kind } }, cancellationToken: Cancellation)).Operations;
}
