namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>What a conversation finds its customer by, in its normal form: equal values are the same customer, whatever they came from (INS-81).</summary>
/// <param name="Kind">What the value is.</param>
/// <param name="Value">The normal form, never empty.</param>
public sealed record LinkKey(KeyKind Kind, string Value);

/// <summary>What a link key is; the numbers are those of the contract.</summary>
public enum KeyKind
{
    /// <summary>An identifier of the company's own.</summary>
    ExternalId = 1,
    /// <summary>A phone number: <c>+</c> and 7 to 15 digits.</summary>
    Phone = 2,
    /// <summary>An e-mail address in lower case.</summary>
    Email = 3,
    /// <summary>Another address of a channel, such as <c>client:alice</c>.</summary>
    Address = 4,
    /// <summary>A conversation id: nobody could be named.</summary>
    ConversationId = 5,
}

/// <summary>Where a link key was found; the numbers are those of the contract and, up to the conversation id, the order in which they are tried (INS-80).</summary>
public enum LinkSource
{
    /// <summary><c>customers.external_id</c>.</summary>
    ExternalId = 1,
    /// <summary><c>customers.phone</c>.</summary>
    Phone = 2,
    /// <summary><c>customers.email</c>.</summary>
    Email = 3,
    /// <summary>Task attribute <c>from</c> of an inbound or internal conversation.</summary>
    From = 4,
    /// <summary>Task attribute <c>to</c> of an outbound conversation.</summary>
    To = 5,
    /// <summary>The conversation's own id.</summary>
    ConversationId = 6,
    /// <summary>Somebody assigned the conversation by hand.</summary>
    Relinked = 7,
}

/// <summary>Why a value was not used; the numbers are those of the contract.</summary>
public enum NotUsed
{
    /// <summary>It was used.</summary>
    Used = 0,
    /// <summary>There is no value.</summary>
    NotGiven = 1,
    /// <summary>It is no phone number or e-mail address (INS-85, INS-86).</summary>
    NotUsable = 2,
    /// <summary>It names nobody (INS-87).</summary>
    Anonymous = 3,
    /// <summary>A value before it was used.</summary>
    AfterAnother = 4,
}

/// <summary>One value that could have named the customer, and what became of it.</summary>
/// <param name="Source">Where it was looked for.</param>
/// <param name="Raw">As given; null if it was not.</param>
/// <param name="Key">Its normal form; null if it has none.</param>
/// <param name="NotUsed">Why it was not used.</param>
public sealed record LinkStep(LinkSource Source, string? Raw, LinkKey? Key, NotUsed NotUsed);
