using System.Globalization;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>The values of a segment.</summary>
/// <param name="Attributes">Texts to group by.</param>
/// <param name="Labels">Texts shown for attributes.</param>
/// <param name="Measures">Numbers, in ordinal order of their names.</param>
internal readonly record struct SegmentFields(FieldValues Attributes, FieldValues Labels, SortedList<string, double> Measures)
{
    /// <summary>The value of a field, a number in invariant form; null if it has none.</summary>
    /// <param name="field">Its name.</param>
    public string? Text(string field) => Attributes.GetValueOrDefault(field) ?? Labels.GetValueOrDefault(field)
        ?? (Measures.TryGetValue(field, out var number) ? number.ToString(CultureInfo.InvariantCulture) : null);
}

/// <summary>What TaskRouter says about a segment, for values that the attributes do not give.</summary>
/// <param name="TaskChannel">Unique name of the task channel.</param>
/// <param name="QueueSid">The queue.</param>
/// <param name="QueueName">Its name.</param>
/// <param name="Workflow">Name of the workflow.</param>
/// <param name="Activity">Activity of the worker; null without agent.</param>
/// <param name="Worker">Attributes of the worker; empty without agent.</param>
/// <param name="StatedReason">Reason stated at the end of the task, if the segment is its last.</param>
/// <param name="Abandoned">Whether the customer gave up here.</param>
/// <param name="ShortWait">Whether that was after a wait that counts as short.</param>
/// <param name="ReportForeign">Whether names without meaning are reported also outside our objects.</param>
internal sealed record SegmentDefaults(
    string? TaskChannel, string? QueueSid, string? QueueName, string? Workflow, string? Activity, WorkerAttributes Worker, string? StatedReason, bool Abandoned,
    bool ShortWait, bool ReportForeign);
