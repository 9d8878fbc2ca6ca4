using ContactCenter.FollowUps.V1;
using static ContactCenter.FollowUpScheduler.Tests.Examples;
using HttpMethod = ContactCenter.FollowUps.V1.HttpMethod;

namespace ContactCenter.FollowUpScheduler.Tests.Records;

/// <summary>The worked example of a sequence of polls, from the source to the RBM API.</summary>
public sealed class PollSequenceTests(TestServers servers) : FollowUpTest(servers)
{
    [Fact]
    [Rule("FUP-11")]
    [Rule("FUP-37")]
    [Rule("FUP-38")]
    [Rule("FUP-39")]
    [Rule("FUP-40")]
    [Rule("FUP-41")]
    [Rule("FUP-42")]
    [Rule("FUP-64")]
    [Rule("FUP-65")]
    [Rule("FUP-68")]
    [Rule("FUP-86")]
    [Rule("FUP-87")]
    public async Task Polls_reconcile_and_attempts_follow_as_in_the_worked_example()
    {
        await PrepareAsync();
        await Integrations.CreateIntegrationAsync(
            new()
            {
                Integration = new()
                {
                    IntegrationId = "comments",
                    Method = HttpMethod.Post,
                    Url = $"http://{Itsm.Authority}/comments",
                    Body = """{"id":"@{followup.data.id}","round":"@{followup.attempt}","outcome":"@{followup.outcome}"}""",
                },
            },
            cancellationToken: Cancellation);
        var followUp = Approvals();
        var comment = new Step { IntegrationCall = new() { IntegrationId = "comments" } };
        followUp.PostActions = new() { AfterEachAttempt = { comment }, AfterAllAttempts = { comment }, AfterAllDelayMinutes = 0 };

        Source(Ticket("A"), Ticket("B"));
        await CreateAsync(followUp);
        await SentAsync("approvals", 2);
        await PollAsync(2, ["C"], ["A", "B"], [], 3, Ticket("A"), Ticket("B"), Ticket("C"));
        Itsm.Answer = request => request.Path == "/tickets" ? (503, "") : (200, "{}");
        await PollAsync(3, PollState.Failed, 5);
        var poll = await PollAsync(4, [], ["C"], ["A", "B"], 6, Ticket("A", "Approved"), Ticket("C"));
        Assert.Empty(poll.NewIds);
        Assert.Equal(("CONDITION_NOT_MET", "LEFT_RESULT_SET"), ((await RecordAsync("approvals", "A")).CloseReason, (await RecordAsync("approvals", "B")).CloseReason));
        await PollAsync(5, ["B"], ["C"], [], 7, Ticket("B"), Ticket("C"));
        Assert.Equal(2, (await RecordAsync("approvals", "B")).Episode);
        await PollAsync(6, [], ["B", "C"], [], 8, Ticket("B"), Ticket("C"));
        await Eventually.TrueAsync(async () => (await RecordAsync("approvals", "C")).State == RecordState.Exhausted);
        await Eventually.TrueAsync(() => Comments().Contains("""{"id":"C","round":3,"outcome":"EXHAUSTED"}"""));
        await PollAsync(7, [], ["B", "C"], [], 9, Ticket("B"), Ticket("C"));
        await PollAsync(8, [], [], ["B", "C"], 9);

        Assert.Equal(["A1", "A2", "B1", "B1", "B2", "B2", "C1", "C2", "C3"], await SentAttemptsAsync());
        var canceled = (await NotificationsAsync("approvals")).Where(notification => notification.State == NotificationState.Canceled).ToList();
        Assert.Contains(canceled, notification => notification.Attempt == 3 && notification.DueTime.ToDateTimeOffset() == new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));
        Assert.Equal(9, Rbm.Requests.Count(request => request.Method == "POST"));
        Assert.Equal(
            ["""{"id":"C","round":1,"outcome":""}""", """{"id":"C","round":2,"outcome":""}""", """{"id":"C","round":3,"outcome":""}""", """{"id":"C","round":3,"outcome":"EXHAUSTED"}"""],
            Comments().Where(body => body.Contains("\"C\"", StringComparison.Ordinal)));
        Assert.Equal(8, (await Polls.ListPollsAsync(new() { FollowUpId = "approvals" }, cancellationToken: Cancellation)).Polls.Count);

        // An answer without the array closes nothing.
        Itsm.Answer = _ => (200, """{"error":"busy"}""");
        await PassAsync(TimeSpan.FromMinutes(30));
        var failed = await PolledAsync("approvals", 9);
        Assert.Equal((PollState.Failed, "LOOPING_ELEMENT_NOT_FOUND"), (failed.State, failed.Reason));
    }

    private IEnumerable<string> Comments() => Itsm.Requests.Where(request => request.Path == "/comments").Select(request => request.Body);

    private void Source(params string[] tickets) =>
        Itsm.Answer = request => request.Path == "/tickets" ? (200, $$"""{"result":[{{string.Join(',', tickets)}}]}""") : (200, "{}");

    private async Task<Poll> PollAsync(int polls, string[] fresh, string[] continued, string[] closed, int sent, params string[] tickets)
    {
        Source(tickets);
        var poll = await PollAsync(polls, PollState.Succeeded, sent);
        Assert.Equal(fresh, poll.NewIds);
        Assert.Equal(continued, poll.ContinuedIds.Order(StringComparer.Ordinal));
        Assert.Equal(closed, poll.ClosedIds.Order(StringComparer.Ordinal));
        return poll;
    }

    private async Task<Poll> PollAsync(int polls, PollState state, int sent)
    {
        await PassAsync(TimeSpan.FromMinutes(30));
        var poll = await PolledAsync("approvals", polls);
        Assert.Equal(state, poll.State);
        await SentAsync("approvals", sent);
        return poll;
    }

    private async Task<IEnumerable<string>> SentAttemptsAsync()
    {
        var names = (await Records.ListRecordsAsync(new() { FollowUpId = "approvals" }, cancellationToken: Cancellation)).Records.ToDictionary(record => record.RecordId, record => record.ReconciliationId);
        return (await NotificationsAsync("approvals")).Where(notification => notification.SentTime is not null)
            .Select(notification => $"{names[notification.RecordId]}{notification.Attempt}").Order(StringComparer.Ordinal);
    }
}
