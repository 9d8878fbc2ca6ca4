namespace ContactCenter.Contracts;

/// <summary>Error reasons that any method of any service may return, in the domain of its area. They are part of the contract: callers decide by them.</summary>
public static class SharedErrors
{
    /// <summary>The service has more to do than it can; nothing was changed. Try again after the delay of RetryInfo.</summary>
    public const string Overloaded = "OVERLOADED";

    /// <summary>A server that the call needs is away; try again after the delay of RetryInfo, with the same request_id.</summary>
    public const string DependencyUnavailable = "DEPENDENCY_UNAVAILABLE";

    /// <summary>A field's value is not one that the method takes; the field violation says what it has to be.</summary>
    public const string FieldInvalid = "FIELD_INVALID";

    /// <summary>The request_id is no UUID in canonical form, or all zero.</summary>
    public const string RequestIdInvalid = "REQUEST_ID_INVALID";

    /// <summary>The request_id came with another request before.</summary>
    public const string RequestIdReused = "REQUEST_ID_REUSED";

    /// <summary>The deadline ended while another call with the same request_id was running.</summary>
    public const string RequestInProgress = "REQUEST_IN_PROGRESS";

    /// <summary>What the call would publish is larger than 512 KiB.</summary>
    public const string MessageTooLarge = "MESSAGE_TOO_LARGE";

    /// <summary>The payload of a job is larger than 64 KiB.</summary>
    public const string JobTooLarge = "JOB_TOO_LARGE";

    /// <summary>There is no kind of job of this name.</summary>
    public const string UnknownJobKind = "UNKNOWN_JOB_KIND";
}
