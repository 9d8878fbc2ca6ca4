using ContactCenter.Durable;

namespace ContactCenter.InsightsEnrichment.Retention;

/// <summary>Adds the removal of what is old enough to the service.</summary>
internal static class RetentionSetup
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(30);

    /// <summary>Adds the jobs.</summary>
    public static DurableBuilder AddRetention(this DurableBuilder durable) => durable
        .AddRecurring<RawEventRetention>(RawEventRetention.Kind, Schedule.Every(TimeSpan.FromHours(1)), maxRunTime: LongestRun)
        .AddRecurring<ResultRetention>(ResultRetention.Kind, Schedule.Every(TimeSpan.FromHours(1)), maxRunTime: LongestRun);

    /// <summary>Adds their settings.</summary>
    public static void AddRetention(this IServiceCollection services)
    {
        services.AddOptions<RetentionOptions>().BindConfiguration("Retention").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<RbmRetentionOptions>().BindConfiguration("Rbm:Retention").ValidateDataAnnotations().ValidateOnStart();
    }
}
