using System.ComponentModel.DataAnnotations;

namespace ContactCenter.Durable;

/// <summary>Settings under <c>Shutdown</c>.</summary>
public sealed class ShutdownOptions
{
    /// <summary>Seconds that running jobs get to end before they are given back, 1 to 60 (DUR-54).</summary>
    [Range(1, 60)]
    public int Seconds { get; set; } = 8;
}
