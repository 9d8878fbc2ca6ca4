namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>Something that somebody decided about a conversation or one of its segments, kept for ever.</summary>
/// <param name="EntryId">UUIDv7.</param>
/// <param name="Action">What, as stored.</param>
/// <param name="AccountSid">The account.</param>
/// <param name="ConversationIds">The conversations concerned.</param>
/// <param name="Actor">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="Changes">What changed.</param>
/// <param name="CreateTime">When.</param>
public sealed record ConversationDecision(
    Guid EntryId,
    string Action,
    string AccountSid,
    IReadOnlyList<string> ConversationIds,
    string Actor,
    string Reason,
    IReadOnlyList<ValueChange> Changes,
    DateTimeOffset CreateTime)
{
    /// <summary>Stored word of values that were corrected.</summary>
    public const string Correct = "correct";
    /// <summary>Stored word of a correction that was withdrawn.</summary>
    public const string WithdrawCorrection = "withdraw_correction";
    /// <summary>Stored word of a link that was set.</summary>
    public const string SetSegmentLink = "set_segment_link";
    /// <summary>Stored word of a task that was joined to a conversation.</summary>
    public const string LinkTask = "link_task";
    /// <summary>Stored word of a task that was parted from its conversation.</summary>
    public const string UnlinkTask = "unlink_task";
    /// <summary>Stored word of a conversation assigned to another customer.</summary>
    public const string Relink = "relink";
    /// <summary>Stored word of such an assignment taken back.</summary>
    public const string WithdrawRelink = "withdraw_relink";

    /// <summary>The segment; null if it is about more.</summary>
    public string? SegmentId { get; init; }

    /// <summary>The task that was moved; null for other actions.</summary>
    public string? TaskSid { get; init; }

    /// <summary>The correction that was made or withdrawn; null for other actions.</summary>
    public Guid? CorrectionId { get; init; }
}

/// <summary>A value before and after a decision.</summary>
/// <param name="Field">Its name.</param>
/// <param name="Before">What was shown; null for nothing.</param>
/// <param name="After">What is shown since; null for nothing.</param>
public sealed record ValueChange(string Field, string? Before, string? After);
