namespace ContactCenter.Durable.Idempotency;

/// <summary>A <c>request_id</c> is no UUID in canonical form, or all zero: <c>INVALID_ARGUMENT</c> (DUR-19).</summary>
/// <param name="requestId">What the caller sent.</param>
public sealed class InvalidRequestIdException(string requestId)
    : Exception($"request_id must be empty or a UUID such as 5f0c6d0e-2d0b-4c58-9a3e-1b1a7f0c9d11, not '{requestId[..Math.Min(requestId.Length, 64)]}'.");

/// <summary>
/// A request_id came with another request before: reason <c>REQUEST_ID_REUSED</c>, <c>ALREADY_EXISTS</c> for Create
/// methods, <c>INVALID_ARGUMENT</c> for all others; nothing was changed (DUR-22).
/// </summary>
/// <param name="key">The key used twice.</param>
public sealed class RequestIdReusedException(CallKey key)
    : Exception($"request_id {key.RequestId} was used for another request to {key.Method}.")
{
    /// <summary>The key used twice.</summary>
    public CallKey Key { get; } = key;
}

/// <summary>The deadline ended while another call with the same request_id was running: <c>ABORTED</c> / <c>REQUEST_IN_PROGRESS</c> (DUR-23).</summary>
/// <param name="key">The key in use.</param>
public sealed class RequestInProgressException(CallKey key) : Exception($"A call of {key.Method} with request_id {key.RequestId} is still running.")
{
    /// <summary>The key in use.</summary>
    public CallKey Key { get; } = key;
}
