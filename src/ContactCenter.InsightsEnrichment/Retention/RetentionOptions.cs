using System.ComponentModel.DataAnnotations;

namespace ContactCenter.InsightsEnrichment.Retention;

/// <summary>Settings under <c>Retention</c>: how long what was received, and what was made of it, is kept (INS-22).</summary>
public sealed class RetentionOptions : IValidatableObject
{
    private const int Longest = 36_500;

    /// <summary>Days that raw events are kept after their receipt, 1 to <see cref="DataDays"/>; those of open conversations and sessions stay longer.</summary>
    public int RawDays { get; set; } = 400;

    /// <summary>Days that segments, conversations and sessions are kept after the last of their events was received, up to 36,500.</summary>
    [Range(1, Longest, ErrorMessage = "Retention:DataDays must be 1 to 36500.")]
    public int DataDays { get; set; } = 1100;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RawDays < 1 || RawDays > DataDays)
            yield return new("Retention:RawDays must be 1 to Retention:DataDays.", [nameof(RawDays)]);
    }
}

/// <summary>Settings under <c>Rbm:Retention</c>.</summary>
public sealed class RbmRetentionOptions
{
    /// <summary>Days that raw events of RCS messaging are kept after their receipt, 1 to 36,500 (MSG-44).</summary>
    [Range(1, 36_500, ErrorMessage = "Rbm:Retention:RawDays must be 1 to 36500.")]
    public int RawDays { get; set; } = 90;
}
