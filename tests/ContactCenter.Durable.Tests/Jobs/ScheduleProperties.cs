using ContactCenter.Durable.Jobs;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Durable.Tests.Jobs;

/// <summary>Whatever several processes do, and whichever of them die, is compared with a model after every step.</summary>
public sealed class ScheduleProperties(TestServers servers) : JobTest(servers)
{
    private const string Strict = "strict";

    private enum Act
    {
        Enqueue,
        EnqueueStrict,
        Claim,
        Finish,
        Fail,
        Bury,
        Crash,
        Replay,
        Discard,
    }

    private sealed record Step(Act Act, int Replica, int Choice)
    {
        public override string ToString() => $"{Act}({Replica}, {Choice})";
    }

    [Fact]
    [Rule("DUR-28")]
    [Rule("DUR-29")]
    [Rule("DUR-37")]
    [Rule("DUR-38")]
    public void Keys_keep_their_order_and_no_job_is_lost_or_doubled_in_any_schedule()
    {
        var host = Build(durable => durable.AddJob<AddNumber>(Kind).AddJob<AddNumber>(Strict, keyMode: KeyMode.Strict));
        var step =
            from act in Gen.Frequency(
                (5, Gen.Constant(Act.Enqueue)), (2, Gen.Constant(Act.EnqueueStrict)), (6, Gen.Constant(Act.Claim)), (4, Gen.Constant(Act.Finish)), (1, Gen.Constant(Act.Fail)),
                (2, Gen.Constant(Act.Bury)), (1, Gen.Constant(Act.Crash)), (1, Gen.Constant(Act.Replay)), (1, Gen.Constant(Act.Discard)))
            from replica in Gen.Choose(0, 2)
            from choice in Gen.Choose(0, 1_000)
            select new Step(act, replica, choice);
        Prop.ForAll(step.ListOf(60).ToArbitrary(), steps => RunAsync(host, [.. steps]).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    private async Task<bool> RunAsync(IHost host, IReadOnlyList<Step> steps)
    {
        await ExecuteAsync("TRUNCATE durable.jobs, durable.job_history, durable.dead_letters");
        var model = new Model();
        Replica[] replicas = [new(host), new(host), new(host)];
        foreach (var step in steps)
            await model.ApplyAsync(step, host, replicas, EndLeasesAsync);

        // Each dead letter that holds a key is discarded; then everything runs to its end.
        await EndLeasesAsync();
        model.Crash();
        var last = new Replica(host);
        foreach (var job in model.TakeHolding())
            await last.DiscardAsync(job);
        for (var jobs = await last.ClaimAsync(3); jobs.Count > 0; jobs = await last.ClaimAsync(3))
        {
            foreach (var job in jobs)
                model.Claimed(job, last);
            Assert.Equal(0, await last.FinishAsync(jobs));
            foreach (var job in jobs)
                model.Ended(job);
        }

        Assert.Equal(0, await JobsAsync());
        Assert.True(model.IsEmpty);
        Assert.Equal(model.Expected, await ScalarAsync<int>("SELECT count(DISTINCT id) FROM durable.job_history WHERE outcome = 'DONE'") + model.Dead);
        return true;
    }

    /// <summary>What has to be in the database.</summary>
    private sealed class Model
    {
        private static readonly string?[] Keys = [null, "a", "b"];
        private static readonly string?[] Groups = [null, "x", "y"];

        private readonly List<(Guid Id, string? Key)> _live = [];
        private readonly List<(ClaimedJob Job, Replica Replica)> _leased = [];
        private readonly List<ClaimedJob> _holding = [];
        private readonly List<ClaimedJob> _dead = [];
        private readonly Dictionary<string, Guid> _unique = [];

        public int Expected { get; private set; }

        public int Dead => _dead.Count;

        public bool IsEmpty => _live.Count == 0 && _leased.Count == 0;

        public async Task ApplyAsync(Step step, IHost host, Replica[] replicas, Func<Task> endLeases)
        {
            var replica = replicas[step.Replica];
            switch (step.Act)
            {
                case Act.Enqueue or Act.EnqueueStrict:
                    await EnqueueAsync(host, step.Act == Act.Enqueue ? Kind : Strict, step.Choice);
                    break;
                case Act.Claim:
                    foreach (var job in await replica.ClaimAsync(1 + (step.Choice % 4)))
                        Claimed(job, replica);
                    break;
                case Act.Finish when Take(step.Choice) is var (job, owner):
                    Assert.Equal(0, await owner.FinishAsync(job));
                    Assert.Equal(1, await owner.FinishAsync(job));
                    Ended(job);
                    break;
                case Act.Fail when Take(step.Choice) is var (job, owner):
                    Assert.Equal(0, await owner.PostponeAsync(job, owner.Now));
                    break;
                case Act.Bury when Take(step.Choice) is var (job, owner):
                    Assert.True(await owner.BuryAsync(job));
                    Assert.Equal(1, await owner.FinishAsync(job));
                    Forget(job);
                    if (job is { Kind: Strict, Key: not null })
                    {
                        _holding.Add(job);
                    }
                    else
                    {
                        _live.RemoveAll(live => live.Id == job.Id);
                        _dead.Add(job);
                    }

                    break;
                case Act.Crash:
                    await endLeases();
                    Crash();
                    break;
                case Act.Replay when _holding.Count > 0:
                    await replica.ReplayAsync(_holding[0]);
                    if (_holding[0].DeduplicationKey is { } unique)
                        _unique.TryAdd($"{Strict} {unique}", _holding[0].Id);
                    _holding.RemoveAt(0);
                    break;
                case Act.Replay when _dead.Count > 0 && _dead[0].DeduplicationKey is null:
                    await replica.ReplayAsync(_dead[0]);
                    _live.Add((_dead[0].Id, _dead[0].Key));
                    _dead.RemoveAt(0);
                    break;
                case Act.Discard when _holding.Count > 0:
                    await replica.DiscardAsync(_holding[0]);
                    Discarded(_holding[0]);
                    _holding.RemoveAt(0);
                    break;
            }
        }

        /// <summary>Leases have ended; each job is claimed again.</summary>
        public void Crash() => _leased.Clear();

        public void Claimed(ClaimedJob job, Replica replica)
        {
            Assert.DoesNotContain(_leased, leased => leased.Job.Id == job.Id);
            Assert.DoesNotContain(_holding, dead => dead.Id == job.Id);
            if (job.Key is not null)
                Assert.Equal(_live.First(live => live.Key == job.Key).Id, job.Id);
            Assert.Contains((job.Id, job.Key), _live);
            _leased.Add((job, replica));
        }

        public void Ended(ClaimedJob job)
        {
            _leased.RemoveAll(leased => leased.Job.Id == job.Id);
            _live.RemoveAll(live => live.Id == job.Id);
            Forget(job);
        }

        public List<ClaimedJob> TakeHolding()
        {
            var holding = _holding.ToList();
            holding.ForEach(Discarded);
            _holding.Clear();
            return holding;
        }

        private async Task EnqueueAsync(IHost host, string kind, int choice)
        {
            var key = Keys[choice % 3];
            var unique = choice % 4 == 0 ? $"{choice % 8}" : null;
            var job = await JobTest.EnqueueAsync(host, kind, choice, new JobOptions { Key = key, Group = Groups[choice / 3 % 3], DeduplicationKey = unique });
            var isKnown = _unique.TryGetValue($"{kind} {unique}", out var known);
            Assert.Equal((isKnown, isKnown ? known : job.Id), (job.IsExisting, job.Id));
            if (isKnown)
                return;
            Expected++;
            _live.Add((job.Id, key));
            if (unique is not null)
                _unique[$"{kind} {unique}"] = job.Id;
        }

        private (ClaimedJob Job, Replica Owner)? Take(int choice)
        {
            if (_leased.Count == 0)
                return null;
            var taken = _leased[choice % _leased.Count];
            _leased.Remove(taken);
            return taken;
        }

        private void Discarded(ClaimedJob job)
        {
            _live.RemoveAll(live => live.Id == job.Id);
            Expected--;
        }

        private void Forget(ClaimedJob job)
        {
            if (job.DeduplicationKey is { } unique && _unique.GetValueOrDefault($"{job.Kind} {unique}") == job.Id)
                _unique.Remove($"{job.Kind} {unique}");
        }
    }
}
