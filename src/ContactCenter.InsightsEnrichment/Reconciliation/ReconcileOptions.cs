using System.ComponentModel.DataAnnotations;

namespace ContactCenter.InsightsEnrichment.Reconciliation;

/// <summary>Settings under <c>Reconcile</c> (INS-19).</summary>
public sealed class ReconcileOptions
{
    /// <summary>How often the list of events is read, 1 s to 1 day; 0 never. Default 15 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How far back it is read, 1 minute to 1 day. Default 60 minutes.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(60);
}
