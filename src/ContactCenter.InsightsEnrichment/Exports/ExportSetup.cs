using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.DataSets;
using ContactCenter.InsightsEnrichment.Metrics;

namespace ContactCenter.InsightsEnrichment.Exports;

/// <summary>Adds data sets, exports and metrics to the service.</summary>
internal static class ExportSetup
{
    /// <summary>Adds the jobs.</summary>
    public static DurableBuilder AddExports(this DurableBuilder durable) => durable
        .AddJob<ExportWriter>(ExportWriter.Kind, maxRunTime: ExportWriter.LongestRun)
        .AddRecurring<ExportExpiry>(ExportExpiry.Kind, Schedule.Every(TimeSpan.FromHours(1)));

    /// <summary>Adds what the jobs and the services need.</summary>
    public static void AddExports(this IServiceCollection services)
    {
        services.AddOptions<ExportOptions>().BindConfiguration("Retention").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DataSetCatalog>();
        services.AddSingleton<ExportStore>();
        services.AddSingleton<MetricStore>();
    }
}
