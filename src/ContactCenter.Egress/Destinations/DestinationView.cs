using ContactCenter.Egress.Limits;

namespace ContactCenter.Egress.Destinations;

/// <summary>Whether calls get through a destination's breaker.</summary>
public enum BreakerState
{
    /// <summary>Calls go.</summary>
    Closed,

    /// <summary>Calls end as <c>BREAKER_OPEN</c>.</summary>
    Open,

    /// <summary>One probe at a time goes.</summary>
    HalfOpen,
}

/// <summary>A destination as operators see it.</summary>
/// <param name="Id">Its id: 24 hexadecimal digits, made of name and origin.</param>
/// <param name="Name">The name that the program gives it.</param>
/// <param name="Origin">Scheme, host and port.</param>
/// <param name="Settings">What holds now, without the client key.</param>
/// <param name="IsChanged">Whether an operator has set them; false while the program's hold.</param>
/// <param name="ClientKeyId">The key under which a client key is encrypted (SEC-3); null when none is set.</param>
/// <param name="Etag">Rises with every change.</param>
/// <param name="UpdateTime">When it was changed last.</param>
/// <param name="Breaker">The breaker's state over all replicas, or of this process while Redis is away.</param>
/// <param name="BreakerOpenFor">How long it stays open; zero unless open.</param>
/// <param name="LastError">What opened the breaker; null while it is closed.</param>
/// <param name="TokensLeft">Calls that could go at once now.</param>
/// <param name="BudgetLeft">Calls left of the day's budget; null without one.</param>
/// <param name="CallsInFlight">Calls of this process that are under way.</param>
public sealed record DestinationView(
    string Id,
    string Name,
    string Origin,
    DestinationSettings Settings,
    bool IsChanged,
    string? ClientKeyId,
    string Etag,
    DateTimeOffset UpdateTime,
    BreakerState Breaker,
    TimeSpan BreakerOpenFor,
    BreakerError? LastError,
    long TokensLeft,
    long? BudgetLeft,
    int CallsInFlight);
