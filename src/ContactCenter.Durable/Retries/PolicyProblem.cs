using System.Text.RegularExpressions;

namespace ContactCenter.Durable.Retries;

/// <summary>What is wrong with a policy.</summary>
/// <param name="Field">The field, such as <c>max_delay</c> or <c>rules[2].error_class</c>.</param>
/// <param name="Reason">What it has to be.</param>
internal sealed partial record PolicyProblem(string Field, string Reason)
{
    private const int MaxRules = 100;

    /// <summary>The first problem of a policy, or null if it can be used.</summary>
    public static PolicyProblem? Of(RetryPolicy policy)
    {
        var hour = TimeSpan.FromHours(1);
        if (!Name().IsMatch(policy.Name))
            return new("name", "must begin with a lower-case letter and have up to 63 lower-case letters, digits, dots, dashes and underscores");
        if (policy is { MaxAttempts: null, MaxAge: null })
            return new("max_attempts", "or max_age must be set, or failures would never end");
        if (policy.MaxAttempts is < 1 or > 1_000)
            return new("max_attempts", "must be 1 to 1,000");
        if (policy.MaxAge < TimeSpan.FromSeconds(1) || policy.MaxAge > TimeSpan.FromDays(365))
            return new("max_age", "must be 1 s to 365 days");
        if (policy.InitialDelay < TimeSpan.FromMilliseconds(1) || policy.InitialDelay > 24 * hour)
            return new("initial_delay", "must be 1 ms to 24 h");
        if (policy.Multiplier is not (>= 1 and <= 100))
            return new("multiplier", "must be 1 to 100");
        if (policy.MaxDelay < policy.InitialDelay || policy.MaxDelay > 7 * 24 * hour)
            return new("max_delay", "must be initial_delay to 7 days");
        if (policy.Jitter is not (>= 0 and <= 1))
            return new("jitter", "must be 0 to 1");
        if (policy.Rules.Count is < 1 or > MaxRules)
            return new("rules", $"must be 1 to {MaxRules}; a failure that none matches is final");
        for (var i = 0; i < policy.Rules.Count; i++)
        {
            if (!policy.Rules[i].IsValid)
                return new($"rules[{i}].error_class", "must be a list of classes such as dns, 429, 5xx, status, exception or *");
            if (!Enum.IsDefined(policy.Rules[i].Action))
                return new($"rules[{i}].action", "must be RETRY, RETRY_ONCE or FINAL");
        }

        return null;
    }

    [GeneratedRegex("^[a-z][a-z0-9._-]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
