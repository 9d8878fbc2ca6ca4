using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>A correction as it is stored.</summary>
internal sealed class CorrectionRow
{
    public Guid CorrectionId { get; init; }
    public string AccountSid { get; init; } = "";
    public string? SegmentId { get; init; }
    public string? ConversationId { get; init; }
    public string? TaskSid { get; init; }
    public string FieldValues { get; init; } = "{}";
    public string Actor { get; init; } = "";
    public string Reason { get; init; } = "";
    public DateTime CreateTime { get; init; }

    public Correction ToCorrection() => new(
        CorrectionId, AccountSid, SegmentId, ConversationId, TaskSid,
        JsonSerializer.Deserialize(FieldValues, StateJson.Default.SortedDictionaryStringString)!, Actor, Reason, new(CreateTime));
}
