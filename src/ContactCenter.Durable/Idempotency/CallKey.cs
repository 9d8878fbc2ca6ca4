namespace ContactCenter.Durable.Idempotency;

/// <summary>What makes a call the same call (DUR-20, DUR-25).</summary>
/// <param name="Caller">Who calls, such as the id of the API key; keys are private to the caller.</param>
/// <param name="Method">Full name, such as <c>/contactcenter.crm.v1.ProfileService/CreateProfile</c>.</param>
/// <param name="RequestId">The caller's id of the call.</param>
public sealed record CallKey(string Caller, string Method, Guid RequestId);
