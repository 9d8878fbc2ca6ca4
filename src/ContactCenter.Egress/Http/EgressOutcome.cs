using System.Text;

namespace ContactCenter.Egress.Http;

/// <summary>How a call ended: a response, a failure, or both when the status is no success.</summary>
public sealed record EgressOutcome
{
    /// <summary>The answer; null when none came or it could not be read.</summary>
    public EgressResponse? Response { get; init; }

    /// <summary>Why the call failed; null when it succeeded.</summary>
    public EgressFailure? Failure { get; init; }

    /// <summary>Whether the call succeeded.</summary>
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Response))]
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(false, nameof(Failure))]
    public bool IsSuccess => Failure is null && Response is not null;

    /// <summary>The answer of a call that succeeded; what the handler of a durable job asks for.</summary>
    /// <returns>The answer.</returns>
    /// <exception cref="EgressException">The call failed; thrown out of a job's handler it makes the job retry, wait or end as the failure says.</exception>
    public EgressResponse EnsureSuccess() => IsSuccess ? Response : throw new EgressException(Failure);
}

/// <summary>An answer that was read whole.</summary>
/// <param name="Status">The status, 200 to 599.</param>
/// <param name="Headers">All header fields, names ignoring case; several values joined by a comma.</param>
/// <param name="Body">The body after decompression.</param>
public sealed record EgressResponse(int Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>The body as UTF-8 text; bytes that are none become U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>Never shows headers or body, which may carry secrets.</summary>
    /// <returns>Status and length.</returns>
    public override string ToString() => $"{Status}, {Body.Length} bytes";
}
