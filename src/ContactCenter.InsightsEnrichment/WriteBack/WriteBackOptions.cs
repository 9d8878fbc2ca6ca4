using System.ComponentModel.DataAnnotations;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>Settings under <c>WriteBack</c>.</summary>
public sealed class WriteBackOptions
{
    /// <summary>Workers of an account that are updated at a time, 1 to 64 (INS-119).</summary>
    [Range(1, 64)]
    public int Parallelism { get; set; } = 4;
}

/// <summary>Settings under <c>Workers</c>.</summary>
public sealed class WorkersOptions
{
    /// <summary>Whether single sign-on manages workers, so that it overwrites at the next log-in what is written here (INS-100).</summary>
    public bool SsoManaged { get; set; }
}
