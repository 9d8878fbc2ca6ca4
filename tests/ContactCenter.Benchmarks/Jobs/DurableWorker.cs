using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using ContactCenter.Durable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Benchmarks.Jobs;

/// <summary>Our worker process: the production host with one kind of job.</summary>
internal static class DurableWorker
{
    internal const string ChildName = "jobs-durable";
    internal const string Kind = "benchmark.count";

    /// <summary>SQL: whether any job that is due is not done.</summary>
    internal const string Unfinished =
        $"""
        EXISTS (SELECT FROM durable.jobs WHERE state = 'LEASED')
        OR EXISTS (SELECT FROM durable.jobs WHERE state = 'READY' AND kind = '{Kind}' AND ready_time <= now())
        """;

    // What a service writes in one transaction.
    private const int JobsPerTransaction = 20_000;
    private const int PendingKeys = 10_000;
    private const int PendingGroups = 100;

    private static readonly TimeSpan PendingFrom = TimeSpan.FromHours(1);
    private static readonly ConcurrentBag<TimeSpan> Lateness = [];

    internal static async Task<int> RunAsync(string[] arguments)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:database"] = arguments[0],
            ["ConnectionStrings:rabbitmq"] = arguments[1],
            ["Durable:ClaimSize"] = "1000",
        });
        builder.AddDurable("jobs-benchmark", Assembly.GetExecutingAssembly(), durable => durable.AddJob<Handler>(Kind));
        using var host = builder.Build();
        await host.StartAsync();
        var database = host.Services.GetRequiredService<DurableDatabase>();
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            var jobs = int.Parse(words[1]);
            switch (words[0])
            {
                case "run":
                    await RunAsync(database, jobs, TimeSpan.Zero);
                    Console.WriteLine("stopped");
                    break;
                case "pend":
                    await PendAsync(database, jobs);
                    Console.WriteLine("pending");
                    break;
                case "spread":
                    Lateness.Clear();
                    await RunAsync(database, jobs, TimeSpan.FromSeconds(int.Parse(words[2])));
                    Console.WriteLine(Lateness.Order().ElementAt(jobs * 99 / 100).TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
                    break;
            }
        }

        await host.StopAsync();
        return 0;
    }

    /// <summary>Adds jobs in one transaction, due within a time from now, and waits until they have run.</summary>
    private static async Task RunAsync(DurableDatabase database, int jobs, TimeSpan within)
    {
        var done = JobCounter.Expect(jobs);
        var start = TimeProvider.System.GetUtcNow() + (within > TimeSpan.Zero ? TimeSpan.FromSeconds(1) : TimeSpan.Zero);
        await using (var transaction = await database.BeginAsync(CancellationToken.None))
        {
            for (var i = 0; i < jobs; i++)
            {
                var due = start + within * i / jobs;
                transaction.Enqueue(Kind, new Payload(due), new JobOptions { DueTime = due });
            }

            await transaction.CommitAsync(CancellationToken.None);
        }

        await done;
        Console.WriteLine("counted");
    }

    /// <summary>Adds jobs that are due within the next month, in many groups, half of them with a key.</summary>
    private static async Task PendAsync(DurableDatabase database, int jobs)
    {
        var start = TimeProvider.System.GetUtcNow() + PendingFrom;
        for (var added = 0; added < jobs;)
        {
            await using var transaction = await database.BeginAsync(CancellationToken.None);
            for (var i = 0; i < JobsPerTransaction && added < jobs; i++, added++)
            {
                transaction.Enqueue(Kind, new Payload(start), new JobOptions
                {
                    DueTime = start + TimeSpan.FromSeconds(Random.Shared.Next(30 * 86_400)),
                    Group = $"group-{added % PendingGroups}",
                    Key = added % 2 == 0 ? null : $"key-{added % PendingKeys}",
                });
            }

            await transaction.CommitAsync(CancellationToken.None);
        }
    }

    private sealed record Payload(DateTimeOffset DueTime);

    private sealed class Handler : IJobHandler
    {
        public Task RunAsync(JobRun job, CancellationToken cancellationToken)
        {
            Lateness.Add(TimeProvider.System.GetUtcNow() - job.Payload<Payload>().DueTime);
            JobCounter.Count();
            return Task.CompletedTask;
        }
    }
}
