using Quartz;

namespace ContactCenter.Benchmarks.Jobs;

/// <summary>
/// Quartz's worker process: one durable job with a trigger of its own for each run, on its Postgres job store, which batches
/// as many triggers as it has threads. Triggers that were late for long are fired at once, not handled as misfires.
/// </summary>
internal static class QuartzWorker
{
    internal const string ChildName = "jobs-quartz";
    private const int Threads = 50;

    internal static async Task<int> RunAsync(string[] arguments)
    {
        var scheduler = await QuartzSchedulerBuilder.Create(quartz =>
        {
            quartz.UseDefaultThreadPool(Threads);
            quartz.UsePersistentStore(store =>
            {
                store.ProvisionSchema();
                store.UsePostgres(arguments[0]);
            });
        }).BuildScheduler();
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
            await RunAsync(scheduler, int.Parse(line.Split(' ')[1]));

        await scheduler.Shutdown();
        return 0;
    }

    private static async Task RunAsync(IScheduler scheduler, int jobs)
    {
        var job = JobBuilder.Create<CountingJob>().WithIdentity("count").StoreDurably().Build();
        var triggers = Enumerable.Range(0, jobs)
            .Select(_ => TriggerBuilder.Create()
                .ForJob(job)
                .StartNow()
                .WithSimpleSchedule(schedule => schedule.WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires))
                .Build())
            .ToList();
        await scheduler.ScheduleJobs(new Dictionary<IJobDetail, IReadOnlyCollection<ITrigger>> { [job] = triggers }, new ScheduleJobOptions { Replace = true });
        var done = JobCounter.Expect(jobs);
        await scheduler.Start();
        await done;
        Console.WriteLine("counted");
        await scheduler.Standby();
        Console.WriteLine("stopped");
    }

    private sealed class CountingJob : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
        {
            JobCounter.Count();
            return ValueTask.CompletedTask;
        }
    }
}
