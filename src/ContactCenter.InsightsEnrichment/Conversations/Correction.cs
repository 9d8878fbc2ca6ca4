namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>Values that somebody set in place of those that events give, of one segment or of all segments of a conversation (INS-24).</summary>
/// <param name="CorrectionId">UUIDv7.</param>
/// <param name="AccountSid">Account of the segment or conversation.</param>
/// <param name="SegmentId">The segment; null for a conversation.</param>
/// <param name="ConversationId">The conversation; null for a segment.</param>
/// <param name="TaskSid">Task of the segment; null for a conversation.</param>
/// <param name="Values">The values by field: texts as they are, numbers in invariant form.</param>
/// <param name="Actor">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="CreateTime">When.</param>
public sealed record Correction(
    Guid CorrectionId,
    string AccountSid,
    string? SegmentId,
    string? ConversationId,
    string? TaskSid,
    IReadOnlyDictionary<string, string> Values,
    string Actor,
    string Reason,
    DateTimeOffset CreateTime)
{
    /// <summary>Corrections in the order in which they take effect: those of a segment after those of its conversation, later ones after earlier ones.</summary>
    public static Comparer<Correction> InOrder { get; } = Comparer<Correction>.Create((left, right) =>
    {
        if ((left.SegmentId is not null).CompareTo(right.SegmentId is not null) is var byTarget and not 0)
            return byTarget;
        return left.CreateTime.CompareTo(right.CreateTime) is var byTime and not 0
            ? byTime
            : string.CompareOrdinal(left.CorrectionId.ToString(), right.CorrectionId.ToString());
    });
}

/// <summary>A correction as a segment shows it, part of its document.</summary>
/// <param name="CorrectionId">See <see cref="Correction.CorrectionId"/>.</param>
/// <param name="OfConversation">Whether it was made for the whole conversation.</param>
/// <param name="Values">Its values, in ordinal order of their fields.</param>
/// <param name="Actor">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="CreateTime">When.</param>
public sealed record SegmentCorrection(
    Guid CorrectionId, bool OfConversation, IReadOnlyList<CorrectedValue> Values, string Actor, string Reason, DateTimeOffset CreateTime)
{
    /// <summary>Shows a correction.</summary>
    /// <param name="correction">The correction.</param>
    /// <param name="before">The values without it.</param>
    internal static SegmentCorrection Of(Correction correction, SegmentFields before) => new(
        correction.CorrectionId,
        correction.SegmentId is null,
        [.. correction.Values.OrderBy(value => value.Key, StringComparer.Ordinal).Select(value => new CorrectedValue(value.Key, value.Value, before.Text(value.Key)))],
        correction.Actor,
        correction.Reason,
        correction.CreateTime);
}

/// <summary>One value of a correction.</summary>
/// <param name="Field">Its field.</param>
/// <param name="Value">What is shown.</param>
/// <param name="Replaced">What would be shown without it; null for nothing.</param>
public sealed record CorrectedValue(string Field, string Value, string? Replaced);
