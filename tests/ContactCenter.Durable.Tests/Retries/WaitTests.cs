using System.Collections.Concurrent;
using ContactCenter.Durable.Tests.Jobs;

namespace ContactCenter.Durable.Tests.Retries;

public sealed class WaitTests(TestServers servers) : JobTest(servers)
{
    private static readonly RetryPolicy Hour = RetryPolicy.Default with { Name = "hour", MaxAge = TimeSpan.FromHours(1), Jitter = 0 };

    [Theory]
    [Rule("EGR-13")]
    [Rule("EGR-19")]
    [Rule("EGR-28")]
    [InlineData(true, 30, 3, "MAX_AGE 0 throttled")]
    [InlineData(false, 3_000, 9, null)]
    public async Task A_wait_uses_up_no_attempt_and_age_only_where_it_says_so(bool usesAge, int minutes, int waits, string? letter)
    {
        var time = new ManualTimeProvider();
        var attempts = new ConcurrentQueue<int>();
        var host = await StartAsync(
            (job, _) =>
            {
                attempts.Enqueue(job.Attempt);
                return attempts.Count > waits ? Task.CompletedTask : throw new JobWaitException("throttled", TimeSpan.FromMinutes(minutes)) { UsesAge = usesAge };
            },
            Hour,
            time);
        await EnqueueAsync(host, 1);
        for (var i = 1; i <= (letter is null ? waits : waits - 1); i++)
        {
            await Eventually.TrueAsync(async () => attempts.Count == i && await JobsAsync("attempt = 0 AND lease_end IS NULL") == 1);
            time.Advance(TimeSpan.FromMinutes(minutes));
            Wake(host);
        }

        await Eventually.TrueAsync(async () => await JobsAsync() == 0);
        Assert.All(attempts, attempt => Assert.Equal(1, attempt));
        Assert.Equal(letter, await ScalarAsync<string?>("SELECT string_agg(concat_ws(' ', reason, attempts, error_class), ',') FROM durable.dead_letters"));
    }

    [Fact]
    [Rule("EGR-17")]
    [Rule("EGR-18")]
    public async Task A_failure_may_ask_for_a_pause_or_for_the_end_wherever_it_is_in_the_chain_of_causes()
    {
        var time = new ManualTimeProvider();
        var host = await StartAsync(
            (job, _) => throw new InvalidOperationException("outer", job.Payload<Number>().Value == 1
                ? new JobFailedException("503", "later") { Delay = TimeSpan.FromMinutes(2) }
                : new JobFailedException("503", "never") { Kind = JobFailureKind.Final }),
            Hour,
            time);
        await EnqueueAsync(host, 1);
        await EnqueueAsync(host, 2);

        await Eventually.TrueAsync(async () => await ScalarAsync<string?>("SELECT string_agg(concat_ws(' ', reason, attempts, error_class), ',') FROM durable.dead_letters") == "FINAL 1 503");
        await Eventually.TrueAsync(async () => await JobsAsync("attempt = 1 AND lease_end IS NULL") == 1);
        Assert.Equal(time.GetUtcNow().AddMinutes(2).UtcDateTime, await ScalarAsync<DateTime>("SELECT due_time FROM durable.jobs"));
    }
}
