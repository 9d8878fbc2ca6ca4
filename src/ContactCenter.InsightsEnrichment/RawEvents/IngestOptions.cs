using System.ComponentModel.DataAnnotations;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>Settings under <c>Ingest</c>.</summary>
public sealed class IngestOptions
{
    /// <summary>Largest form body in bytes, 1 KiB to 4 MiB (INS-21).</summary>
    [Range(1_024, 4_194_304)]
    public int MaxFormBytes { get; set; } = 1_048_576;

    /// <summary>Largest JSON body in bytes, 1 KiB to 4 MiB (INS-21).</summary>
    [Range(1_024, 4_194_304)]
    public int MaxJsonBytes { get; set; } = 4_194_304;

    /// <summary>Stored events waiting to be processed above which no more are taken, 1 to 10 million (INS-137).</summary>
    [Range(1, 10_000_000)]
    public int QueueLimit { get; set; } = 100_000;
}
