using ContactCenter.Durable;

namespace ContactCenter.InsightsEnrichment.Loads;

/// <summary>Payload of the job of a load that was asked for.</summary>
/// <param name="LoadId">The load.</param>
public sealed record LoadReference(Guid LoadId);

/// <summary>Runs a load that was asked for.</summary>
/// <param name="runner">Runs it.</param>
public sealed class RequestedLoad(LoadRunner runner) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "loads.run";

    /// <inheritdoc />
    public Task RunAsync(JobRun job, CancellationToken cancellationToken) => runner.RunAsync(job.Payload<LoadReference>().LoadId, cancellationToken);
}

/// <summary>Runs the load of every hour, or of every 30 or 15 minutes; one that was missed is run at the next start.</summary>
/// <param name="runner">Runs it.</param>
public sealed class DueLoad(LoadRunner runner) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "loads.due";

    /// <inheritdoc />
    public Task RunAsync(JobRun job, CancellationToken cancellationToken) => runner.RunDueAsync(job.Payload<Occurrence>().Time, cancellationToken);
}

/// <summary>Adds the loads to the service.</summary>
internal static class LoadSetup
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(30);

    /// <summary>Adds the jobs. As the interval may change, each quarter of an hour sees whether it is over.</summary>
    public static DurableBuilder AddLoads(this DurableBuilder durable) => durable
        .AddRecurring<DueLoad>(DueLoad.Kind, Schedule.Aligned(TimeSpan.FromMinutes(15)), maxRunTime: LongestRun)
        .AddJob<RequestedLoad>(RequestedLoad.Kind, maxRunTime: LongestRun);

    /// <summary>Adds what the jobs and the service need.</summary>
    public static void AddLoads(this IServiceCollection services)
    {
        services.AddOptions<LoadOptions>().BindConfiguration("Load").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<LoadStore>();
        services.AddSingleton<LoadRunner>();
    }
}
