namespace ContactCenter.Operations;

/// <summary>What the service answers for.</summary>
/// <param name="Name">The first part of its scopes, such as <c>crm</c>.</param>
public sealed record OperationsArea(string Name);
