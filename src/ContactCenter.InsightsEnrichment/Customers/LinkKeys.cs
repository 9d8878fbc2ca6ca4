using System.Collections.Frozen;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.Hipaa;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>Normal forms of the values that customers are found by, and which of several is used (INS-80, INS-85, INS-86, INS-87).</summary>
public sealed class LinkKeys
{
    internal const string NorthAmerica = "1";

    private const int NorthAmericanDigits = 10;
    private const int FewestDigits = 7;
    private const int MostDigits = 15;

    private static readonly string[] ChannelPrefixes = ["whatsapp:", "sms:", "rcs:", "tel:"];

    private readonly string _callingCode;
    private readonly FrozenSet<string> _nobody;

    /// <summary>Takes the rules from the settings.</summary>
    /// <param name="options">The settings.</param>
    public LinkKeys(CustomerOptions options)
    {
        _callingCode = options.DefaultCallingCode;
        IEnumerable<string> nobody = options.AnonymousValues is { Count: > 0 } given ? given : WithheldNumbers.All;
        _nobody = nobody.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether a value stands for callers who do not show who they are (INS-87), or was masked (INS-111).</summary>
    /// <param name="raw">As given.</param>
    public bool NamesNobody(string raw) => raw == AttributeFilter.Masked || _nobody.Contains(raw.Trim()) || _nobody.Contains(WithoutPrefix(raw.Trim()).ToString()) || (Phone(raw) is { } phone && _nobody.Contains(phone));

    /// <summary>Looks through everything that may name a customer, in its order; exactly one is used, at the last the conversation id.</summary>
    /// <param name="candidates">What the conversation's attributes say.</param>
    public IReadOnlyList<LinkStep> Explain(LinkCandidates candidates)
    {
        var steps = new List<LinkStep>(5);
        var found = false;
        Try(LinkSource.ExternalId, candidates.ExternalId, ExternalId);
        Try(LinkSource.Phone, candidates.Phone, raw => Phone(raw) is { } phone ? new(KeyKind.Phone, phone) : null);
        Try(LinkSource.Email, candidates.Email, raw => Email(raw) is { } email ? new(KeyKind.Email, email) : null);
        Try(candidates.Outbound ? LinkSource.To : LinkSource.From, candidates.Address, Address);
        steps.Add(new(
            LinkSource.ConversationId, candidates.ConversationId, new(KeyKind.ConversationId, candidates.ConversationId), found ? NotUsed.AfterAnother : NotUsed.Used));
        return steps;

        void Try(LinkSource source, string? raw, Func<string, LinkKey?> normalise)
        {
            var given = !string.IsNullOrWhiteSpace(raw);
            var nobody = given && NamesNobody(raw!);
            var key = given && !nobody ? normalise(raw!) : null;
            var why = !given ? NotUsed.NotGiven : nobody ? NotUsed.Anonymous : key is null ? NotUsed.NotUsable : found ? NotUsed.AfterAnother : NotUsed.Used;
            found |= why == NotUsed.Used;
            steps.Add(new(source, raw, key, why));
        }
    }

    /// <summary>The normal form of an identifier of the company's own: that of a phone number or e-mail address if it looks like one, else its trimmed text.</summary>
    /// <param name="raw">As given, not blank.</param>
    public LinkKey ExternalId(string raw)
    {
        var text = raw.Trim();
        if ((text.StartsWith('+') || text.StartsWith("00", StringComparison.Ordinal)) && Phone(text) is { } phone)
            return new(KeyKind.Phone, phone);
        return Email(text) is { } email ? new(KeyKind.Email, email) : new(KeyKind.ExternalId, text);
    }

    /// <summary>The normal form of an address of a channel; null if it is to be a phone number and is none.</summary>
    /// <param name="raw">As given, not blank.</param>
    public LinkKey? Address(string raw)
    {
        var text = raw.Trim();
        if (!HasLetter(WithoutPrefix(text)))
            return Phone(text) is { } phone ? new(KeyKind.Phone, phone) : null;
        return Email(text) is { } email ? new(KeyKind.Email, email) : new(KeyKind.Address, text);
    }

    /// <summary>The normal form of a phone number; null if the value is not usable as one.</summary>
    /// <param name="raw">As given.</param>
    public string? Phone(string raw)
    {
        var text = WithoutPrefix(raw.Trim()).ToString().Replace("(0)", "", StringComparison.Ordinal);
        text = string.Concat(text.Where(character => character is not (' ' or '-' or '.' or '(' or ')' or '/')));
        if (text.StartsWith("00", StringComparison.Ordinal))
            text = "+" + text[2..];
        else if (_callingCode == NorthAmerica)
            text = text.Length == NorthAmericanDigits && text[0] != '+' ? "+1" + text : text.Length == NorthAmericanDigits + 1 && text[0] == '1' ? "+" + text : text;
        else if (text.StartsWith('0'))
            text = "+" + _callingCode + text[1..];
        return text is ['+', .. { Length: >= FewestDigits and <= MostDigits } digits] && digits.All(char.IsAsciiDigit) ? text : null;
    }

    /// <summary>The normal form of an e-mail address; null if the value is not usable as one.</summary>
    /// <param name="raw">As given.</param>
    public static string? Email(string raw)
    {
        var text = raw.Trim();
        var at = text.IndexOf('@');
        return at > 0 && at < text.Length - 1 && text.LastIndexOf('@') == at ? text.ToLowerInvariant() : null;
    }

    private static bool HasLetter(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (char.IsLetter(character))
                return true;
        }

        return false;
    }

    private static ReadOnlySpan<char> WithoutPrefix(string text)
    {
        foreach (var prefix in ChannelPrefixes)
        {
            if (text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return text.AsSpan(prefix.Length);
        }

        return text;
    }
}

/// <summary>What may name the customer of a conversation.</summary>
/// <param name="ConversationId">The conversation.</param>
/// <param name="ExternalId"><c>customers.external_id</c>.</param>
/// <param name="Phone"><c>customers.phone</c>.</param>
/// <param name="Email"><c>customers.email</c>.</param>
/// <param name="Outbound">Whether the contact went to the customer.</param>
/// <param name="Address">Task attribute <c>to</c> if outbound, else <c>from</c>.</param>
public sealed record LinkCandidates(string ConversationId, string? ExternalId, string? Phone, string? Email, bool Outbound, string? Address);
