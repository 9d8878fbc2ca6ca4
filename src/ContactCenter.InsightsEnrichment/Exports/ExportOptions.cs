using System.ComponentModel.DataAnnotations;

namespace ContactCenter.InsightsEnrichment.Exports;

/// <summary>Settings of exports, under <c>Retention</c>.</summary>
public sealed class ExportOptions
{
    /// <summary>Days that files are kept, 1 to 365 (INS-133).</summary>
    [Range(1, 365, ErrorMessage = "Retention:ExportDays must be 1 to 365.")]
    public int ExportDays { get; set; } = 7;
}
