namespace ContactCenter.Durable;

/// <summary>What a failed run asks for, before its policy is asked.</summary>
public enum JobFailureKind
{
    /// <summary>The policy decides.</summary>
    Failed,

    /// <summary>Not to be tried again, whatever the policy says.</summary>
    Final,

    /// <summary>Nothing was tried, so that no attempt is used up; the job's age goes on.</summary>
    Wait,

    /// <summary>Nothing was tried, and the job does not grow older until it is due again.</summary>
    WaitWithoutAge,
}

/// <summary>Implemented by exceptions that tell what a job's policy needs to know; it counts wherever it is in the chain of causes (EGR-13).</summary>
public interface IJobFailure
{
    /// <summary>The class that <see cref="RetryRule"/> matches, such as <c>dns</c> or <c>503</c>.</summary>
    string ErrorClass { get; }

    /// <summary>What is asked for.</summary>
    JobFailureKind Kind { get; }

    /// <summary>Of a failure: the pause in place of the policy's, or null. Of a wait: how long; null for 1 s.</summary>
    TimeSpan? Delay { get; }
}

/// <summary>Thrown by a handler to name the class of its failure, by which the kind's policy decides; any other exception's class is its type's name.</summary>
/// <param name="errorClass">The class in lower case, such as <c>timeout</c>, or the code of an HTTP answer such as <c>503</c>.</param>
/// <param name="message">What went wrong, free of secrets and personal data.</param>
/// <param name="cause">What led to it, or null.</param>
public sealed class JobFailedException(string errorClass, string message, Exception? cause = null) : Exception(message, cause), IJobFailure
{
    /// <inheritdoc />
    public string ErrorClass { get; } = errorClass;

    /// <inheritdoc />
    public JobFailureKind Kind { get; init; }

    /// <inheritdoc />
    public TimeSpan? Delay { get; init; }
}

/// <summary>Thrown by a handler that could not begin: the job is run again later, and the attempt does not count.</summary>
/// <param name="reason">What it waits for, in lower case, such as <c>throttled</c>.</param>
/// <param name="delay">For how long.</param>
public sealed class JobWaitException(string reason, TimeSpan delay) : Exception($"The job waits: {reason}."), IJobFailure
{
    /// <inheritdoc />
    public string ErrorClass { get; } = reason;

    /// <summary>Whether the job grows older meanwhile; true by default.</summary>
    public bool UsesAge { get; init; } = true;

    /// <inheritdoc />
    public JobFailureKind Kind => UsesAge ? JobFailureKind.Wait : JobFailureKind.WaitWithoutAge;

    /// <inheritdoc />
    public TimeSpan? Delay { get; } = delay;
}
