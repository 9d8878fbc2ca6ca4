namespace ContactCenter.Durable.Retries;

/// <summary>Who said last what a policy is.</summary>
public enum PolicyOrigin
{
    /// <summary>The product; it cannot be changed.</summary>
    BuiltIn,

    /// <summary>The service's program, whose next release may change it.</summary>
    Service,

    /// <summary>An operator; a release leaves it alone.</summary>
    Operator,
}

/// <summary>A policy as operators see it.</summary>
/// <param name="Policy">What it says.</param>
/// <param name="Origin">Who said so.</param>
/// <param name="Version">Another number after each change, never one that was used before; 0 for built-in policies.</param>
/// <param name="UpdateTime">Last change; null for built-in policies.</param>
public sealed record StoredPolicy(RetryPolicy Policy, PolicyOrigin Origin, long Version, DateTimeOffset? UpdateTime);
