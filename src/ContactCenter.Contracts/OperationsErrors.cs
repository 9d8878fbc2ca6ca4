namespace ContactCenter.Contracts;

/// <summary>Error reasons of the domain <see cref="Domain"/>. They are part of the contract: callers decide by them.</summary>
public static class OperationsErrors
{
    /// <summary>Domain of every ErrorInfo that OperationsService returns, whichever service answers.</summary>
    public const string Domain = "contactcenter.operations";

    /// <summary>No API key has the id.</summary>
    public const string ApiKeyNotFound = "API_KEY_NOT_FOUND";

    /// <summary>The API key is revoked, expired or replaced already, so it cannot be rotated.</summary>
    public const string ApiKeyNotValid = "API_KEY_NOT_VALID";

    /// <summary>No dead letter has the id.</summary>
    public const string DeadLetterNotFound = "DEAD_LETTER_NOT_FOUND";

    /// <summary>The dead letter was replayed, discarded or superseded before; the message names its state.</summary>
    public const string DeadLetterNotPending = "DEAD_LETTER_NOT_PENDING";

    /// <summary>The dead letter's bytes could not be read, so there is nothing to replay.</summary>
    public const string DeadLetterUnreadable = "DEAD_LETTER_UNREADABLE";

    /// <summary>No destination has the id.</summary>
    public const string DestinationNotFound = "DESTINATION_NOT_FOUND";

    /// <summary>It was changed since it was read; read again and decide anew.</summary>
    public const string EtagMismatch = "ETAG_MISMATCH";

    /// <summary>A required field is empty.</summary>
    public const string FieldRequired = "FIELD_REQUIRED";

    /// <summary>The grant is not authorised by a person, so there is nothing to begin.</summary>
    public const string GrantKindWrong = "GRANT_KIND_WRONG";

    /// <summary>No grant has the id.</summary>
    public const string GrantNotFound = "GRANT_NOT_FOUND";

    /// <summary>No live job has the id; for GetJob, none that is over and still known either.</summary>
    public const string JobNotFound = "JOB_NOT_FOUND";

    /// <summary>The job runs or is a dead letter; only a waiting job can be run now or cancelled.</summary>
    public const string JobNotWaiting = "JOB_NOT_WAITING";

    /// <summary>The page size is negative or above 1,000.</summary>
    public const string PageSizeInvalid = "PAGE_SIZE_INVALID";

    /// <summary>The page token is unreadable or was given out for another filter.</summary>
    public const string PageTokenInvalid = "PAGE_TOKEN_INVALID";

    /// <summary>There is a policy of that name.</summary>
    public const string PolicyExists = "POLICY_EXISTS";

    /// <summary>Jobs of a registered kind use the policy.</summary>
    public const string PolicyInUse = "POLICY_IN_USE";

    /// <summary>There is no policy of that name.</summary>
    public const string PolicyNotFound = "POLICY_NOT_FOUND";

    /// <summary>The policy is built in.</summary>
    public const string PolicyReadOnly = "POLICY_READ_ONLY";

    /// <summary>The end of a time range is not after its start.</summary>
    public const string RangeInvalid = "RANGE_INVALID";

    /// <summary>All letters of the bulk replay were moved back, so it cannot be cancelled.</summary>
    public const string ReplayDone = "REPLAY_DONE";

    /// <summary>No bulk replay has the id.</summary>
    public const string ReplayNotFound = "REPLAY_NOT_FOUND";

    /// <summary>The token of a bulk replay is unknown, used, older than 10 minutes or that of another filter; make a new dry run.</summary>
    public const string ReplayTokenInvalid = "REPLAY_TOKEN_INVALID";

    /// <summary>A time lies outside the years 1 to 9999.</summary>
    public const string TimeInvalid = "TIME_INVALID";
}
