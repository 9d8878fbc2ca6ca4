using System.ComponentModel.DataAnnotations;

namespace ContactCenter.StorageExport.Uploads;

/// <summary>Settings under <c>Storage:Upload</c>.</summary>
public sealed class UploadOptions
{
    /// <summary>Most connections to a store, 1 to 16 (STO-30).</summary>
    [Range(1, 16)]
    public int Connections { get; set; } = 4;

    /// <summary>Most unanswered writes of a connection, 1 to 256 (STO-25).</summary>
    [Range(1, 256)]
    public int WritesInFlight { get; set; } = 64;

    /// <summary>Largest file that is taken in, in bytes, 1 MiB to 16 GiB (STO-48).</summary>
    [Range(1L << 20, 1L << 34)]
    public long MaxFileBytes { get; set; } = 1L << 31;

    /// <summary>How often a file is tried that its store refuses, 1 to 100 (STO-61).</summary>
    [Range(1, 100)]
    public int Attempts { get; set; } = 10;

    /// <summary>How often a store is tried that cannot be written to, 1 s to 10 min (STO-62).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest silence of a store while an answer is due, 10 s to 10 min (STO-30).</summary>
    [Range(typeof(TimeSpan), "00:00:10", "00:10:00")]
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(60);
}
