namespace ContactCenter.InsightsEnrichment.Warnings;

/// <summary>Something in received data that was not as it should be; processing went on (INS-112).</summary>
/// <param name="AccountSid">The account; empty if the event names none.</param>
/// <param name="Code">Code of the contract, such as <c>unknown_event_type</c>.</param>
/// <param name="Field">The field concerned; empty where the warning is about the whole event.</param>
/// <param name="Sample">One value, of which the first three characters are kept; null without.</param>
/// <param name="RawEventId">An event that shows it; null where several together do.</param>
public sealed record Warning(string AccountSid, string Code, string Field, string? Sample, Guid? RawEventId)
{
    /// <summary>What else matters, shown after the sample, such as the original length; null without.</summary>
    public string? Note { get; init; }
}
