using ContactCenter.Durable;
using ContactCenter.Operations.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Operations.Tests;

public sealed class JobTests(TestServers servers) : OperationsTest(servers)
{
    [Fact]
    [Rule("DUR-46")]
    [Rule("DUR-59")]
    public async Task Jobs_are_listed_inspected_run_now_and_cancelled()
    {
        var first = await EnqueueAsync("first", "a");
        var second = await EnqueueAsync("second", "b");
        Place.IsOpen = true;

        var newest = await Operations.ListJobsAsync(new() { Filter = new() { Kind = Kind }, PageSize = 1 }, cancellationToken: Cancellation);
        var oldest = await Operations.ListJobsAsync(new() { Filter = new() { Kind = Kind }, PageSize = 1, PageToken = newest.NextPageToken }, cancellationToken: Cancellation);
        var ofGroup = await Operations.ListJobsAsync(new() { Filter = new() { Group = "a", State = V1.JobState.Ready } }, cancellationToken: Cancellation);
        var shown = await Operations.GetJobAsync(new() { JobId = first }, cancellationToken: Cancellation);
        await Operations.CancelJobAsync(new() { JobId = second }, cancellationToken: Cancellation);
        await Operations.RunJobNowAsync(new() { RequestId = NewId(), JobId = first }, cancellationToken: Cancellation);
        await Eventually.TrueAsync(async () => (await Operations.GetJobAsync(new() { JobId = first }, cancellationToken: Cancellation)).Job.State == V1.JobState.Done);

        Assert.Equal((second, first), (Assert.Single(newest.Jobs).Id, Assert.Single(oldest.Jobs).Id));
        Assert.Equal(first, Assert.Single(ofGroup.Jobs).Id);
        Assert.Equal((Kind, "a", V1.JobState.Ready), (shown.Job.Kind, shown.Job.Group, shown.Job.State));
        Assert.DoesNotContain("+351210000099", shown.Payload, StringComparison.Ordinal);
        Assert.Equal(["first"], Place.Done);
        Assert.Equal(V1.JobState.Cancelled, (await Operations.GetJobAsync(new() { JobId = second }, cancellationToken: Cancellation)).Job.State);
        Assert.Equal("jobs.runNow", Assert.Single(await AuditOfAsync($"jobs/{first}")).Action);
        await AssertEnteredAsync($"jobs/{second}", "jobs.cancel", "{}");
        await AssertFailsAsync(Operations.CancelJobAsync(new() { JobId = second }, cancellationToken: Cancellation), StatusCode.NotFound, "JOB_NOT_FOUND");
        await AssertFailsAsync(Operations.RunJobNowAsync(new() { JobId = NewId() }, cancellationToken: Cancellation), StatusCode.NotFound, "JOB_NOT_FOUND");
        await AssertFailsAsync(Operations.GetJobAsync(new() { JobId = NewId() }, cancellationToken: Cancellation), StatusCode.NotFound, "JOB_NOT_FOUND");
        await AssertFailsAsync(Operations.GetJobAsync(new() { JobId = "7" }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "job_id");
        await AssertFailsAsync(Operations.ListJobsAsync(new() { Filter = new() { State = V1.JobState.Done } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "filter.state");
        await AssertFailsAsync(Operations.ListJobsAsync(new() { Filter = new() { Kind = "x" }, PageToken = newest.NextPageToken }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", "page_token");
        await AssertFailsAsync(
            Operations.ListJobsAsync(new() { Filter = new() { DueStartTime = new() { Seconds = 1 }, DueEndTime = new() } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "RANGE_INVALID", "filter.due_end_time");
    }

    [Fact]
    [Rule("DUR-46")]
    public async Task A_running_job_is_neither_cancelled_nor_run_again()
    {
        Place.IsOpen = true;
        Place.Door = new TaskCompletionSource();
        var job = await EnqueueAsync("running", "a", TimeSpan.Zero);
        await Eventually.TrueAsync(async () => (await Operations.GetJobAsync(new() { JobId = job }, cancellationToken: Cancellation)).Job.State == V1.JobState.Leased);

        await AssertFailsAsync(Operations.CancelJobAsync(new() { JobId = job }, cancellationToken: Cancellation), StatusCode.FailedPrecondition, "JOB_NOT_WAITING");
        await AssertFailsAsync(Operations.RunJobNowAsync(new() { JobId = job }, cancellationToken: Cancellation), StatusCode.FailedPrecondition, "JOB_NOT_WAITING");
        Place.Door.SetResult();
    }

    [Fact]
    [Rule("DUR-46")]
    [Rule("DUR-59")]
    public async Task A_kind_is_paused_with_a_note_and_resumed_and_both_are_told()
    {
        Place.IsOpen = true;
        await Operations.PauseQueueAsync(new() { Kind = Kind, Note = "The CRM is being moved." }, cancellationToken: Cancellation);
        await EnqueueAsync("waits", "a", TimeSpan.Zero);

        var paused = Assert.Single(await QueuesAsync(), queue => queue.Group == "a");
        var resumed = await Operations.ResumeQueueAsync(new() { Kind = Kind }, cancellationToken: Cancellation);
        await Eventually.TrueAsync(() => Place.Done.Count > 0);
        var again = await Operations.ResumeQueueAsync(new() { Kind = Kind }, cancellationToken: Cancellation);

        Assert.Equal((1, 0, "The CRM is being moved."), (paused.Depth, paused.Failed, paused.KindPauseNote));
        Assert.NotNull(paused.OldestDueAge);
        Assert.Equal((true, false), (resumed.WasPaused, again.WasPaused));
        await AssertEnteredAsync($"kinds/{Kind}", "queues.pause", """{"note":"The CRM is being moved."}""");
        Assert.Equal(2, (await AuditOfAsync($"kinds/{Kind}")).Count(entry => entry.Action == "queues.resume"));
        await AssertFailsAsync(Operations.PauseQueueAsync(new() { Note = "x" }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "kind");
        await AssertFailsAsync(Operations.PauseQueueAsync(new() { Kind = Kind }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "note");
        await AssertFailsAsync(Operations.PauseQueueAsync(new() { Group = "a", Note = new string('x', 501) }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "note");
        await AssertFailsAsync(Operations.ResumeQueueAsync(new() { Group = new string('x', 201) }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "group");
        await AssertFailsAsync(Operations.ResumeQueueAsync(new(), cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "kind");
    }

    [Fact]
    [Rule("DUR-46")]
    public async Task A_group_is_paused_without_the_others()
    {
        Place.IsOpen = true;
        await Operations.PauseQueueAsync(new() { Group = "slow", Note = "Too many errors." }, cancellationToken: Cancellation);

        await EnqueueAsync("held", "slow", TimeSpan.Zero);
        await EnqueueAsync("runs", "quick", TimeSpan.Zero);
        await Eventually.TrueAsync(() => Place.Done.Count > 0);

        Assert.Equal(["runs"], Place.Done);
        Assert.Equal("Too many errors.", Assert.Single(await QueuesAsync(), queue => queue.Group == "slow").GroupPauseNote);
        Assert.True((await Operations.ResumeQueueAsync(new() { Group = "slow" }, cancellationToken: Cancellation)).WasPaused);
        await Eventually.TrueAsync(() => Place.Done.Count == 2);
    }

    [Fact]
    public async Task Queues_are_listed_in_pages()
    {
        await EnqueueAsync("x", "a");
        await EnqueueAsync("y", "b");
        // Until the process has said which kinds it runs, which it does beside its calls.
        await Eventually.TrueAsync(async () => (await QueuesAsync()).Any(queue => queue.Kind == Kind && queue.Group.Length == 0));
        var all = await QueuesAsync();

        var first = await Operations.ListQueuesAsync(new() { PageSize = 1 }, cancellationToken: Cancellation);
        var rest = await Operations.ListQueuesAsync(new() { PageToken = first.NextPageToken }, cancellationToken: Cancellation);

        Assert.Equal(all, first.Queues.Concat(rest.Queues));
        Assert.Equal(["", "a", "b"], all.Where(queue => queue.Kind == Kind).Select(queue => queue.Group));
    }

    private async Task<IReadOnlyList<Queue>> QueuesAsync() => (await Operations.ListQueuesAsync(new(), cancellationToken: Cancellation)).Queues;

    private async Task<string> EnqueueAsync(string text, string group, TimeSpan? delay = null)
    {
        await using var transaction = await App.Services.GetRequiredService<DurableDatabase>().BeginAsync(Cancellation);
        var job = transaction.Enqueue(
            Kind, new WorkOrder(text, "+351210000099"), new JobOptions { Group = group, DueTime = TimeProvider.System.GetUtcNow() + (delay ?? TimeSpan.FromHours(1)) });
        await transaction.CommitAsync(Cancellation);
        return job.Id.ToString();
    }
}
