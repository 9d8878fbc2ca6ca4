using System.Text.Json.Serialization;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>Something in a segment's events that was not as it should be (INS-112). It is counted once, however often the segment is worked out again.</summary>
/// <param name="Code">Code of the contract.</param>
/// <param name="Field">The field concerned; empty where the warning is about the segment.</param>
/// <param name="Sample">The first characters of the value; null without.</param>
/// <param name="Note">What else matters, such as the original length; null without.</param>
public sealed record SegmentWarning(string Code, string Field, string? Sample, string? Note)
{
    /// <summary>Code of the warning that events of a reservation are missing; it is closed when they come after all.</summary>
    public const string Corrupted = "segment_corrupted";

    /// <summary>The event that shows it. Which arrival of an event is read is no property of the segment, so it is not stored.</summary>
    [JsonIgnore]
    public Guid RawEventId { get; init; }
}

/// <summary>Collects the warnings of one segment, each code and field once.</summary>
internal sealed class SegmentWarnings
{
    private const int SampleLength = 3;

    private List<SegmentWarning>? _warnings;

    /// <summary>What was collected; null if nothing.</summary>
    public IReadOnlyList<SegmentWarning>? All => _warnings;

    /// <summary>Adds a warning.</summary>
    /// <param name="source">The event that shows it.</param>
    /// <param name="code">Code of the contract.</param>
    /// <param name="field">The field concerned; empty where the warning is about the segment.</param>
    /// <param name="value">The value, of which only the first characters are kept.</param>
    /// <param name="note">What else matters.</param>
    public void Add(TaskRouterEvent source, string code, string field = "", string? value = null, string? note = null)
    {
        if (_warnings?.Exists(warning => warning.Code == code && warning.Field == field) == true)
            return;
        var sample = value is { Length: > SampleLength } ? value[..SampleLength] + "…" : value;
        (_warnings ??= []).Add(new(code, field, sample, note) { RawEventId = source.RawEventId });
    }
}
