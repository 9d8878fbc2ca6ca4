using System.ComponentModel.DataAnnotations;

namespace ContactCenter.StorageExport.Documents;

/// <summary>Settings under <c>Storage:Metadata</c>.</summary>
public sealed class MetadataOptions
{
    /// <summary>Days after the end of a session in which a changed document is written again, 1 to 365 (STO-41).</summary>
    [Range(1, 365)]
    public int ReexportDays { get; set; } = 30;

    /// <summary>Shortest time from one version of a document to the next, up to an hour (STO-41).</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Debounce { get; set; } = TimeSpan.FromSeconds(60);
}
