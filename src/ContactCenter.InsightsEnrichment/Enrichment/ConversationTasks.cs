using ContactCenter.InsightsEnrichment.Conversations;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>A conversation as a batch finds it: its identity and all its tasks.</summary>
internal sealed record ConversationTasks(string AccountSid, string ConversationId, IReadOnlyList<TaskTimeline> Tasks);
