using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Retention;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>A conversation as a batch finds it: its identity and all its tasks.</summary>
/// <param name="AccountSid">Its account.</param>
/// <param name="ConversationId">Its id.</param>
/// <param name="Tasks">Its tasks but those that are sealed.</param>
internal sealed record ConversationTasks(string AccountSid, string ConversationId, IReadOnlyList<TaskTimeline> Tasks)
{
    /// <summary>Its tasks whose raw events were removed for their age.</summary>
    public IReadOnlyList<SealedTask> Sealed { get; init; } = [];
}
