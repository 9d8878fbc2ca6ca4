namespace ContactCenter.Contracts;

/// <summary>
/// Error reasons of the API key check, which stands before every method and endpoint. Their domain is that of the area
/// called, such as <c>contactcenter.crm</c>; they are part of the contract.
/// </summary>
public static class CallerErrors
{
    /// <summary>No API key, two different ones, or one that is not valid (any more): UNAUTHENTICATED, HTTP 401.</summary>
    public const string KeyInvalid = "KEY_INVALID";

    /// <summary>A change was asked for by a page of another origin, or without <c>X-Requested-With</c>: HTTP 403.</summary>
    public const string OriginInvalid = "ORIGIN_INVALID";

    /// <summary>The key lacks the scope that the error names: PERMISSION_DENIED, HTTP 403.</summary>
    public const string ScopeMissing = "SCOPE_MISSING";

    /// <summary>The method declares no scope, so that nobody may call it: PERMISSION_DENIED, HTTP 403.</summary>
    public const string ScopeUndeclared = "SCOPE_UNDECLARED";

    /// <summary>More than 20 calls without a valid key came from the address within a minute: RESOURCE_EXHAUSTED, HTTP 429.</summary>
    public const string TooManyFailures = "TOO_MANY_FAILURES";
}
