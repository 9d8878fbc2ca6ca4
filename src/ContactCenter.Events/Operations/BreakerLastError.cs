namespace ContactCenter.Events.Operations;

/// <summary>The last failure that counted for a breaker.</summary>
public sealed record BreakerLastError
{
    /// <summary>The error class, such as <c>timeout</c> or <c>503</c>.</summary>
    public required string Class { get; init; }

    /// <summary>The reason in upper snake case, such as <c>TIMEOUT_HEADERS</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>One sentence without secrets and addresses.</summary>
    public required string Detail { get; init; }
}
