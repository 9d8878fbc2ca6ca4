namespace ContactCenter.Contracts;

/// <summary>Error reasons of the domain <see cref="Domain"/>. They are part of the contract: callers decide by them.</summary>
public static class WfmErrors
{
    /// <summary>Domain of every ErrorInfo that the workforce management services return.</summary>
    public const string Domain = "contactcenter.wfm";

    /// <summary>A required field is empty.</summary>
    public const string FieldRequired = "FIELD_REQUIRED";

    /// <summary>A time that must lie on a quarter hour (UTC) does not.</summary>
    public const string IntervalNotAligned = "INTERVAL_NOT_ALIGNED";

    /// <summary>The page size is negative or above 1,000.</summary>
    public const string PageSizeInvalid = "PAGE_SIZE_INVALID";

    /// <summary>The page token is unreadable or was given out for another filter.</summary>
    public const string PageTokenInvalid = "PAGE_TOKEN_INVALID";

    /// <summary>The end of a time range is not after its start.</summary>
    public const string RangeInvalid = "RANGE_INVALID";

    /// <summary>A time range is longer than the method allows.</summary>
    public const string RangeTooLarge = "RANGE_TOO_LARGE";

    /// <summary>Nothing was told of such an agent.</summary>
    public const string AgentNotFound = "AGENT_NOT_FOUND";

    /// <summary>CXone refuses the access key.</summary>
    public const string AccessKeyRejected = "ACCESS_KEY_REJECTED";

    /// <summary>Something that the connection needs is missing.</summary>
    public const string ConnectionNotConfigured = "CONNECTION_NOT_CONFIGURED";

    /// <summary>CXone cannot be reached, so the access key could not be tried out.</summary>
    public const string CxoneUnavailable = "CXONE_UNAVAILABLE";

    /// <summary>The resource was changed since it was read.</summary>
    public const string EtagMismatch = "ETAG_MISMATCH";

    /// <summary>There is a wire profile of that id; a profile never changes.</summary>
    public const string ProfileExists = "PROFILE_EXISTS";

    /// <summary>A wire profile has a fault at the named place.</summary>
    public const string ProfileInvalid = "PROFILE_INVALID";

    /// <summary>There is no such wire profile.</summary>
    public const string ProfileUnknown = "PROFILE_UNKNOWN";

    /// <summary>There is no such report.</summary>
    public const string ReportNotFound = "REPORT_NOT_FOUND";

    /// <summary>The secret has to be entered again, since the address or the key has changed.</summary>
    public const string SecretRequired = "SECRET_REQUIRED";

    /// <summary>The service URL cannot be used.</summary>
    public const string ServiceUrlInvalid = "SERVICE_URL_INVALID";

    /// <summary>CXone knows another agent by this login id.</summary>
    public const string LoginIdTaken = "LOGIN_ID_TAKEN";

    /// <summary>There is a mapping of the same agent, activity, channel, or queue, medium and direction.</summary>
    public const string MappingExists = "MAPPING_EXISTS";

    /// <summary>There is no such mapping.</summary>
    public const string MappingNotFound = "MAPPING_NOT_FOUND";

    /// <summary>A skill would be fed by queues of several media or directions.</summary>
    public const string SkillMediumConflict = "SKILL_MEDIUM_CONFLICT";
}
