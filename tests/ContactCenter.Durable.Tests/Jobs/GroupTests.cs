using Microsoft.Extensions.Hosting;

namespace ContactCenter.Durable.Tests.Jobs;

public sealed class GroupTests(TestServers servers) : JobTest(servers)
{
    /// <summary>Example 7.8.</summary>
    [Fact]
    [Rule("DUR-38")]
    public async Task noisy_group_or_not_a_job_of_an_idle_group_runs_in_the_first_or_second_claim()
    {
        var (host, replica) = BuildReplica();
        await EnqueueManyAsync(host, "X", 1_000);
        Assert.Equal(100, (await replica.ClaimAsync(100)).Count);
        await EnqueueManyAsync(host, "Y", 1);

        var next = (await replica.ClaimAsync(100)).Concat(await replica.ClaimAsync(100)).ToList();

        Assert.Equal(200, next.Count);
        Assert.Single(next, job => job.Group == "Y");
    }

    /// <summary>Example 7.8; also where a process has room for some jobs only.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(7)]
    [InlineData(1)]
    [Rule("DUR-38")]
    public async Task Groups_with_many_jobs_are_claimed_in_proportion_to_their_weights(int room)
    {
        var (host, replica) = BuildReplica();
        await SetGroupAsync(host, "X", weight: 3);
        await EnqueueManyAsync(host, "X", 500);
        await EnqueueManyAsync(host, "Y", 500);

        var claimed = new List<string>();
        while (claimed.Count < 400)
            claimed.AddRange((await replica.ClaimAsync(Math.Min(room, 400 - claimed.Count))).Select(job => job.Group));

        Assert.InRange(claimed.Count(group => group == "X"), 296, 304);
        Assert.Equal(400, claimed.Count);
    }

    [Fact]
    [Rule("DUR-38")]
    public async Task Each_of_as_many_groups_as_a_claim_has_places_is_served_within_two_claims_whatever_the_weights()
    {
        var (host, replica) = BuildReplica();
        for (var group = 0; group < 20; group++)
        {
            await EnqueueManyAsync(host, $"g{group}", 100);
            await SetGroupAsync(host, $"g{group}", weight: group % 2 == 0 ? 100 : 1);
        }

        var claims = new List<HashSet<string>>();
        for (var claim = 0; claim < 6; claim++)
            claims.Add([.. (await replica.ClaimAsync(20)).Select(job => job.Group)]);

        Assert.All(claims.Zip(claims.Skip(1)), pair => Assert.Equal(20, pair.First.Union(pair.Second).Count()));
    }

    [Fact]
    [Rule("DUR-38")]
    public async Task Never_more_jobs_of_a_group_run_than_it_may_have_over_all_processes()
    {
        var (host, first) = BuildReplica();
        var second = new Replica(host);
        await SetGroupAsync(host, "X", weight: 1, maxRunning: 3);
        await EnqueueManyAsync(host, "X", 10);
        await EnqueueManyAsync(host, "", 2);

        var claimed = (await Task.WhenAll(first.ClaimAsync(5), second.ClaimAsync(5))).SelectMany(jobs => jobs).Concat(await first.ClaimAsync(5)).ToList();
        Assert.Equal((3, 2), (claimed.Count(job => job.Group == "X"), claimed.Count(job => job.Group.Length == 0)));
        Assert.Empty(await second.ClaimAsync(5));

        await first.FinishAsync(claimed.First(job => job.Group == "X"));
        Assert.Single(await second.ClaimAsync(5));

        await SetGroupAsync(host, "X", weight: 1, maxRunning: null);
        Assert.Equal(6, (await second.ClaimAsync(10)).Count);
    }

    [Fact]
    [Rule("DUR-38")]
    public async Task A_process_that_is_behind_takes_kinds_of_one_group_in_their_order_and_everything_in_the_end()
    {
        var (host, replica) = BuildReplica();
        for (var i = 0; i < 40; i++)
            await EnqueueAsync(host, i % 2 == 0 ? Kind : "other", i, new JobOptions { Group = "X" });
        await EnqueueManyAsync(host, "Y", 5);

        var claimed = new List<int>();
        for (var jobs = await replica.ClaimAsync(4); jobs.Count > 0; jobs = await replica.ClaimAsync(4))
            claimed.AddRange(jobs.Where(job => job.Group == "X").Select(Replica.NumberOf).Order());

        Assert.Equal(Enumerable.Range(0, 40), claimed);
        Assert.Equal(45, await JobsAsync("state = 'LEASED'"));
    }

    private (IHost Host, Replica Replica) BuildReplica()
    {
        var host = Build(durable => durable.AddJob<AddNumber>(Kind).AddJob<AddNumber>("other"));
        return (host, new Replica(host));
    }

    private static async Task EnqueueManyAsync(IHost host, string group, int count)
    {
        await using var transaction = await DatabaseOf(host).BeginAsync(Cancellation);
        for (var i = 0; i < count; i++)
            transaction.Enqueue(Kind, new Number(i), new JobOptions { Group = group });
        await transaction.CommitAsync(Cancellation);
    }

    private static async Task SetGroupAsync(IHost host, string group, int weight, int? maxRunning = null)
    {
        await using var transaction = await DatabaseOf(host).BeginAsync(Cancellation);
        await JobDesk.SetGroupAsync(transaction, group, weight, maxRunning, Cancellation);
        await transaction.CommitAsync(Cancellation);
    }
}
