using System.Collections.Concurrent;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Durable.Recurring;
using ContactCenter.Durable.Tests.Jobs;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Durable.Tests.Recurring;

public sealed class RecurringTests(TestServers servers) : JobTest(servers)
{
    private const string Name = "tick";

    private static readonly Schedule Quarter = Schedule.Aligned(TimeSpan.FromMinutes(15));

    // 08:00.
    private readonly ManualTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _runs = new();

    [Fact]
    [Rule("DUR-42")]
    public async Task Each_occurrence_runs_once_in_one_of_the_replicas_that_all_planned_it_at_their_start()
    {
        var hosts = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => StartAsync(Quarter)));
        await PlannedAsync("08:15");

        foreach (var next in new[] { "08:30", "08:45", "09:00", "09:15" })
        {
            Pass(15, hosts);
            await PlannedAsync(next);
        }

        Assert.Equal(["08:15", "08:30", "08:45", "09:00"], _runs);
    }

    [Theory]
    [Rule("DUR-42")]
    [InlineData(MissedOccurrences.Once, "08:15 09:45")]
    [InlineData(MissedOccurrences.Skip, "09:45")]
    public async Task Occurrences_missed_while_no_process_ran_are_done_with_one_run_or_none(MissedOccurrences missed, string expected)
    {
        var host = await StartAsync(Quarter, missed);
        await PlannedAsync("08:15");
        await host.StopAsync(Cancellation);
        _time.Advance(TimeSpan.FromMinutes(97));

        host = await StartAsync(Quarter, missed);
        await PlannedAsync("09:45");
        Pass(8, host);

        await PlannedAsync("10:00");
        Assert.Equal(expected, string.Join(' ', _runs));
    }

    [Theory]
    [Rule("DUR-42")]
    [InlineData(MissedOccurrences.Once, "08:15 08:30 09:00")]
    [InlineData(MissedOccurrences.Skip, "08:15 09:00")]
    public async Task Occurrences_missed_while_one_took_too_long_are_done_with_one_run_or_none(MissedOccurrences missed, string expected)
    {
        var proceed = new TaskCompletionSource();
        var host = await StartAsync(Quarter, missed, async job =>
        {
            if (job.Payload<Occurrence>().Time.Minute == 15)
                await proceed.Task;
        });
        await PlannedAsync("08:15");
        Pass(15, host);
        await Eventually.TrueAsync(() => _runs.Count == 1);

        _time.Advance(TimeSpan.FromMinutes(40));
        proceed.SetResult();
        await PlannedAsync("09:00");
        Pass(5, host);

        await PlannedAsync("09:15");
        Assert.Equal(expected, string.Join(' ', _runs));
    }

    [Fact]
    [Rule("DUR-42")]
    public async Task A_dead_letter_does_not_keep_the_next_occurrence_from_coming_and_its_replay_makes_none_twice()
    {
        var fails = true;
        var host = await StartAsync(Quarter, run: _ => fails ? throw new JobFailedException("broken", "no") : Task.CompletedTask);
        await PlannedAsync("08:15");
        Pass(15, host);
        await PlannedAsync("08:30");
        var letterId = await ScalarAsync<Guid>("SELECT id FROM durable.dead_letters");

        fails = false;
        Pass(15, host);
        await PlannedAsync("08:45");
        await using (var transaction = await DatabaseOf(host).BeginAsync(Cancellation))
        {
            await host.Services.GetRequiredService<DeadLetterDesk>().ReplayAsync(transaction, letterId);
            await transaction.CommitAsync(Cancellation);
        }

        await Eventually.TrueAsync(() => _runs.Count == 3);
        await PlannedAsync("08:45");

        Assert.Equal(["08:15", "08:30", "08:15"], _runs);
    }

    [Fact]
    [Rule("DUR-42")]
    public async Task Another_schedule_takes_effect_with_the_release_and_a_job_that_nobody_knows_is_removed_after_a_day()
    {
        await (await StartAsync(Schedule.Every(TimeSpan.FromDays(30)))).StopAsync(Cancellation);
        await StartAsync(Schedule.Daily(new TimeOnly(10, 30), "Europe/Lisbon"));
        await PlannedAsync("10:30");

        var release = await base.StartAsync(durable => durable.AddRecurring<Scripted>("other", Quarter), Configure(_ => Task.CompletedTask));
        var planner = release.Services.GetServices<IHostedService>().OfType<RecurrencePlanner>().Single();
        await planner.PlanAsync(Cancellation);
        await PlannedAsync("10:30");
        await ExecuteAsync("UPDATE durable.job_kinds SET offered_time = now() - interval '25 hours' WHERE kind = @Name", new { Name });
        await planner.PlanAsync(Cancellation);

        Assert.Equal("other", await ScalarAsync<string>("SELECT string_agg(kind, ' ') FROM durable.jobs"));
    }

    [Fact]
    [Rule("DUR-42")]
    [Rule("DUR-30")]
    public async Task Processes_killed_at_random_moments_neither_lose_nor_double_an_occurrence()
    {
        var random = new Random(11);
        await using var survivor = await Worker.RunAsync("recurring", Database.ConnectionString, Broker, Cancellation);
        for (var kills = 0; kills < 3; kills++)
        {
            var before = await ScalarAsync<int>("SELECT count(*) FROM effects");
            await using var replica = await Worker.RunAsync("recurring", Database.ConnectionString, Broker, Cancellation);
            await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects") > before + kills);
            await Task.Delay(random.Next(300), Cancellation);
            await replica.KillAsync();
            await EndLeasesAsync();
            Assert.Equal(1, await JobsAsync($"kind = '{Name}'"));
        }

        var after = await ScalarAsync<int>("SELECT count(*) FROM effects");
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects") > after + 1);
        await survivor.KillAsync();
        Assert.Equal(1, await JobsAsync());
        Assert.Equal(0, await ScalarAsync<int>("SELECT count(*) - count(DISTINCT key) FROM effects"));
    }

    private Task<IHost> StartAsync(Schedule schedule, MissedOccurrences missed = MissedOccurrences.Once, Func<JobRun, Task>? run = null) =>
        base.StartAsync(durable => durable.AddRecurring<Scripted>(Name, schedule, missed, maxRunTime: TimeSpan.FromHours(2)), Configure(run ?? (_ => Task.CompletedTask)));

    private Action<IHostApplicationBuilder> Configure(Func<JobRun, Task> run) => builder => builder.Services
        .AddSingleton<TimeProvider>(_time)
        .AddSingleton(new Script(async (job, _) =>
        {
            _runs.Enqueue($"{job.Payload<Occurrence>().Time:HH:mm}");
            await run(job);
        }));

    private void Pass(int minutes, params IHost[] hosts)
    {
        _time.Advance(TimeSpan.FromMinutes(minutes));
        Array.ForEach(hosts, Wake);
    }

    /// <summary>Waits until one occurrence is planned, for that time.</summary>
    private Task PlannedAsync(string time) => Eventually.TrueAsync(async () =>
        await ScalarAsync<string?>("SELECT string_agg(to_char(due_time AT TIME ZONE 'UTC', 'HH24:MI') || state, ' ') FROM durable.jobs WHERE kind = @Name", new { Name }) == $"{time}READY");
}

/// <summary>Stores one effect for each occurrence, in one transaction with the plan of the next.</summary>
public sealed class AddOccurrence(DurableDatabase database) : IJobHandler
{
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.Connection.ExecuteAsync("INSERT INTO effects (message_id, key, number) VALUES (@Id, @key, 1)", new { job.Id, key = $"{job.Payload<Occurrence>().Time:O}" });
        await job.CommitAsync(transaction, cancellationToken);
    }
}
