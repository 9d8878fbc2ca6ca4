namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>The area that a service answers for, and the scopes that its keys may have (SEC-9).</summary>
public sealed class ServiceArea
{
    private static readonly string[] CommonScopes = ["read", "write", "operate", "admin"];

    /// <summary>Names the area.</summary>
    /// <param name="name">Such as <c>crm</c>.</param>
    /// <param name="ownScopes">Scopes besides the common four, without the area: <c>agent</c>.</param>
    public ServiceArea(string name, IEnumerable<string> ownScopes) =>
        (Name, Scopes) = (name, [.. CommonScopes.Concat(ownScopes).Select(scope => $"{name}.{scope}")]);

    /// <summary>Its name, the first part of its scopes: <c>crm</c>.</summary>
    public string Name { get; }

    /// <summary>Full names of the scopes that its keys may have: <c>crm.read</c> and others.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <summary>The full name of a scope declared as <c>read</c> or <c>crm.agent</c>.</summary>
    /// <param name="declared">As the method declares it.</param>
    /// <returns>Such as <c>crm.read</c>.</returns>
    public string FullName(string declared) => declared.Contains('.', StringComparison.Ordinal) ? declared : $"{Name}.{declared}";

    /// <summary>What is wrong with a key's scopes; null if nothing is.</summary>
    /// <param name="scopes">Full names.</param>
    /// <returns>A text for whoever asked for the key.</returns>
    public string? FaultOf(IReadOnlyCollection<string> scopes)
    {
        if (scopes.Count == 0)
            return "must name at least one scope";
        return scopes.FirstOrDefault(scope => !Scopes.Contains(scope)) is { } unknown
            ? $"'{unknown}' is no scope of this service; they are {string.Join(", ", Scopes)}"
            : null;
    }
}
