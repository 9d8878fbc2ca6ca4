namespace ContactCenter.Egress.Destinations;

/// <summary>No destination has this id; nothing was changed.</summary>
/// <param name="id">The id asked for.</param>
public sealed class DestinationNotFoundException(string id) : Exception($"There is no destination {id}.");

/// <summary>The destination was changed since the caller read it; nothing was changed now.</summary>
/// <param name="id">The destination.</param>
/// <param name="etag">Its present etag.</param>
public sealed class DestinationChangedException(string id, string etag) : Exception($"Destination {id} was changed meanwhile.")
{
    /// <summary>The present etag.</summary>
    public string Etag { get; } = etag;
}

/// <summary>Settings are out of range; nothing was changed.</summary>
/// <param name="violations">At least one.</param>
public sealed class DestinationInvalidException(IReadOnlyList<DestinationViolation> violations)
    : Exception(string.Join(' ', violations.Select(violation => violation.Description)))
{
    /// <summary>Each field that is wrong.</summary>
    public IReadOnlyList<DestinationViolation> Violations { get; } = violations;
}
