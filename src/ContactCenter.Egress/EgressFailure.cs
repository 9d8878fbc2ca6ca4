using ContactCenter.Durable;

namespace ContactCenter.Egress;

/// <summary>Why an outbound call failed (EGR-13); the names retry policies use.</summary>
public enum ErrorClass
{
    /// <summary>No attempt was made: a rate limit, an open breaker or a grant made the call wait.</summary>
    None,

    /// <summary><c>dns</c>: the name did not resolve.</summary>
    Dns,

    /// <summary><c>connect</c>: no connection was accepted.</summary>
    Connect,

    /// <summary><c>tls</c>: the handshake or the certificate check failed.</summary>
    Tls,

    /// <summary><c>timeout</c>: one of the limits of EGR-10 passed; the detail says which.</summary>
    Timeout,

    /// <summary><c>reset</c>: the connection ended in the middle of the call.</summary>
    Reset,

    /// <summary><c>status</c>: an answer with a status that is no success.</summary>
    Status,

    /// <summary><c>denied</c>: refused by the guard before anything was sent.</summary>
    Denied,

    /// <summary><c>too_large</c>: request, response headers or response body over its limit.</summary>
    TooLarge,

    /// <summary><c>bad_content</c>: an answer that is no HTTP or cannot be decoded.</summary>
    BadContent,

    /// <summary><c>redirect</c>: a 3xx answer.</summary>
    Redirect,
}

/// <summary>What the caller's job should do about a failure.</summary>
public enum EgressDecision
{
    /// <summary>Try again by policy; the attempt counts.</summary>
    Retry,

    /// <summary>Do not try again.</summary>
    Final,

    /// <summary>Come back after the delay; no attempt is used up (EGR-13).</summary>
    Wait,
}

/// <summary>A failed call, in the terms in which a job decides about it.</summary>
/// <param name="Class">The error class.</param>
/// <param name="Reason">The reason in upper snake case, such as <c>EGRESS_DENIED</c> or <c>BREAKER_OPEN</c>.</param>
/// <param name="Detail">One sentence without secrets or resolved addresses.</param>
public sealed record EgressFailure(ErrorClass Class, string Reason, string Detail)
{
    /// <summary>The guard's rule that refused the call; null unless the class is <see cref="ErrorClass.Denied"/>.</summary>
    public string? Rule { get; init; }

    /// <summary>The status of the answer, if there was one.</summary>
    public int? Status { get; init; }

    /// <summary>The decision of policy <c>default</c> (EGR-13), or one that no policy may change.</summary>
    public EgressDecision Decision { get; init; } = EgressDecision.Final;

    /// <summary>Whether <see cref="Decision"/> stands whatever the policy says: waits, redirects (EGR-7) and <c>abort-message</c> (EGR-18).</summary>
    public bool DecisionIsFixed { get; init; }

    /// <summary>
    /// With WAIT the time until the next try. With RETRY the delay that replaces the policy's (EGR-17); null when the
    /// policy's own delay applies.
    /// </summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>The class as retry policies write it: <c>dns</c>, <c>too_large</c>, or <c>503</c> for a status.</summary>
    public string PolicyName => Class switch
    {
        ErrorClass.Status => Status.GetValueOrDefault().ToString(System.Globalization.CultureInfo.InvariantCulture),
        ErrorClass.TooLarge => "too_large",
        ErrorClass.BadContent => "bad_content",
        _ => Class.ToString().ToLowerInvariant(),
    };
}

/// <summary>
/// A failed call as an exception: for code that works on <see cref="HttpRequestException"/> such as vendor SDKs, and for the
/// handlers of durable jobs, whose runner understands it wherever it is in the chain of causes (EGR-13).
/// </summary>
public sealed class EgressException : HttpRequestException, IJobFailure
{
    private const string GrantRefused = "REAUTHORIZATION_REQUIRED";

    /// <summary>Wraps a failure.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="cause">What was caught; for the log only.</param>
    public EgressException(EgressFailure failure, Exception? cause = null)
        : base($"{failure.Reason}: {failure.Detail}", cause, (System.Net.HttpStatusCode?)failure.Status) => Failure = failure;

    /// <summary>The failure.</summary>
    public EgressFailure Failure { get; }

    /// <inheritdoc />
    public string ErrorClass => Failure.Class == Egress.ErrorClass.None ? Failure.Reason.ToLowerInvariant() : Failure.PolicyName;

    /// <inheritdoc />
    public JobFailureKind Kind => Failure switch
    {
        // Until the grant is authorised again a job does not grow older (EGR-28).
        { Decision: EgressDecision.Wait, Reason: GrantRefused } => JobFailureKind.WaitWithoutAge,
        { Decision: EgressDecision.Wait } => JobFailureKind.Wait,
        { DecisionIsFixed: true } => JobFailureKind.Final,
        _ => JobFailureKind.Failed,
    };

    /// <inheritdoc />
    public TimeSpan? Delay => Failure.Delay;

    internal static EgressException Unauthorised(TimeSpan delay) =>
        Wait(GrantRefused, "The grant has to be authorised again.", delay);

    internal static EgressException Denied(string rule, string detail) =>
        new(new EgressFailure(Egress.ErrorClass.Denied, "EGRESS_DENIED", detail) { Rule = rule });

    internal static EgressException Of(Egress.ErrorClass errorClass, string reason, string detail, Exception? cause = null) =>
        new(
            new EgressFailure(errorClass, reason, detail)
            {
                Decision = errorClass is Egress.ErrorClass.Dns or Egress.ErrorClass.Connect or Egress.ErrorClass.Timeout or Egress.ErrorClass.Reset
                    ? EgressDecision.Retry
                    : EgressDecision.Final,
            },
            cause);

    internal static EgressException TimedOut(string limit, TimeSpan after) =>
        Of(Egress.ErrorClass.Timeout, $"TIMEOUT_{limit.ToUpperInvariant()}", $"Nothing came within the {limit} limit of {after.TotalSeconds:0.###} s.");

    internal static EgressException Wait(string reason, string detail, TimeSpan delay) =>
        new(new EgressFailure(Egress.ErrorClass.None, reason, detail)
        {
            Decision = EgressDecision.Wait,
            DecisionIsFixed = true,
            Delay = delay,
        });
}
