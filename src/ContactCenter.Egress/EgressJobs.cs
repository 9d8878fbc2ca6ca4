using ContactCenter.Egress.Http;

namespace ContactCenter.Egress;

/// <summary>Calls made by jobs.</summary>
public static class EgressJobs
{
    /// <summary>The answer of a call that succeeded. Any other ends the job's run, and its policy decides by the failure what follows.</summary>
    /// <exception cref="EgressException">The call failed; to be left to the job.</exception>
    public static EgressResponse ThrowIfFailed(this EgressOutcome outcome) => outcome.IsSuccess ? outcome.Response : throw new EgressException(outcome.Failure);
}
