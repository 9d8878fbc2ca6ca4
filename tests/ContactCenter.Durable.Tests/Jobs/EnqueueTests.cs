using Dapper;

namespace ContactCenter.Durable.Tests.Jobs;

public sealed class EnqueueTests(TestServers servers) : JobTest(servers)
{
    private static readonly DateTimeOffset Later = TimeProvider.System.GetUtcNow().AddDays(1);

    [Fact]
    [Rule("DUR-26")]
    public async Task Jobs_are_stored_with_the_change_of_their_transaction_or_not_at_all()
    {
        var host = await StartAsync((_, _) => Task.CompletedTask);
        await using (var transaction = await DatabaseOf(host).BeginAsync(Cancellation))
        {
            transaction.Enqueue(Kind, new Number(1), new JobOptions { DueTime = Later });
            await transaction.Connection.ExecuteAsync("INSERT INTO effects (number) VALUES (1)");
        }

        Assert.Equal(0, await JobsAsync());
        await using (var transaction = await DatabaseOf(host).BeginAsync(Cancellation))
        {
            for (var i = 0; i < 500; i++)
                transaction.Enqueue(Kind, new Number(i), new JobOptions { DueTime = Later, Key = $"k{i % 7}" });
            await transaction.CommitAsync(Cancellation);
        }

        Assert.Equal(500, await JobsAsync());
        Assert.Equal("{\"value\":499,\"key\":\"\"}", await ScalarAsync<string>("SELECT payload::text FROM durable.jobs ORDER BY seq DESC LIMIT 1"));
    }

    [Fact]
    [Rule("DUR-26")]
    public async Task An_unknown_kind_and_a_payload_over_64_KiB_are_refused()
    {
        var host = await StartAsync((_, _) => Task.CompletedTask);
        await using var transaction = await DatabaseOf(host).BeginAsync(Cancellation);

        var unknown = Assert.Throws<UnknownJobKindException>(() => transaction.Enqueue("other", new Number(1)));
        Assert.Contains("UNKNOWN_JOB_KIND", unknown.Message, StringComparison.Ordinal);
        Assert.Throws<JobTooLargeException>(() => transaction.Enqueue(Kind, new string('x', (64 * 1024) - 1)));
        transaction.Enqueue(Kind, new string('x', (64 * 1024) - 2), new JobOptions { DueTime = Later });
        await transaction.CommitAsync(Cancellation);

        Assert.Equal(1, await JobsAsync());
    }

    [Fact]
    [Rule("DUR-28")]
    public async Task A_second_job_with_a_live_deduplication_key_is_the_first_one()
    {
        var host = await StartAsync((_, _) => Task.CompletedTask);
        var options = new JobOptions { DeduplicationKey = "d", DueTime = Later };

        var first = await EnqueueAsync(host, 1, options);
        var second = await EnqueueAsync(host, 2, options with { DueTime = Later.AddDays(1) });

        Assert.Equal((false, true), (first.IsExisting, second.IsExisting));
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(1, await JobsAsync("due_time < now() + interval '25 hours'"));

        var third = await EnqueueAsync(host, 3, options with { DueTime = Later.AddDays(2), MovesExisting = true });
        Assert.Equal(first.Id, third.Id);
        Assert.Equal((1, 1), (await JobsAsync(), await JobsAsync("due_time > now() + interval '2 days'")));

        await using var transaction = await DatabaseOf(host).BeginAsync(Cancellation);
        Assert.Same(
            transaction.Enqueue(Kind, new Number(4), options with { DeduplicationKey = "e" }),
            transaction.Enqueue(Kind, new Number(5), options with { DeduplicationKey = "e" }));
        await transaction.CommitAsync(Cancellation);
        Assert.Equal(2, await JobsAsync());
    }

    [Fact]
    [Rule("DUR-28")]
    public async Task A_deduplication_key_is_free_again_when_its_job_is_done()
    {
        var host = await StartAsync(durable => durable.AddJob<AddNumber>(Kind));
        for (var i = 1; i <= 3; i++)
        {
            Assert.False((await EnqueueAsync(host, i, new JobOptions { DeduplicationKey = "d" })).IsExisting);
            await Eventually.TrueAsync(async () => await JobsAsync() == 0);
        }

        Assert.Equal(3, await ScalarAsync<int>("SELECT count(*) FROM effects"));
    }

    [Fact]
    [Rule("DUR-34")]
    public async Task A_policy_without_end_and_a_kind_with_two_handlers_are_refused()
    {
        var endless = RetryPolicy.Default with { Name = "endless", MaxAttempts = null, MaxAge = null };
        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(durable => durable.AddJob<AddNumber>(Kind, endless)));
        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(durable => durable.AddJob<AddNumber>(Kind).AddJob<AddNumber>(Kind)));
    }
}
