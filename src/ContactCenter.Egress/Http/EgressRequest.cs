using ContactCenter.Durable;
using ContactCenter.Egress.Webhooks;

namespace ContactCenter.Egress.Http;

/// <summary>One outbound call.</summary>
/// <param name="Destination">Where it goes; the URL has to have its origin.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Url">The absolute URL, rendered and escaped.</param>
public sealed record EgressRequest(Destination Destination, HttpMethod Method, string Url)
{
    /// <summary>Header fields; each obeys EGR-8.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body's media type, such as <c>application/json; charset=utf-8</c>; needed with a body.</summary>
    public string? ContentType { get; init; }

    /// <summary>The body; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Makes a body that is streamed instead of <see cref="Body"/>, anew whenever the call is made: it can be repeated with another token (EGR-29).</summary>
    public Func<HttpContent>? NewContent { get; init; }

    /// <summary>Another limit for the whole call than the destination's; null for that.</summary>
    public TimeSpan? Whole { get; init; }

    /// <summary>Sent as <c>Idempotency-Key</c>; a mutating call uses the same one on every attempt (EGR-16).</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Signs the body as a Standard Webhook (EGR-15).</summary>
    public WebhookSigning? Signing { get; init; }

    /// <summary>The stored OAuth2 grant whose access token is sent (EGR-24); null for none.</summary>
    public string? GrantId { get; init; }

    /// <summary>What stands before the access token in the Authorization header.</summary>
    public string TokenPrefix { get; init; } = "Bearer";

    /// <summary>
    /// The job's id. A throttled call with an id has a slot reserved and is let through when it comes back with the same id
    /// at that time (EGR-19); without one nothing is reserved.
    /// </summary>
    public string? ReservationId { get; init; }

    /// <summary>Which statuses are a success; default 200 to 299. A 3xx counts only if named here, and is never followed.</summary>
    public Predicate<int> IsSuccess { get; init; } = static status => status is >= 200 and <= 299;

    /// <summary>A smaller limit for the response body in bytes than the destination's; null for none.</summary>
    public long? MaxResponseBytes { get; init; }

    /// <summary>
    /// The call as one of a durable job: every attempt carries the same <c>Idempotency-Key</c>, the job's id unless one is
    /// set (EGR-16), and a throttled attempt comes back at its reserved slot (EGR-19).
    /// </summary>
    /// <param name="job">The run.</param>
    /// <returns>The call; a job that makes several sets a key of its own for each.</returns>
    public EgressRequest Of(JobRun job) => this with { IdempotencyKey = IdempotencyKey ?? job.Id.ToString(), ReservationId = job.Id.ToString() };

    /// <summary>Never shows URL, headers or body, which may carry secrets.</summary>
    /// <returns>Method and destination name.</returns>
    public override string ToString() => $"{Method} to {Destination.Name}";
}
