using System.Buffers;

namespace ContactCenter.Egress.Guard;

/// <summary>Which header fields a configuration or a caller may set (EGR-8); asked at save and again at send.</summary>
public static class HeaderRules
{
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "TE", "Trailer", "Expect",
    };

    /// <summary>Says what is wrong with a header field.</summary>
    /// <param name="name">The field name.</param>
    /// <param name="value">The field value.</param>
    /// <returns>A sentence for the caller that repeats no value, or null when the field is accepted.</returns>
    public static string? Violation(string name, string value)
    {
        if (!IsToken(name))
            return "The header name is not a token of RFC 9110.";
        if (Reserved.Contains(name) || name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase))
            return $"The header {name} cannot be set.";
        return ValueViolation(name, value);
    }

    internal static bool IsToken(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenCharacters);

    internal static string? ValueViolation(string name, string value) =>
        value.AsSpan().ContainsAnyExceptInRange(' ', '~') && value.Any(c => c is not '\t' and (< ' ' or > '~'))
            ? $"The value of header {name} contains a control or non-ASCII character."
            : null;
}
