namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>A customer as its conversations tell it; <c>protos/…/customer.proto</c> says what each value means.</summary>
/// <param name="CustomerId">Identity.</param>
/// <param name="Source">Where the key of the first conversation was found; null without conversations.</param>
/// <param name="Kind">What that key is.</param>
/// <param name="Fields">The latest values by name, labels and attributes filled in for each other.</param>
/// <param name="MergedInto">The customer pointed to; set only where the customer is looked at by itself.</param>
/// <param name="Merged">Customers that are shown as this one.</param>
/// <param name="FirstSeen">First event.</param>
/// <param name="LastSeen">Last event.</param>
/// <param name="Conversations">Number of conversations.</param>
/// <param name="Test">Whether only test environments know the customer.</param>
/// <param name="EraseTime">When the customer was erased last; null if never.</param>
public sealed record Customer(
    string CustomerId,
    LinkSource? Source,
    KeyKind? Kind,
    IReadOnlyDictionary<string, string> Fields,
    string? MergedInto,
    IReadOnlyList<string> Merged,
    DateTimeOffset? FirstSeen,
    DateTimeOffset? LastSeen,
    long Conversations,
    bool Test,
    DateTime? EraseTime = null);

/// <summary>A value that a conversation gave.</summary>
/// <param name="Field">Its name.</param>
/// <param name="Value">The value.</param>
/// <param name="Time">Event time.</param>
/// <param name="ConversationId">The conversation.</param>
/// <param name="AccountSid">Its account.</param>
public sealed record CustomerValue(string Field, string Value, DateTime Time, string ConversationId, string AccountSid);

/// <summary>Something decided by hand, with its row's place in time.</summary>
/// <param name="EntryId">UUIDv7.</param>
/// <param name="Action">What was done, as stored.</param>
/// <param name="Actor">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="Before">The customer that conversations were shown at.</param>
/// <param name="After">The customer since.</param>
/// <param name="ConversationCount">How many.</param>
/// <param name="CreateTime">When.</param>
public sealed record CustomerDecision(Guid EntryId, string Action, string Actor, string Reason, string Before, string After, long ConversationCount, DateTime CreateTime)
{
    /// <summary>Stored word of a merge.</summary>
    public const string Merge = "merge";
    /// <summary>Stored word of a merge taken back.</summary>
    public const string Unmerge = "unmerge";
    /// <summary>Stored word of a conversation assigned to another customer.</summary>
    public const string Relink = "relink";
    /// <summary>Stored word of such an assignment taken back.</summary>
    public const string WithdrawRelink = "withdraw_relink";
    /// <summary>Stored word of an erasure.</summary>
    public const string Erase = "erase";
}

/// <summary>Conversations that are, or would be, shown at another customer.</summary>
/// <param name="Count">How many.</param>
/// <param name="First">The first 100 of them.</param>
public sealed record MovedConversations(long Count, IReadOnlyList<string> First);
