namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>What is known of an API key, all but its secret.</summary>
public sealed record ApiKeyInfo
{
    /// <summary>Names the key: 12 characters.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it, such as the system that holds it: 1 to 100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>What it allows: full names, such as <c>crm.read</c>.</summary>
    public required string[] Scopes { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>From when on it is not valid any more.</summary>
    public required DateTimeOffset ExpireTime { get; init; }

    /// <summary>When it was revoked; null if it was not.</summary>
    public DateTimeOffset? RevokeTime { get; init; }

    /// <summary>The minute of its last use; null if it was never used.</summary>
    public DateTimeOffset? LastUseTime { get; init; }

    /// <summary>Id of the key that a rotation made in its place; null if there was none.</summary>
    public string? ReplacedBy { get; init; }
}

/// <summary>A key just made.</summary>
/// <param name="Info">What is stored.</param>
/// <param name="Key">The key with its secret. It cannot be read again: an answer that is stored to be repeated must not hold it.</param>
public sealed record CreatedApiKey(ApiKeyInfo Info, ApiKey Key);
