using ContactCenter.Events.Insights;
using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.WriteBack;

public sealed class TaskWriteBackTests(TestServers servers) : WriteBackTest(servers)
{
    protected override Task<string> TakeBrokerAsync() => Servers.CreateVirtualHostAsync(Cancellation);

    [Fact]
    [Rule("INS-113"), Rule("INS-114"), Rule("INS-115"), Rule("INS-118")]
    public async Task EX_14_a_completion_goes_through_a_conflict_and_a_limit_in_six_requests()
    {
        await using var published = await Published.ListenAsync(Broker, typeof(WriteBackFinished));
        Exists(TheTask, 3, """{"from":"+1555","conversations":{"campaign":"A"}}""");
        Faults.Add(new("POST", Meanwhile: () => TaskRouter.Change(TheTask, task => task.Attributes = """{"from":"+1555","conversations":{"campaign":"B"}}""")));
        Faults.Add(new("POST", 429, RetryAfterSeconds: 2));

        var begun = await WriteBacks.CompleteTaskAsync(
            new() { TaskSid = TheTask, Attributes = """{"conversations":{"outcome":"Sold"}}""", Reason = "sold" }, cancellationToken: Cancellation);
        Assert.Equal(WriteBackStatus.Done, await EndAsync(begun.WriteBack.WriteBackId));

        const string Merged = """Attributes={"from":"+1555","conversations":{"campaign":"B","outcome":"Sold"}}""";
        Assert.Equal(
            [
                "GET -> 200",
                """POST "3" Attributes={"from":"+1555","conversations":{"campaign":"A","outcome":"Sold"}} -> 412""",
                "GET -> 200",
                $"""POST "4" {Merged} -> 429""",
                $"""POST "4" {Merged} -> 200""",
                """POST "5" AssignmentStatus=completed&Reason=sold -> 200""",
            ],
            Requests);
        Assert.InRange(Faults.Requests[4].Time - Faults.Requests[3].Time, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(2));
        await published.ReceivedAsync<WriteBackFinished>(1);
        var message = Assert.Single(published.Of<WriteBackFinished>());
        Assert.Equal((begun.WriteBack.WriteBackId, TheTask, "DONE", 2), (message.WriteBackId.ToString(), message.Target, message.Status, message.Attempts));
    }

    [Fact]
    [Rule("INS-114")]
    public async Task Others_that_are_faster_every_time_are_never_overwritten_and_the_write_back_ends_in_conflict()
    {
        Exists(TheTask, 1, """{"n":0}""");
        for (var turn = 1; turn <= 6; turn++)
        {
            var text = $$"""{"n":{{turn}}}""";
            Faults.Add(new("POST", Meanwhile: () => TaskRouter.Change(TheTask, task => task.Attributes = text)));
        }

        var begun = await WriteBacks.CompleteTaskAsync(new() { TaskSid = TheTask, Attributes = """{"a":1}""", Reason = "r" }, cancellationToken: Cancellation);

        Assert.Equal(WriteBackStatus.Conflict, await EndAsync(begun.WriteBack.WriteBackId));
        Assert.Equal("""{"n":6}""", AttributesOf(TheTask));
        Assert.Equal(6, Faults.Requests.Count(request => request is { Method: "GET" }));
        Assert.Equal("assigned", TaskRouter.With(TheTask, task => task!.AssignmentStatus));

        // The six who were faster have gone: begun again it succeeds.
        await WriteBacks.RetryWriteBackAsync(new() { WriteBackId = begun.WriteBack.WriteBackId }, cancellationToken: Cancellation);
        Assert.Equal(WriteBackStatus.Done, await EndAsync(begun.WriteBack.WriteBackId));
        Assert.Equal(("""{"n":6,"a":1}""", "completed", "r"), TaskRouter.With(TheTask, task => (task!.Attributes, task.AssignmentStatus, task.Reason)));
    }

    [Fact]
    [Rule("INS-115")]
    public async Task Attributes_that_are_refused_keep_the_task_from_its_end_unless_it_is_to_end_anyway()
    {
        Exists(TheTask, 1, "{}");
        Faults.Add(new("POST", 400));
        var held = await WriteBacks.CancelTaskAsync(new() { TaskSid = TheTask, Attributes = """{"a":1}""", Reason = "r" }, cancellationToken: Cancellation);
        Assert.Equal(WriteBackStatus.Failed, await EndAsync(held.WriteBack.WriteBackId));
        Assert.Equal(("assigned", 1), TaskRouter.With(TheTask, task => (task!.AssignmentStatus, task.Version)));

        Faults.Add(new("POST", 400));
        var anyway = await WriteBacks.CancelTaskAsync(new() { TaskSid = TheTask, Attributes = """{"a":1}""", Reason = "r", CancelAnyway = true }, cancellationToken: Cancellation);
        Assert.Equal(WriteBackStatus.Done, await EndAsync(anyway.WriteBack.WriteBackId));
        Assert.Equal(("canceled", "{}"), TaskRouter.With(TheTask, task => (task!.AssignmentStatus, task.Attributes)));
        Assert.Contains("400", (await GetAsync(anyway.WriteBack.WriteBackId)).LastError, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("INS-116")]
    public async Task Values_wait_for_the_wrap_up_and_are_then_sent_in_one_update()
    {
        var life = Examples.ColdTransfer();
        Exists(TheTask, 1, """{"from":"+1555"}""");
        await SendAsync(life.Forms.Take(3));
        var first = await SetAsync("""{"conversations":{"outcome":"Sold","content":"x"}}""");
        var second = await SetAsync("""{"conversations":{"content":null,"hang_up_by":"Agent"}}""");
        Assert.Equal(first.WriteBackId, second.WriteBackId);
        await SettledAsync();
        Assert.Empty(Requests);

        await SendAsync(life.Forms.Skip(4).Take(1));
        Assert.Equal(WriteBackStatus.Done, await EndAsync(first.WriteBackId));
        Assert.Equal("""{"from":"+1555","conversations":{"outcome":"Sold","hang_up_by":"Agent"}}""", AttributesOf(TheTask));
        Assert.Equal(2, Requests.Count);

        // In wrap-up nothing waits any more, nor does what is to be sent now.
        var third = await SetAsync("""{"conversations":{"outcome":"Not sold"}}""");
        Assert.Equal(WriteBackStatus.Done, await EndAsync(third.WriteBackId));
    }

    [Fact]
    [Rule("INS-116")]
    public async Task What_waits_is_sent_before_a_completion_and_at_once_if_asked()
    {
        Exists(TheTask, 1, "{}");
        var now = await WriteBacks.SetTaskEnrichmentAsync(new() { TaskSid = TheTask, Attributes = """{"z":1}""", FlushNow = true }, cancellationToken: Cancellation);
        Assert.Equal(WriteBackStatus.Done, await EndAsync(now.WriteBack.WriteBackId));

        var waiting = await SetAsync("""{"a":1}""");
        var completed = await WriteBacks.CompleteTaskAsync(new() { TaskSid = TheTask, Attributes = """{"b":2}""", Reason = "r" }, cancellationToken: Cancellation);
        Assert.Equal(WriteBackStatus.Done, await EndAsync(completed.WriteBack.WriteBackId));
        Assert.Equal(WriteBackStatus.Done, (await GetAsync(waiting.WriteBackId)).Status);
        Assert.Equal(("""{"z":1,"a":1,"b":2}""", "completed"), TaskRouter.With(TheTask, task => (task!.Attributes, task.AssignmentStatus)));
    }

    [Fact]
    [Rule("INS-117")]
    public async Task Of_an_ended_task_only_media_links_are_written_and_only_for_two_minutes()
    {
        Exists(TheTask, 1, "{}", "completed");
        var links = await WriteBacks.SetTaskEnrichmentAsync(
            new() { TaskSid = TheTask, Attributes = """{"conversations":{"segment_link":"https://r.example/1","outcome":"Late"}}""", FlushNow = true }, cancellationToken: Cancellation);
        Assert.Equal(WriteBackStatus.Done, await EndAsync(links.WriteBack.WriteBackId));
        Assert.Equal("""{"conversations":{"segment_link":"https://r.example/1"}}""", AttributesOf(TheTask));

        var values = await WriteBacks.SetTaskEnrichmentAsync(new() { TaskSid = TheTask, Attributes = """{"conversations":{"outcome":"Late"}}""", FlushNow = true }, cancellationToken: Cancellation);
        Assert.Equal(WriteBackStatus.TaskGone, await EndAsync(values.WriteBack.WriteBackId));

        // The task of the stored events ended long ago.
        await SendAsync([Examples.ColdTransfer().Forms[^1]]);
        var late = await SetAsync("""{"conversations":{"segment_link":"https://r.example/2"}}""");
        Assert.Equal(WriteBackStatus.TaskGone, await EndAsync(late.WriteBackId));
        var unknown = await WriteBacks.CompleteTaskAsync(new() { TaskSid = TaskLife.Sid("WT", 9), Reason = "r" }, cancellationToken: Cancellation);
        Assert.Equal(WriteBackStatus.TaskGone, await EndAsync(unknown.WriteBack.WriteBackId));
        var requests = Requests.Count;

        await FailsAsync(StatusCode.FailedPrecondition, "TASK_GONE", () => WriteBacks.RetryWriteBackAsync(new() { WriteBackId = unknown.WriteBack.WriteBackId }, cancellationToken: Cancellation));
        Assert.Equal(requests, Requests.Count);
    }

    [Fact]
    [Rule("INS-118")]
    public async Task An_answer_that_leaves_no_rate_lets_the_account_rest_and_5xx_is_repeated()
    {
        Exists(TheTask, 1, "{}");
        Faults.Add(new("GET", RateLimitRemaining: 0));
        Faults.Add(new("POST", 503, RetryAfterSeconds: 1));
        var begun = await WriteBacks.SetTaskEnrichmentAsync(new() { TaskSid = TheTask, Attributes = """{"a":1}""", FlushNow = true }, cancellationToken: Cancellation);

        Assert.Equal(WriteBackStatus.Done, await EndAsync(begun.WriteBack.WriteBackId));
        Assert.Equal(["GET", "POST", "POST"], Faults.Requests.Select(request => request.Method));
        Assert.True(Faults.Requests[1].Time - Faults.Requests[0].Time >= TimeSpan.FromSeconds(0.9), "The account did not rest.");
    }

    [Fact]
    [Rule("INS-115"), Rule("INS-135"), Rule("INS-136")]
    public async Task Bad_requests_are_told_what_is_wrong_and_repeated_ones_do_nothing()
    {
        await FailsAsync(StatusCode.InvalidArgument, "REASON_REQUIRED", () => WriteBacks.CompleteTaskAsync(new() { TaskSid = TheTask }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", () => WriteBacks.CancelTaskAsync(new() { Reason = "r" }, cancellationToken: Cancellation));
        foreach (var text in new[] { "[]", "x", """{"a":1,"a":2}""", $$"""{"a":"{{new string('x', 65_536)}}"}""" })
            await FailsAsync(StatusCode.InvalidArgument, "ATTRIBUTES_INVALID", () => WriteBacks.SetTaskEnrichmentAsync(new() { TaskSid = TheTask, Attributes = text }, cancellationToken: Cancellation));
        await FailsAsync(
            StatusCode.InvalidArgument, "ACCOUNT_REQUIRED",
            () => WriteBacks.SetTaskEnrichmentAsync(new() { TaskSid = TheTask, Attributes = "{}", AccountSid = "AC9" }, cancellationToken: Cancellation));
        foreach (var id in new[] { "x", Guid.Empty.ToString() })
            await FailsAsync(StatusCode.NotFound, "WRITE_BACK_NOT_FOUND", () => WriteBacks.GetWriteBackAsync(new() { WriteBackId = id }, cancellationToken: Cancellation));

        var request = new SetTaskEnrichmentRequest { RequestId = "0195a5c2-7c00-7000-8000-000000000001", TaskSid = TheTask, Attributes = """{"a":1}""" };
        var first = await WriteBacks.SetTaskEnrichmentAsync(request, cancellationToken: Cancellation);
        Assert.Equal(first, await WriteBacks.SetTaskEnrichmentAsync(request, cancellationToken: Cancellation));
        request.Attributes = """{"a":2}""";
        await FailsAsync(StatusCode.InvalidArgument, "REQUEST_ID_REUSED", () => WriteBacks.SetTaskEnrichmentAsync(request, cancellationToken: Cancellation));
        var listed = await WriteBacks.ListWriteBacksAsync(new() { Filter = new() { Target = TheTask, Status = WriteBackStatus.Pending } }, cancellationToken: Cancellation);
        Assert.Equal(first.WriteBack, Assert.Single(listed.WriteBacks));
        await FailsAsync(StatusCode.FailedPrecondition, "WRITE_BACK_NOT_FAILED", () => WriteBacks.RetryWriteBackAsync(new() { WriteBackId = first.WriteBack.WriteBackId }, cancellationToken: Cancellation));
    }

    private async Task<Insights.V1.WriteBack> SetAsync(string attributes) =>
        (await WriteBacks.SetTaskEnrichmentAsync(new() { TaskSid = TheTask, Attributes = attributes }, cancellationToken: Cancellation)).WriteBack;

    private static async Task FailsAsync<T>(StatusCode code, string reason, Func<AsyncUnaryCall<T>> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal((code, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
    }

    [Fact]
    [Rule("INS-39"), Rule("INS-117")]
    public async Task Values_stored_for_a_task_that_is_gone_stay_in_our_data()
    {
        var life = Examples.ColdTransfer();
        await SendAsync(life.Forms);
        await SettledAsync();
        Exists(TheTask, 1, "{}", "completed");

        var stored = await WriteBacks.SetTaskEnrichmentAsync(
            new() { TaskSid = TheTask, Attributes = """{"conversations":{"outcome":"Sold","content":"two units"}}""" }, cancellationToken: Cancellation);
        Assert.Equal(WriteBackStatus.TaskGone, await EndAsync(stored.WriteBack.WriteBackId));
        await SettledAsync();

        var segments = (await Conversations.ListSegmentsAsync(new() { Filter = new() { TaskSid = TheTask } }, cancellationToken: Cancellation)).Segments;
        Assert.Equal([null, null, "two units", "two units"], segments.Select(segment => segment.Attributes.GetValueOrDefault("content")));
        Assert.Equal(("Sold", "solved"), (segments[3].Attributes["outcome"], segments[3].EndReason));
    }
}
