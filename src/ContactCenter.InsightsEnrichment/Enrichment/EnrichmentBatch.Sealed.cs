using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.Retention;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>The part of a batch that is about tasks whose raw events were removed for their age: they stay as they are, with whatever joins them (INS-22).</summary>
internal sealed partial class EnrichmentBatch
{
    /// <summary>Leaves events of sealed tasks out of every result: they are kept as failed.</summary>
    private List<RawEvent> LeaveOut(IReadOnlyList<RawEvent> claimed, Dictionary<string, TaskRow> stored)
    {
        var left = claimed.ToLookup(raw => stored.GetValueOrDefault(raw.TaskSid!) is { IsSealed: true });
        foreach (var raw in left[true])
        {
            _outcomes[raw.RawEventId] = RawEventStatus.Failed;
            Warn(raw, SealedStore.Warning, "");
        }

        return [.. left[false]];
    }

    /// <summary>Sealed tasks with what is stored of them: their segments, the conversation that they belong to, and what others may join them by.</summary>
    private async Task<List<SettledTask>> SettledAsync(List<TaskRow> tasks, List<TaskLinkRow> links)
    {
        if (tasks.Count == 0)
            return [];
        var segments = (await _store.SegmentsAsync([.. tasks.Select(task => task.TaskSid)])).Where(row => !row.Withdrawn)
            .Select(row => EnrichmentChanges.Read(row)).ToLookup(segment => segment.TaskSid, StringComparer.Ordinal);
        var linksOf = links.ToLookup(row => row.TaskSid, row => row.Link, StringComparer.Ordinal);
        return tasks.ConvertAll(task => new SettledTask(
            task.AccountSid,
            TaskLinks.OfSealed(task.TaskSid, task.ConversationId, linksOf[task.TaskSid].Select(link => link[(task.AccountSid.Length + 1)..])).JoinedTo(task.JoinedTo),
            new(task.TaskSid, [.. segments[task.TaskSid]])));
    }

    private sealed record SettledTask(string AccountSid, TaskLinks Links, SealedTask Task);
}
