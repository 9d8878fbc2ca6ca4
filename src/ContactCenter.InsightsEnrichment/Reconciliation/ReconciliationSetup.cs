using ContactCenter.Durable;

namespace ContactCenter.InsightsEnrichment.Reconciliation;

/// <summary>Adds the recurring job.</summary>
internal static class ReconciliationSetup
{
    /// <summary>Adds the job at the configured interval; not at all where that is 0.</summary>
    public static DurableBuilder AddReconciliation(this DurableBuilder durable, IConfiguration configuration)
    {
        var interval = (configuration.GetSection("Reconcile").Get<ReconcileOptions>() ?? new()).Interval;
        if (interval >= TimeSpan.FromSeconds(1))
            durable.AddRecurring<ReconcileHandler>(ReconcileHandler.JobName, Schedule.Aligned(interval));
        return durable;
    }
}
