using System.Text.Json.Serialization;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.Retention;

namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>
/// The handling of one customer's contact, as its segments tell it; <c>protos/…/conversation.proto</c> says what each
/// value means. Times are whole seconds.
/// </summary>
public sealed record Conversation
{
    /// <summary>Identity within the account.</summary>
    public required string ConversationId { get; init; }

    /// <summary>The tasks, in ordinal order.</summary>
    public required IReadOnlyList<string> TaskSids { get; init; }

    /// <summary>Channel of the first segment.</summary>
    public string? Channel { get; init; }

    /// <summary><c>Inbound</c>, <c>Outbound</c> or <c>Internal</c>.</summary>
    public required string Direction { get; init; }

    /// <summary>When the first segment began.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>When the last segment ended; null while the conversation is open.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary><c>No</c>, <c>Yes</c> or <c>Follow-Up</c>.</summary>
    public required string Abandoned { get; init; }

    /// <summary>Outcome of the last segment that has one.</summary>
    public string? Outcome { get; init; }

    /// <summary>The agents' side (INS-71).</summary>
    public required int HandlingSeconds { get; init; }

    /// <summary>The customer's side (INS-72).</summary>
    public required int ExperienceSeconds { get; init; }

    /// <summary>Waiting of the Queue segments.</summary>
    public required int QueueSeconds { get; init; }

    /// <summary>Talk time of the Conversation segments.</summary>
    public required int TalkSeconds { get; init; }

    /// <summary>Wrap-up time of the Conversation segments.</summary>
    public required int WrapUpSeconds { get; init; }

    /// <summary>Number of segments.</summary>
    public required int SegmentCount { get; init; }

    /// <summary>The customer, before merges; null until it was looked for.</summary>
    public string? CustomerId { get; init; }

    /// <summary>Where the key was found by which the customer is known.</summary>
    public LinkSource? CustomerLinkSource { get; init; }

    /// <summary>Whether the customer may still change as no segment has completed (INS-84).</summary>
    public bool Provisional { get; init; }

    /// <summary>Whether all tasks have ended and no segment is in progress (INS-142).</summary>
    [JsonIgnore]
    public bool IsClosed => EndTime is not null;

    /// <summary>Sums up a conversation.</summary>
    /// <param name="conversationId">Its id.</param>
    /// <param name="tasks">Its tasks.</param>
    /// <param name="kept">Its sealed tasks, which ended long ago; null for none.</param>
    /// <returns>Null as long as there is no segment.</returns>
    public static Conversation? Of(string conversationId, IReadOnlyCollection<TaskTimeline> tasks, IReadOnlyCollection<SealedTask>? kept = null)
    {
        var segments = tasks.SelectMany(task => task.Segments).Concat((kept ?? []).SelectMany(task => task.Segments))
            .OrderBy(segment => segment.StartTime).ThenBy(segment => segment.SegmentId, StringComparer.Ordinal).ToList();
        if (segments.Count == 0)
            return null;
        var handled = segments.Where(segment => segment.Kind == SegmentKind.Conversation).ToList();
        var queue = segments.Where(segment => segment.Kind == SegmentKind.Queue).Sum(segment => segment.Measured("queue_time"));
        var talk = handled.Sum(segment => segment.Measured("talk_time"));
        var wrapUp = handled.Sum(segment => segment.Measured("wrap_up_time"));
        var outboundRing = handled.Where(segment => segment.Attributes["direction"] == FieldRules.Outbound).Sum(segment => segment.Measured("ring_time"));
        // Every handling of a task repeats what the task's attributes say of the menu before it.
        var ivr = handled.GroupBy(segment => segment.TaskSid).Sum(task => task.Max(segment => segment.Measured("ivr_time")));
        return new()
        {
            ConversationId = conversationId,
            TaskSids = [.. tasks.Select(task => task.TaskSid).Concat((kept ?? []).Select(task => task.TaskSid)).Order(StringComparer.Ordinal)],
            Channel = segments[0].Attributes.GetValueOrDefault("channel"),
            Direction = segments[0].Attributes["direction"],
            StartTime = segments[0].StartTime,
            EndTime = tasks.All(task => task.End is not null) && segments.All(segment => segment.IsClosed) ? segments.Max(segment => segment.EndTime) : null,
            Abandoned = Abandonment(segments),
            Outcome = segments.Select(segment => segment.Attributes.GetValueOrDefault("outcome")).LastOrDefault(outcome => outcome is not null),
            HandlingSeconds = Whole(talk + wrapUp + outboundRing),
            ExperienceSeconds = Whole(ivr + queue + talk + outboundRing),
            QueueSeconds = Whole(queue),
            TalkSeconds = Whole(talk),
            WrapUpSeconds = Whole(wrapUp),
            SegmentCount = segments.Count,
        };
    }

    private static string Abandonment(List<Segment> segments)
    {
        if (segments.Any(segment => segment.Attributes["abandoned"] == FieldRules.Yes && segment.Attributes.GetValueOrDefault("abandoned_phase") != FieldRules.Voicemail))
            return FieldRules.Yes;
        return segments.Any(segment => segment.Attributes["abandoned"] == FieldRules.FollowUp) ? FieldRules.FollowUp : FieldRules.No;
    }

    private static int Whole(double seconds) => (int)Math.Clamp(Math.Round(seconds), 0, int.MaxValue);
}
