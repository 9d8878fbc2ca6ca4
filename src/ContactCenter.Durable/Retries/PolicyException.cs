namespace ContactCenter.Durable.Retries;

/// <summary>Why a policy cannot be changed as asked.</summary>
public enum PolicyError
{
    /// <summary>A field's value cannot be used.</summary>
    Invalid,

    /// <summary>There is no policy of that name.</summary>
    NotFound,

    /// <summary>There is a policy of that name.</summary>
    Exists,

    /// <summary>The policy is built in.</summary>
    ReadOnly,

    /// <summary>It was changed since it was read.</summary>
    Changed,

    /// <summary>A registered kind of job uses it.</summary>
    InUse,
}

/// <summary>A policy was not changed, for a reason that the caller can understand.</summary>
public sealed class PolicyException : Exception
{
    internal PolicyException(PolicyError error, string message, string? field = null)
        : base(message) => (Error, Field) = (error, field);

    /// <summary>The reason.</summary>
    public PolicyError Error { get; }

    /// <summary>The field that is <see cref="PolicyError.Invalid"/>, such as <c>max_delay</c> or <c>rules[2].error_class</c>; else null.</summary>
    public string? Field { get; }
}
