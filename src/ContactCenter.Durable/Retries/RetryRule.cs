using System.Text.RegularExpressions;

namespace ContactCenter.Durable;

/// <summary>What a failure of one class leads to.</summary>
public enum RetryAction
{
    /// <summary>Try again while attempts and age allow it.</summary>
    Retry,

    /// <summary>Try a second time, and no more.</summary>
    RetryOnce,

    /// <summary>Not to be tried again.</summary>
    Final,
}

/// <summary>What failures of some classes lead to; of a policy's rules the first that matches decides (DUR-34).</summary>
/// <param name="ErrorClass">
/// The classes, separated by commas: a name such as <c>dns</c>, <c>timeout</c> or <c>crash</c>; the code of an HTTP answer such as <c>429</c>, or all
/// of one kind such as <c>5xx</c>; <c>status</c> for every code, also allowed as the first word before codes (<c>status 429, 5xx</c>);
/// <c>exception</c> for exceptions that name no class; <c>*</c> for every failure. Case does not matter.
/// </param>
/// <param name="Action">What follows.</param>
public sealed partial record RetryRule(string ErrorClass, RetryAction Action)
{
    private const StringComparison IgnoreCase = StringComparison.OrdinalIgnoreCase;

    // "status" as the first word of several says only what the others are.
    private IEnumerable<string> Terms
    {
        get
        {
            var terms = ErrorClass.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
            return terms.Length > 1 && terms[0].Equals("status", IgnoreCase) ? terms.Skip(1) : terms;
        }
    }

    /// <summary>Whether the pattern can be read.</summary>
    internal bool IsValid => Terms.Any() && Terms.All(term => Term().IsMatch(term));

    /// <summary>Whether the rule is about failures of a class.</summary>
    /// <param name="errorClass">A class in lower case, the three digits of an HTTP status, or the name of an exception's type.</param>
    public bool Matches(string errorClass) => Terms.Any(term => Matches(term, errorClass));

    private static bool Matches(string term, string errorClass) =>
        term == "*"
        || term.Equals(errorClass, IgnoreCase)
        || (term.Equals("exception", IgnoreCase) && char.IsAsciiLetterUpper(errorClass.FirstOrDefault()))
        || (Status().IsMatch(errorClass) && (term.Equals("status", IgnoreCase) || (term.EndsWith("xx", IgnoreCase) && term[0] == errorClass[0])));

    [GeneratedRegex(@"^(\*|[1-5]([0-9]{2}|xx)|[a-z][a-z0-9_.]*)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Term();

    [GeneratedRegex("^[1-5][0-9]{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex Status();
}
