using ContactCenter.Durable;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>Adds what writes back to TaskRouter to the service.</summary>
internal static class WriteBackSetup
{
    /// <summary>Adds the jobs.</summary>
    public static DurableBuilder AddWriteBackJobs(this DurableBuilder durable) => durable
        .AddJob<TaskWriteBackHandler>(WriteBackRetries.TaskJob, WriteBackRetries.OfJob(WriteBackRetries.Tasks))
        .AddJob<WorkerUpdateHandler>(WriteBackRetries.WorkerJob, WriteBackRetries.OfJob(WriteBackRetries.Workers));

    /// <summary>Adds what the jobs and the service need.</summary>
    public static void AddWriteBack(this IServiceCollection services)
    {
        services.AddOptions<WriteBackOptions>().BindConfiguration("WriteBack").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<WorkersOptions>().BindConfiguration("Workers");
        services.AddSingleton<RestCredentials>();
        services.AddSingleton<AccountPauses>();
        services.AddSingleton<TaskRouterClient>();
        services.AddSingleton<WriteBackStore>();
        services.AddSingleton<WorkerUpdateStore>();
        services.AddSingleton<WorkerRuns>();
        services.AddHealthChecks().AddCheck<RestKeyHealthCheck>("taskrouter-api-key");
    }
}
