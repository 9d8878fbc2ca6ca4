using System.Collections.Concurrent;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Durable.Tests.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Durable.Tests.Retries;

public sealed class RetryTests(TestServers servers) : JobTest(servers)
{
    private static readonly int[] DefaultSeconds = [0, 5, 15, 35, 75, 155, 315, 635, 1275, 2555];

    private static readonly int[] WeekSeconds =
        [.. new[] { 0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047, 3487, 4927, 6367, 7807, 9247 }.Select(minutes => minutes * 60)];

    /// <summary>Example 7.1; each attempt is made by a process of its own.</summary>
    [Theory]
    [InlineData("default", "MAX_ATTEMPTS")]
    [InlineData("week", "MAX_AGE")]
    [Rule("DUR-34")]
    [Rule("DUR-35")]
    [Rule("DUR-36")]
    public async Task A_job_that_always_fails_is_tried_at_the_times_of_its_policy_whoever_runs_it_and_is_then_a_dead_letter(string name, string reason)
    {
        var (policy, expected) = name == "week" ? (RetryPolicy.Week, WeekSeconds) : (RetryPolicy.Default, DefaultSeconds);
        var time = new ManualTimeProvider();
        var start = time.GetUtcNow();
        var attempts = new ConcurrentQueue<(int Attempt, int Seconds)>();
        Task<IHost> StartAsync() => this.StartAsync(
            (job, _) =>
            {
                attempts.Enqueue((job.Attempt, (int)(time.GetUtcNow() - start).TotalSeconds));
                throw new InvalidOperationException("always");
            },
            policy with { Name = $"{name}-steady", Jitter = 0 },
            time);
        var host = await StartAsync();
        await EnqueueAsync(host, 1);

        for (var i = 1; i < expected.Length; i++)
        {
            await Eventually.TrueAsync(async () => await JobsAsync($"attempt = {i} AND lease_end IS NULL") == 1);
            await host.StopAsync(Cancellation);
            time.Advance(TimeSpan.FromSeconds(expected[i] - expected[i - 1] - 1));
            host = await StartAsync();
            Wake(host);
            time.Advance(TimeSpan.FromSeconds(1));
            Wake(host);
        }

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters") == 1);
        Assert.Equal(expected.Select((seconds, i) => (i + 1, seconds)), attempts);
        Assert.Equal(
            $"JOB {Kind} {reason} {expected.Length} {name}-steady InvalidOperationException always",
            await ScalarAsync<string>("SELECT concat_ws(' ', source, kind, reason, attempts, policy, error_class, error) FROM durable.dead_letters"));
        Assert.Equal(0, await JobsAsync());
    }

    [Fact]
    [Rule("DUR-34")]
    [Rule("DUR-36")]
    public async Task The_first_rule_that_matches_the_class_of_the_failure_decides()
    {
        var policy = RetryPolicy.Fast with { Name = "quick", InitialDelay = TimeSpan.FromMilliseconds(1), Rules = [new("gone", RetryAction.Final), new("busy", RetryAction.RetryOnce)] };
        var host = await StartAsync((job, _) => throw new JobFailedException(job.Key!, "no"), policy);

        foreach (var key in new[] { "gone", "busy", "other" })
            await EnqueueAsync(host, 1, new JobOptions { Key = key });

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters") == 3);
        Assert.Equal(
            "busy MAX_ATTEMPTS 2, gone FINAL 1, other FINAL 1",
            await ScalarAsync<string>("SELECT string_agg(concat_ws(' ', error_class, reason, attempts), ', ' ORDER BY key) FROM durable.dead_letters"));
    }

    [Fact]
    [Rule("DUR-31")]
    public async Task A_run_over_its_longest_time_is_cancelled_and_fails_with_TIMEOUT()
    {
        var policy = RetryPolicy.Fast with { Name = "quick", MaxAttempts = 1 };
        var host = await StartAsync((_, token) => Task.Delay(Timeout.Infinite, token), policy, maxRunTime: TimeSpan.FromMilliseconds(50));

        await EnqueueAsync(host, 1);

        await Eventually.TrueAsync(async () => await ScalarAsync<string>("SELECT max(error_class) FROM durable.dead_letters") == "TIMEOUT");
    }

    [Fact]
    [Rule("DUR-49")]
    [Rule("DUR-53")]
    public async Task A_replayed_job_starts_anew_and_failing_again_leaves_one_letter_of_the_next_generation()
    {
        var fails = true;
        var runs = new ConcurrentQueue<(Guid Id, int Attempt, int Value, string? Key)>();
        var host = await StartAsync(
            (job, _) =>
            {
                runs.Enqueue((job.Id, job.Attempt, job.Payload<Number>().Value, job.Key));
                return fails ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
            },
            RetryPolicy.Fast with { Name = "quick", MaxAttempts = 1 });
        var desk = host.Services.GetRequiredService<DeadLetterDesk>();
        var job = await EnqueueAsync(host, 7, new JobOptions { Key = "k", DeduplicationKey = "d" });

        var letter = await PendingAsync(desk, generation: 0);
        Assert.Equal((DeadLetterSource.Job, job.Id, "d"), (letter.Source, letter.ItemId, letter.DeduplicationKey));
        await ChangeAsync(host, transaction => desk.ReplayAsync(transaction, letter.Id));
        Assert.Equal(letter.Id, (await PendingAsync(desk, generation: 1)).Id);
        fails = false;
        await ChangeAsync(host, transaction => desk.ReplayAsync(transaction, letter.Id));

        await Eventually.TrueAsync(async () => runs.Count == 3 && await JobsAsync() == 0);
        Assert.Equal(Enumerable.Repeat((job.Id, 1, 7, (string?)"k"), 3), runs);
        Assert.Equal(DeadLetterState.Replayed, (await desk.GetAsync(letter.Id, Cancellation))!.State);
    }

    private static async Task<StoredDeadLetter> PendingAsync(DeadLetterDesk desk, int generation)
    {
        IReadOnlyList<StoredDeadLetter> pending = [];
        await Eventually.TrueAsync(async () =>
        {
            pending = await desk.ListAsync(new DeadLetterFilter { State = DeadLetterState.Pending, MinGeneration = generation }, null, 10, Cancellation);
            return pending.Count > 0;
        });
        return Assert.Single(pending);
    }
}
