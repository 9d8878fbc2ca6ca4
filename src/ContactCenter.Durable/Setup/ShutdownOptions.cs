using System.ComponentModel.DataAnnotations;

namespace ContactCenter.Durable;

/// <summary>Settings under <c>Shutdown</c>.</summary>
public sealed class ShutdownOptions
{
    internal const int FlushSeconds = 2;

    /// <summary>Seconds that open calls and running jobs get to end before they are cut off or given back, 1 to 60 (DUR-54). The process ends within 2 s more.</summary>
    [Range(1, 60)]
    public int Seconds { get; set; } = 8;
}
