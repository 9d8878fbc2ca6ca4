namespace ContactCenter.Contracts;

/// <summary>Error reasons of the domain <see cref="Domain"/>. They are part of the contract: callers decide by them.</summary>
public static class FollowUpErrors
{
    /// <summary>Domain of every ErrorInfo that the follow-up services return.</summary>
    public const string Domain = "contactcenter.followups";

    /// <summary>Another answer counts; the message names its action and time.</summary>
    public const string AlreadyAnswered = "ALREADY_ANSWERED";

    /// <summary>The record is closed, or the last attempt is more than 30 days ago; the answer is recorded without effect.</summary>
    public const string AnswerTooLate = "ANSWER_TOO_LATE";

    /// <summary>attempts is not 1 to 10.</summary>
    public const string AttemptsOutOfRange = "ATTEMPTS_OUT_OF_RANGE";

    /// <summary>There is a channel of that id.</summary>
    public const string ChannelExists = "CHANNEL_EXISTS";

    /// <summary>No channel has the id.</summary>
    public const string ChannelNotFound = "CHANNEL_NOT_FOUND";

    /// <summary>The thing was changed since it was read; read again and decide anew.</summary>
    public const string EtagMismatch = "ETAG_MISMATCH";

    /// <summary>A required field is empty.</summary>
    public const string FieldRequired = "FIELD_REQUIRED";

    /// <summary>There is, or was, a follow-up of that id.</summary>
    public const string FollowUpExists = "FOLLOW_UP_EXISTS";

    /// <summary>The follow-up is INACTIVE.</summary>
    public const string FollowUpInactive = "FOLLOW_UP_INACTIVE";

    /// <summary>No follow-up has the id.</summary>
    public const string FollowUpNotFound = "FOLLOW_UP_NOT_FOUND";

    /// <summary>No group has the id.</summary>
    public const string GroupNotFound = "GROUP_NOT_FOUND";

    /// <summary>There is an integration of that id.</summary>
    public const string IntegrationExists = "INTEGRATION_EXISTS";

    /// <summary>No integration has the id.</summary>
    public const string IntegrationNotFound = "INTEGRATION_NOT_FOUND";

    /// <summary>Follow-ups use it; the message names up to 20.</summary>
    public const string InUse = "IN_USE";

    /// <summary>Another follow-up has the name, whatever the letter case.</summary>
    public const string NameTaken = "NAME_TAKEN";

    /// <summary>notification_frequency_minutes is not 10 to 7,200.</summary>
    public const string NotificationFrequencyOutOfRange = "NOTIFICATION_FREQUENCY_OUT_OF_RANGE";

    /// <summary>No notification has the id.</summary>
    public const string NotificationNotFound = "NOTIFICATION_NOT_FOUND";

    /// <summary>polling_frequency_minutes is not 10 to 7,200.</summary>
    public const string PollingFrequencyOutOfRange = "POLLING_FREQUENCY_OUT_OF_RANGE";

    /// <summary>No poll has the id.</summary>
    public const string PollNotFound = "POLL_NOT_FOUND";

    /// <summary>Neither a user nor a group field names recipients.</summary>
    public const string RecipientRequired = "RECIPIENT_REQUIRED";

    /// <summary>The record is closed.</summary>
    public const string RecordClosed = "RECORD_CLOSED";

    /// <summary>No record has the id.</summary>
    public const string RecordNotFound = "RECORD_NOT_FOUND";

    /// <summary>An ACTIVE follow-up refers to a channel, integration, attribute or credential that is missing or disabled.</summary>
    public const string ReferenceMissing = "REFERENCE_MISSING";

    /// <summary>A reference stands where its scope cannot have a value.</summary>
    public const string ScopeNotAvailable = "SCOPE_NOT_AVAILABLE";

    /// <summary>A template cannot be parsed.</summary>
    public const string TemplateSyntax = "TEMPLATE_SYNTAX";

    /// <summary>No notification has an action of that token.</summary>
    public const string TokenUnknown = "TOKEN_UNKNOWN";

    /// <summary>The deployment has as many user attributes as it may.</summary>
    public const string TooManyAttributes = "TOO_MANY_ATTRIBUTES";

    /// <summary>The deployment has as many follow-ups as it may.</summary>
    public const string TooManyFollowUps = "TOO_MANY_FOLLOW_UPS";

    /// <summary>The follow-up was polled by hand within the last minute.</summary>
    public const string TooManyPolls = "TOO_MANY_POLLS";

    /// <summary>An attribute is not declared.</summary>
    public const string UnknownAttribute = "UNKNOWN_ATTRIBUTE";

    /// <summary>record_type is not JSON.</summary>
    public const string UnsupportedRecordType = "UNSUPPORTED_RECORD_TYPE";

    /// <summary>A URL is not acceptable.</summary>
    public const string UrlInvalid = "URL_INVALID";

    /// <summary>No user has the id.</summary>
    public const string UserNotFound = "USER_NOT_FOUND";
}
