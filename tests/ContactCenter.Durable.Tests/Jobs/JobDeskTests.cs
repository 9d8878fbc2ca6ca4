using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Durable.Tests.Jobs;

public sealed class JobDeskTests(TestServers servers) : JobTest(servers)
{
    private static readonly DateTimeOffset Later = TimeProvider.System.GetUtcNow().AddDays(1);

    [Fact]
    [Rule("DUR-46")]
    public async Task Jobs_are_listed_newest_first_page_by_page_and_by_filter()
    {
        var (host, _, desk) = BuildDesk();
        for (var i = 0; i < 5; i++)
            await EnqueueAsync(host, i % 2 == 0 ? Kind : "other", i, new JobOptions { Key = "k", Group = $"g{i}", DueTime = Later.AddMinutes(i) });

        var first = await desk.ListAsync(new JobFilter(), null, 3, Cancellation);
        var second = await desk.ListAsync(new JobFilter(), first.Next, 3, Cancellation);
        Assert.Equal(["g4", "g3", "g2", "g1", "g0"], first.Jobs.Concat(second.Jobs).Select(job => job.Group));
        Assert.Null(second.Next);

        async Task<string> GroupsAsync(JobFilter filter) => string.Join(' ', (await desk.ListAsync(filter, null, 10, Cancellation)).Jobs.Select(job => job.Group));
        Assert.Equal("g3 g1", await GroupsAsync(new JobFilter { Kind = "other" }));
        Assert.Equal("g2", await GroupsAsync(new JobFilter { Group = "g2" }));
        Assert.Equal("g0", await GroupsAsync(new JobFilter { State = JobState.Ready }));
        Assert.Equal("g4 g3 g2 g1", await GroupsAsync(new JobFilter { State = JobState.Blocked, Key = "k" }));
        Assert.Equal("g2 g1", await GroupsAsync(new JobFilter { DueFrom = Later.AddMinutes(1), DueTo = Later.AddMinutes(3) }));
    }

    [Fact]
    [Rule("DUR-39")]
    [Rule("DUR-46")]
    public async Task A_job_is_found_while_it_lives_with_its_payload_and_afterwards_in_the_history()
    {
        var (host, replica, desk) = BuildDesk();
        var job = await EnqueueAsync(host, 7, new JobOptions { Key = "k", Group = "g", DeduplicationKey = "d" });
        var due = (await desk.FindAsync(job.Id, Cancellation))!.DueTime;
        var claimed = Assert.Single(await replica.ClaimAsync(1));

        var live = (await desk.FindAsync(job.Id, Cancellation))!;
        Assert.Equal((JobState.Leased, 1, "k", "g", "d"), (live.State, live.Attempts, live.Key, live.Group, live.DeduplicationKey));
        Assert.Equal("""{"value":7,"key":"k"}""", System.Text.Encoding.UTF8.GetString(live.Payload!));
        Assert.NotNull(live.LeaseEnd);

        await replica.FinishAsync(claimed);
        var over = (await desk.FindAsync(job.Id, Cancellation))!;
        Assert.Equal((JobState.Done, 1, Kind, "k", "g", due), (over.State, over.Attempts, over.Kind, over.Key, over.Group, over.DueTime));
        Assert.True(over.EnqueuedTime <= over.StartedTime && over.StartedTime <= over.FinishedTime);
        Assert.Null(await desk.FindAsync(Guid.Empty, Cancellation));
    }

    [Fact]
    [Rule("DUR-46")]
    public async Task A_waiting_job_can_be_run_now_or_cancelled_and_no_other()
    {
        var (host, replica, desk) = BuildDesk();
        var later = await EnqueueAsync(host, 1, new JobOptions { DueTime = Later });
        var head = await EnqueueAsync(host, 2, new JobOptions { Key = "k", DueTime = Later });
        await EnqueueAsync(host, 3, new JobOptions { Key = "k" });
        Assert.Empty(await replica.ClaimAsync(10));

        await InTransactionAsync(host, transaction => desk.RunNowAsync(transaction, later.Id, Cancellation));
        await InTransactionAsync(host, transaction => desk.CancelAsync(transaction, head.Id, Cancellation));

        Assert.Equal([1, 3], (await replica.ClaimAsync(10)).Select(Replica.NumberOf).Order());
        Assert.Equal(JobState.Cancelled, (await desk.FindAsync(head.Id, Cancellation))!.State);
        var running = await Assert.ThrowsAsync<JobStateException>(() => InTransactionAsync(host, transaction => desk.CancelAsync(transaction, later.Id, Cancellation)));
        Assert.Equal(JobState.Leased, running.State);
        await Assert.ThrowsAsync<JobStateException>(() => InTransactionAsync(host, transaction => desk.RunNowAsync(transaction, later.Id, Cancellation)));
        await Assert.ThrowsAsync<JobNotFoundException>(() => InTransactionAsync(host, transaction => desk.CancelAsync(transaction, head.Id, Cancellation)));
        await Assert.ThrowsAsync<JobNotFoundException>(() => InTransactionAsync(host, transaction => desk.RunNowAsync(transaction, head.Id, Cancellation)));
    }

    [Fact]
    [Rule("DUR-46")]
    public async Task A_paused_kind_or_group_is_not_claimed_until_it_is_resumed()
    {
        var (host, replica, desk) = BuildDesk();
        await replica.ClaimAsync(10);
        await InTransactionAsync(host, transaction => desk.PauseKindAsync(transaction, "other", "provider is down", Cancellation));
        await InTransactionAsync(host, transaction => desk.PauseGroupAsync(transaction, "g", "customer asked", Cancellation));
        await EnqueueAsync(host, 1);
        await EnqueueAsync(host, 2, new JobOptions { Group = "g" });
        await EnqueueAsync(host, "other", 3);

        Assert.Equal([1], (await replica.ClaimAsync(10)).Select(Replica.NumberOf));
        var queues = await desk.ListQueuesAsync(Cancellation);
        Assert.Equal("provider is down", queues.Single(queue => queue.Kind == "other").KindPauseNote);
        Assert.Equal("customer asked", queues.Single(queue => queue.Group == "g").GroupPauseNote);

        await InTransactionAsync(host, async transaction => Assert.True(await desk.ResumeKindAsync(transaction, "other", Cancellation)));
        await InTransactionAsync(host, async transaction => Assert.True(await desk.ResumeGroupAsync(transaction, "g", Cancellation)));
        await InTransactionAsync(host, async transaction => Assert.False(await desk.ResumeGroupAsync(transaction, "g", Cancellation)));
        Assert.Equal([2, 3], (await replica.ClaimAsync(10)).Select(Replica.NumberOf).Order());
        Assert.Equal(
            [
                "urn:message:contactcenter:operations:queue-paused tests jobKinds/other provider is down",
                "urn:message:contactcenter:operations:queue-paused tests jobGroups/g customer asked",
                "urn:message:contactcenter:operations:queue-resumed tests jobKinds/other",
                "urn:message:contactcenter:operations:queue-resumed tests jobGroups/g",
            ],
            await ScalarAsync<string[]>("SELECT array_agg(concat_ws(' ', type, payload ->> 'service', payload ->> 'resource', payload ->> 'note') ORDER BY seq) FROM durable.outbox_messages WHERE NOT mandatory"));
    }

    [Fact]
    [Rule("DUR-46")]
    public async Task A_pause_needs_a_note_and_a_group_a_weight_from_1_to_100()
    {
        var (host, _, desk) = BuildDesk();
        await using var transaction = await DatabaseOf(host).BeginAsync(Cancellation);
        await Assert.ThrowsAsync<ArgumentException>(() => desk.PauseKindAsync(transaction, Kind, "", Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => desk.PauseKindAsync(transaction, Kind, new string('x', 501), Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => desk.PauseKindAsync(transaction, "", "note", Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => JobDesk.SetGroupAsync(transaction, "g", 0, null, Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => JobDesk.SetGroupAsync(transaction, "g", 101, null, Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => JobDesk.SetGroupAsync(transaction, "g", 1, 0, Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => desk.ListAsync(new JobFilter(), null, 1_001, Cancellation));
    }

    [Fact]
    [Rule("DUR-27")]
    [Rule("DUR-46")]
    public async Task Queues_are_counted_by_kind_and_group_and_one_that_nobody_offers_to_run_is_ORPHANED()
    {
        var (host, replica, desk) = BuildDesk();
        await EnqueueAsync(host, 1, new JobOptions { Group = "g" });
        await EnqueueAsync(host, 2, new JobOptions { Group = "g", DueTime = Later });
        await EnqueueAsync(host, 3);
        foreach (var job in await replica.ClaimAsync(10))
            await (job.Group == "g" ? Task.CompletedTask : replica.BuryAsync(job));
        await EnqueueAsync(host, "other", 4);
        await ExecuteAsync("UPDATE durable.jobs SET due_time = due_time - interval '11 minutes' WHERE kind = 'other'");

        var queues = (await desk.ListQueuesAsync(Cancellation)).ToDictionary(queue => (queue.Kind, queue.Group));
        Assert.Equal((1, 1, 0, null, false), (queues[(Kind, "g")].Depth, queues[(Kind, "g")].Running, queues[(Kind, "g")].Failed, queues[(Kind, "g")].OldestDueAge, queues[(Kind, "g")].IsOrphaned));
        Assert.Equal((0, 0, 1), (queues[(Kind, "")].Depth, queues[(Kind, "")].Running, queues[(Kind, "")].Failed));
        Assert.InRange(queues[("other", "")].OldestDueAge!.Value, TimeSpan.FromMinutes(11), TimeSpan.FromMinutes(13));
        Assert.True(queues[("other", "")].IsOrphaned);

        await host.Services.GetRequiredService<Durable.Jobs.JobStore>().OfferAsync(["other", Kind], Cancellation);
        Assert.False((await desk.ListQueuesAsync(Cancellation)).Single(queue => queue.Kind == "other").IsOrphaned);
        await ExecuteAsync("UPDATE durable.job_kinds SET offered_time = now() - interval '11 minutes'");
        Assert.True((await desk.ListQueuesAsync(Cancellation)).Single(queue => queue.Kind == "other").IsOrphaned);
    }

    private (IHost Host, Replica Replica, JobDesk Desk) BuildDesk()
    {
        var host = Build(durable => durable.AddJob<AddNumber>(Kind).AddJob<AddNumber>("other"));
        return (host, new Replica(host), host.Services.GetRequiredService<JobDesk>());
    }

    private static async Task InTransactionAsync(IHost host, Func<DurableTransaction, Task> act)
    {
        await using var transaction = await DatabaseOf(host).BeginAsync(Cancellation);
        await act(transaction);
        await transaction.CommitAsync(Cancellation);
    }
}
