using System.Buffers;

namespace ContactCenter.InsightsEnrichment.MessageAnalytics;

/// <summary>What RCS for Business reports, read and ready to be stored.</summary>
public sealed record Notification
{
    private const int LongestAgentId = 128;
    private static readonly SearchValues<char> AgentIdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@_-");

    /// <summary>Its id here.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>Hash of what makes it one and the same on every delivery (MSG-8).</summary>
    public required byte[] DeduplicationKey { get; init; }

    /// <summary>The agent that it is about.</summary>
    public required string AgentId { get; init; }

    /// <summary>One of <see cref="NotificationKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>When it happened (MSG-10).</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When it came.</summary>
    public required DateTimeOffset ReceivedTime { get; init; }

    /// <summary>The message: of the agent for receipts, of the user for what users send; null where none is named.</summary>
    public string? MessageId { get; init; }

    /// <summary>Id of the event; null where none is named.</summary>
    public string? EventId { get; init; }

    /// <summary>The user, as received; null where none is named.</summary>
    public string? Phone { get; init; }

    /// <summary>What a tapped suggestion returned.</summary>
    public string? PostbackData { get; init; }

    /// <summary>What the user wrote, or the text of the suggestion.</summary>
    public string? Text { get; init; }

    /// <summary>Of a launch event: what changed; null for others.</summary>
    public LaunchChange? Launch { get; init; }

    /// <summary>The decoded data, as UTF-8.</summary>
    public required byte[] Data { get; init; }

    /// <summary>Whether a text can be the id of an agent: 1 to 128 letters, digits and <c>. _ - @</c>, with a letter, so that it is harmless wherever it is shown.</summary>
    /// <param name="text">Any text.</param>
    public static bool IsAgentId(string text) =>
        text.Length is > 0 and <= LongestAgentId && char.IsAsciiLetterOrDigit(text[0]) && !text.AsSpan().ContainsAnyExcept(AgentIdCharacters) && text.Any(char.IsAsciiLetter);
}

/// <summary>A change of an agent's launch state (MSG-31), in the platform's words.</summary>
/// <param name="RegionId">The region, such as <c>/v1/regions/fi-rcs</c>; empty if none was named.</param>
/// <param name="OldState">The state before; empty if none was named.</param>
/// <param name="NewState">The state since.</param>
public sealed record LaunchChange(string RegionId, string OldState, string NewState);

/// <summary>What notifications are about (MSG-11), in the words of the events that are published.</summary>
public static class NotificationKinds
{
    /// <summary>A message reached the user.</summary>
    public const string Delivered = "DELIVERED";

    /// <summary>The user read a message.</summary>
    public const string Read = "READ";

    /// <summary>A message was revoked before it was delivered.</summary>
    public const string Expired = "EXPIRED";

    /// <summary>A message could not be revoked.</summary>
    public const string ExpireFailed = "EXPIRE_FAILED";

    /// <summary>The user types.</summary>
    public const string IsTyping = "IS_TYPING";

    /// <summary>The user wants messages.</summary>
    public const string Subscribe = "SUBSCRIBE";

    /// <summary>The user wants no more messages.</summary>
    public const string Unsubscribe = "UNSUBSCRIBE";

    /// <summary>The agent's state at a carrier changed.</summary>
    public const string Launch = "LAUNCH";

    /// <summary>The user wrote a text.</summary>
    public const string Text = "text";

    /// <summary>The user sent a file.</summary>
    public const string File = "file";

    /// <summary>The user sent a place.</summary>
    public const string Location = "location";

    /// <summary>The user tapped a suggested reply.</summary>
    public const string SuggestedReply = "suggested_reply";

    /// <summary>The user tapped a suggested action.</summary>
    public const string SuggestedAction = "suggested_action";

    /// <summary>The user tapped a suggestion of which is not known what it is.</summary>
    public const string Suggestion = "suggestion";

    /// <summary>Anything else: it is stored and ignored.</summary>
    public const string Unknown = "UNKNOWN";

    /// <summary>Kinds of receipt in the order of their bits in <c>rbm_messages.kinds</c>: the first is 1, the next 2, and so on.</summary>
    public static IReadOnlyList<string> Receipts { get; } = [Delivered, Read, Expired, ExpireFailed];

    /// <summary>Whether a kind is something that a user sent.</summary>
    /// <param name="kind">A kind.</param>
    public static bool IsUserMessage(string kind) => kind is Text or File or Location or SuggestedReply or SuggestedAction or Suggestion;
}
