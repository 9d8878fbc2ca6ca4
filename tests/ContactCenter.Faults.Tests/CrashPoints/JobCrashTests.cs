using ContactCenter.Testing.Network;

namespace ContactCenter.Faults.Tests.CrashPoints;

/// <summary>kill -9 between every two steps of a job's life, and of its replay.</summary>
public sealed class JobCrashTests(TestServers servers) : CrashPointTest(servers)
{
    private const string Replay = "UPDATE durable.dead_letters";

    [Fact]
    [Rule("DUR-26")]
    [Rule("DUR-30")]
    [Rule("DUR-33")]
    public async Task crash_points_of_a_job_lose_nothing_and_have_one_effect()
    {
        // Enqueued, not committed; committed, and the caller not told.
        await CrashAsync(kill => Postgres.CutAt(ProxyFlow.ToServer, Commit, kill, Accept), worker => worker.EnqueueAsync(Request(1)).ResponseAsync);
        await AssertEffectsAsync(1, 0);
        await CrashAsync(kill => Postgres.CutAt(ProxyFlow.ToClient, Commit, kill, Accept), worker => worker.EnqueueAsync(Request(2)).ResponseAsync);
        await AssertEffectsAsync(2, 1);

        // Claimed, and the worker not told: the answer is recognised by the payload in it.
        await CrashAsync(kill => Postgres.CutAt(ProxyFlow.ToClient, "\"value\":3", kill), worker => worker.EnqueueAsync(Request(3)).ResponseAsync);
        await AssertEffectsAsync(3, 1);

        // Effect written, not committed; committed, and the worker not told.
        await CrashAsync(kill => Postgres.CutAt(ProxyFlow.ToServer, Commit, kill, Work), worker => worker.EnqueueAsync(Request(4)).ResponseAsync);
        await AssertEffectsAsync(4, 1);
        await CrashAsync(kill => Postgres.CutAt(ProxyFlow.ToClient, Commit, kill, Work), worker => worker.EnqueueAsync(Request(5)).ResponseAsync);
        await AssertEffectsAsync(5, 1);
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM durable.dead_letters"));
    }

    [Fact]
    [Rule("DUR-49")]
    [Rule("DUR-53")]
    public async Task crash_points_of_a_replay_lose_no_letter_and_have_one_effect()
    {
        await StartWatchedAsync();
        await ExecuteAsync("INSERT INTO broken (number) VALUES (1)");
        await Worker.Client.EnqueueAsync(Request(1), cancellationToken: Cancellation);
        await Eventually.TrueAsync(async () => await LettersAsync("PENDING", 0) == 1);

        // Moved back, not committed: the letter is as before.
        var letter = new Load.ReplayRequest { Id = await ScalarAsync<string>("SELECT id::text FROM durable.dead_letters") };
        await CrashAsync(kill => Postgres.CutAt(ProxyFlow.ToServer, Commit, kill, Replay), worker => worker.ReplayAsync(letter).ResponseAsync);
        Assert.Equal(1, await LettersAsync("PENDING", 0));

        // Committed, and nobody told; it fails again: one letter, of the next generation.
        await CrashAsync(kill => Postgres.CutAt(ProxyFlow.ToClient, Commit, kill, Replay), worker => worker.ReplayAsync(letter).ResponseAsync);
        await Eventually.TrueAsync(async () => await LettersAsync("PENDING", 1) == 1);
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM durable.dead_letters"));

        // Run again, its effect written and not committed.
        await ExecuteAsync("DELETE FROM broken");
        await CrashAsync(kill => Postgres.CutAt(ProxyFlow.ToServer, Commit, kill, Work), worker => worker.ReplayAsync(letter).ResponseAsync);
        await AssertEffectsAsync(1, 1);
        Assert.Equal(1, await LettersAsync("REPLAYED", 2));
    }

    private Task<long> LettersAsync(string state, int generation) =>
        ScalarAsync<long>("SELECT count(*) FROM durable.dead_letters WHERE state = @state AND generation = @generation", new { state, generation });
}
