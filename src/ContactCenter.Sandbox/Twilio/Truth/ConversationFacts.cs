using ContactCenter.Insights.V1;

namespace ContactCenter.Sandbox.Twilio.Truth;

/// <summary>What must be right about a conversation.</summary>
/// <param name="ConversationId">Its id.</param>
/// <param name="TaskSids">Its tasks, in ordinal order, separated by blanks.</param>
/// <param name="Start">When its first segment began.</param>
/// <param name="End">When its last segment ended; null while one lasts.</param>
/// <param name="Segments">How many segments it has.</param>
/// <param name="Abandoned">Whether the customer gave up.</param>
/// <param name="Handling">Talk and wrap-up time, outbound with ring time, in whole seconds.</param>
public sealed record ConversationFacts(
    string ConversationId, string TaskSids, DateTimeOffset Start, DateTimeOffset? End, int Segments, bool Abandoned, long Handling)
{
    /// <summary>Reads the facts of a conversation that was served.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <returns>Its facts.</returns>
    public static ConversationFacts Of(Conversation conversation) => new(
        conversation.ConversationId,
        string.Join(' ', conversation.TaskSids),
        conversation.StartTime.ToDateTimeOffset(),
        conversation.EndTime?.ToDateTimeOffset(),
        conversation.SegmentCount,
        conversation.Abandoned == Insights.V1.Abandoned.Yes,
        conversation.HandlingTime?.Seconds ?? 0);
}
