using ContactCenter.Durable.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Durable.Tests.Jobs;

/// <summary>Hosts with kinds of job, and what is in their table.</summary>
public abstract class JobTest(TestServers servers) : DurableTest(servers)
{
    protected const string Kind = "numbers.add";

    protected override Task<string> TakeBrokerAsync() => Servers.ShareVirtualHostAsync();

    /// <summary>A host whose jobs of <see cref="Kind"/> do what the script says.</summary>
    protected Task<IHost> StartAsync(
        Func<JobRun, CancellationToken, Task> script, RetryPolicy? policy = null, TimeProvider? time = null, TimeSpan? maxRunTime = null, params (string Key, string Value)[] settings) =>
        StartAsync(durable => durable.AddJob<Scripted>(Kind, policy, maxRunTime), builder =>
        {
            builder.Services.AddSingleton(new Script(script));
            builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
            if (time is not null)
                builder.Services.AddSingleton(time);
        });

    protected static Task<EnqueuedJob> EnqueueAsync(IHost host, int number, JobOptions? options = null) => EnqueueAsync(host, Kind, number, options);

    protected static async Task<EnqueuedJob> EnqueueAsync(IHost host, string kind, int number, JobOptions? options = null)
    {
        await using var transaction = await DatabaseOf(host).BeginAsync(Cancellation);
        var job = transaction.Enqueue(kind, new Number(number, options?.Key ?? ""), options);
        await transaction.CommitAsync(Cancellation);
        return job;
    }

    protected static void Wake(IHost host) => host.Services.GetRequiredService<JobQueue>().Signal.Set();

    protected Task<int> JobsAsync(string condition = "true") => ScalarAsync<int>($"SELECT count(*) FROM durable.jobs WHERE {condition}");

    /// <summary>Lets all leases end now, so that a test need not wait.</summary>
    protected Task EndLeasesAsync() => ExecuteAsync("UPDATE durable.jobs SET lease_end = now() WHERE lease_end IS NOT NULL");
}
