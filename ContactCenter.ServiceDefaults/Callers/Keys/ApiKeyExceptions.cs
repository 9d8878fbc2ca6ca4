namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>What was asked for a key is out of range: <c>INVALID_ARGUMENT</c>.</summary>
/// <param name="field">The request's field, such as <c>scopes</c>.</param>
/// <param name="description">What is wrong and what would be right.</param>
public sealed class ApiKeyFieldException(string field, string description) : Exception($"{field}: {description}")
{
    /// <summary>The request's field: <c>name</c>, <c>scopes</c>, <c>lifetime</c> or <c>overlap</c>.</summary>
    public string Field { get; } = field;

    /// <summary>What is wrong and what would be right.</summary>
    public string Description { get; } = description;
}

/// <summary>No key has this id: <c>NOT_FOUND</c>.</summary>
/// <param name="id">The id asked for.</param>
public sealed class ApiKeyNotFoundException(string id) : Exception($"There is no API key '{id}'.")
{
    /// <summary>The id asked for.</summary>
    public string Id { get; } = id;
}

/// <summary>The key's state does not allow it: <c>FAILED_PRECONDITION</c>.</summary>
/// <param name="id">The key.</param>
/// <param name="obstacle">What is in the way: <c>it was revoked</c>.</param>
public sealed class ApiKeyStateException(string id, string obstacle) : Exception($"API key '{id}' cannot be rotated: {obstacle}.")
{
    /// <summary>The key.</summary>
    public string Id { get; } = id;
}
