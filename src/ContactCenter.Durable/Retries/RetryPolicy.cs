using ContactCenter.Durable.DeadLetters;

namespace ContactCenter.Durable;

/// <summary>When failed work is tried again, and when it becomes a dead letter; data, not code (DUR-34).</summary>
/// <param name="Name">Unique name, such as <c>default</c>.</param>
/// <param name="MaxAttempts">Most attempts including the first, or null for any number within <paramref name="MaxAge"/>.</param>
/// <param name="MaxAge">Longest time from the first enqueue to an attempt, or null for any within <paramref name="MaxAttempts"/>.</param>
/// <param name="InitialDelay">Pause before the second attempt.</param>
/// <param name="Multiplier">Factor from one pause to the next.</param>
/// <param name="MaxDelay">Longest pause before jitter.</param>
/// <param name="Jitter">0 to 1: the pause is multiplied with a random number between 1 − jitter and 1 + jitter.</param>
/// <param name="Rules">From error class to action, in order; a class that no rule names is final.</param>
public sealed record RetryPolicy(
    string Name,
    int? MaxAttempts,
    TimeSpan? MaxAge,
    TimeSpan InitialDelay,
    double Multiplier,
    TimeSpan MaxDelay,
    double Jitter,
    IReadOnlyList<RetryRule> Rules)
{
    // What may be better the next time (EGR-13); anything else that an outbound call reports is final.
    private static readonly IReadOnlyList<RetryRule> RetryTransient =
    [
        new("dns, connect, timeout, reset, exception", RetryAction.Retry),
        new("status 408, 425, 429, 500, 502, 503, 504", RetryAction.Retry),
    ];

    /// <summary>10 attempts from 5 s, doubling to 1 h, within 24 h (DUR-35).</summary>
    public static RetryPolicy Default { get; } =
        new("default", 10, TimeSpan.FromHours(24), TimeSpan.FromSeconds(5), 2, TimeSpan.FromHours(1), 0.2, RetryTransient);

    /// <summary>5 attempts from 200 ms, tripling to 10 s, within 1 min (DUR-35).</summary>
    public static RetryPolicy Fast { get; } =
        new("fast", 5, TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(200), 3, TimeSpan.FromSeconds(10), 0.2, RetryTransient);

    /// <summary>Any number of attempts within 7 days, from 1 min, doubling to 24 h (DUR-35).</summary>
    public static RetryPolicy Week { get; } =
        new("week", null, TimeSpan.FromDays(7), TimeSpan.FromMinutes(1), 2, TimeSpan.FromHours(24), 0.1, RetryTransient);

    /// <summary>The policies that every service has and nobody can change.</summary>
    public static IReadOnlyList<RetryPolicy> BuiltIn { get; } = [Default, Fast, Week];

    /// <summary>Decides what follows a failed attempt (DUR-36).</summary>
    /// <param name="errorClass">Class of the failure.</param>
    /// <param name="attempts">Attempts made, including this one.</param>
    /// <param name="age">Time since the first enqueue.</param>
    /// <param name="random">A number from 0 up to, not including, 1, for the jitter.</param>
    /// <param name="delay">A pause that the other side asked for, in place of the computed one; null for none (EGR-17).</param>
    public RetryDecision Decide(string errorClass, int attempts, TimeSpan age, double random, TimeSpan? delay = null)
    {
        var action = Rules.FirstOrDefault(rule => rule.Matches(errorClass))?.Action ?? RetryAction.Final;
        if (action == RetryAction.Final)
            return RetryDecision.Dead(DeadLetter.Final);
        if (attempts >= MaxAttempts || (action == RetryAction.RetryOnce && attempts >= 2))
            return RetryDecision.Dead("MAX_ATTEMPTS");
        var pause = delay ?? ComputedDelay(attempts, random);
        return Ends(age, pause) ? RetryDecision.Dead("MAX_AGE") : RetryDecision.After(pause);
    }

    /// <summary>Whether work of an age must not be tried again after a pause.</summary>
    internal bool Ends(TimeSpan age, TimeSpan pause) => age + pause > MaxAge;

    private TimeSpan ComputedDelay(int attempts, double random)
    {
        var seconds = Math.Min(MaxDelay.TotalSeconds, InitialDelay.TotalSeconds * Math.Pow(Multiplier, attempts - 1));
        return TimeSpan.FromSeconds(seconds * (1 - Jitter + 2 * Jitter * random));
    }
}

/// <summary>Whether failed work is tried again, and when.</summary>
/// <param name="Delay">Pause before the next attempt, or null if there is none.</param>
/// <param name="Reason">Why there is none: <c>FINAL</c>, <c>MAX_ATTEMPTS</c> or <c>MAX_AGE</c>; otherwise null.</param>
public readonly record struct RetryDecision(TimeSpan? Delay, string? Reason)
{
    internal static RetryDecision After(TimeSpan delay) => new(delay, null);

    internal static RetryDecision Dead(string reason) => new(null, reason);
}
