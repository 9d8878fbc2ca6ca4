using System.ComponentModel.DataAnnotations;

namespace ContactCenter.InsightsEnrichment.Loads;

/// <summary>Settings under <c>Load</c>.</summary>
public sealed class LoadOptions
{
    /// <summary>Minutes from one load to the next: 60 (default), 30 or 15 (INS-101).</summary>
    [AllowedValues(60, 30, 15, ErrorMessage = "Load:IntervalMinutes must be 60, 30 or 15.")]
    public int IntervalMinutes { get; set; } = 60;
}
