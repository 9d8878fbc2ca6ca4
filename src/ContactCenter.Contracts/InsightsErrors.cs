namespace ContactCenter.Contracts;

/// <summary>Error reasons of the domain <see cref="Domain"/>. They are part of the contract: callers decide by them.</summary>
public static class InsightsErrors
{
    /// <summary>There is no such correction, or it was withdrawn.</summary>
    public const string CorrectionNotFound = "CORRECTION_NOT_FOUND";

    /// <summary>Other tasks name the task as their conversation, so that it cannot be parted from them.</summary>
    public const string TaskNamesConversation = "TASK_NAMES_CONVERSATION";

    /// <summary>No event of such a task is known.</summary>
    public const string TaskNotFound = "TASK_NOT_FOUND";

    /// <summary>The task is the only one of its conversation.</summary>
    public const string TaskNotLinked = "TASK_NOT_LINKED";

    /// <summary>The field is none, or is a kind, time or id, which nobody can set.</summary>
    public const string FieldNotCorrectable = "FIELD_NOT_CORRECTABLE";

    /// <summary>Domain of every ErrorInfo that the Insights services return.</summary>
    public const string Domain = "contactcenter.insights";

    /// <summary>A conversation is asked for by an id that several accounts use; the request must name one.</summary>
    public const string AccountRequired = "ACCOUNT_REQUIRED";

    /// <summary>The agent of RCS for Business is neither configured nor was anything ever heard of it.</summary>
    public const string AgentUnknown = "AGENT_UNKNOWN";

    /// <summary>A message was recorded under the id with other content; the first stays.</summary>
    public const string MessageIdReused = "MESSAGE_ID_REUSED";

    /// <summary>No such message is recorded.</summary>
    public const string MessageNotFound = "MESSAGE_NOT_FOUND";

    /// <summary>Message analytics have no such figure.</summary>
    public const string UnknownMeasure = "UNKNOWN_MEASURE";

    /// <summary>No agent has the SID.</summary>
    public const string AgentNotFound = "AGENT_NOT_FOUND";

    /// <summary>A request body is larger than its limit (HTTP 413).</summary>
    public const string BodyTooLarge = "BODY_TOO_LARGE";

    /// <summary>A request body is not JSON of the expected form (HTTP 400).</summary>
    public const string BodyUnreadable = "BODY_UNREADABLE";

    /// <summary>A key of an imported configuration is not known, or its value is none that it can have.</summary>
    public const string ConfigurationInvalid = "CONFIGURATION_INVALID";

    /// <summary>No conversation has the id.</summary>
    public const string ConversationNotFound = "CONVERSATION_NOT_FOUND";

    /// <summary>Nobody assigned the conversation to another customer than that of its key.</summary>
    public const string ConversationNotRelinked = "CONVERSATION_NOT_RELINKED";

    /// <summary>The raw events of the conversation were removed for their age, so that it cannot be worked out again.</summary>
    public const string ConversationSealed = "CONVERSATION_SEALED";

    /// <summary>The customer points to another one already; that merge has to be taken back first.</summary>
    public const string CustomerMerged = "CUSTOMER_MERGED";

    /// <summary>No customer has the id.</summary>
    public const string CustomerNotFound = "CUSTOMER_NOT_FOUND";

    /// <summary>The customer points to no other one, so there is no merge to take back.</summary>
    public const string CustomerNotMerged = "CUSTOMER_NOT_MERGED";

    /// <summary>A day is not of the form YYYY-MM-DD.</summary>
    public const string DayInvalid = "DAY_INVALID";

    /// <summary>The configuration was imported anew since its etag was read.</summary>
    public const string EtagMismatch = "ETAG_MISMATCH";

    /// <summary>A session event is not as it should be; the stored event is marked failed.</summary>
    public const string EventInvalid = "EVENT_INVALID";

    /// <summary>The export has ended, so that it cannot be canceled.</summary>
    public const string ExportEnded = "EXPORT_ENDED";

    /// <summary>The file of the export was removed (HTTP 410).</summary>
    public const string ExportExpired = "EXPORT_EXPIRED";

    /// <summary>No export has the id.</summary>
    public const string ExportNotFound = "EXPORT_NOT_FOUND";

    /// <summary>The export is not done, so that there is no file (HTTP 409).</summary>
    public const string ExportNotReady = "EXPORT_NOT_READY";

    /// <summary>A required field is empty.</summary>
    public const string FieldRequired = "FIELD_REQUIRED";

    /// <summary>In HIPAA mode every conversation is its own customer; nothing is joined by hand.</summary>
    public const string HipaaLinkingDisabled = "HIPAA_LINKING_DISABLED";

    /// <summary>No load has the id.</summary>
    public const string LoadNotFound = "LOAD_NOT_FOUND";

    /// <summary>The customers would point to each other in a circle.</summary>
    public const string MergeCycle = "MERGE_CYCLE";

    /// <summary>An Event Streams request is not a JSON array (HTTP 400).</summary>
    public const string NotAnArray = "NOT_AN_ARRAY";

    /// <summary>More events wait to be processed than the service takes; repeat later (HTTP 503 with Retry-After).</summary>
    public const string Overloaded = "OVERLOADED";

    /// <summary>The offset lies beyond the end of the file.</summary>
    public const string OffsetInvalid = "OFFSET_INVALID";

    /// <summary>The page size is negative or above 1,000.</summary>
    public const string PageSizeInvalid = "PAGE_SIZE_INVALID";

    /// <summary>The page token is unreadable or was given out for another filter.</summary>
    public const string PageTokenInvalid = "PAGE_TOKEN_INVALID";

    /// <summary>The end of a time range is not after its start.</summary>
    public const string RangeInvalid = "RANGE_INVALID";

    /// <summary>A time range is longer than 400 days, or gives more than the answer may hold.</summary>
    public const string RangeTooLarge = "RANGE_TOO_LARGE";

    /// <summary>No raw event has the id, or it has no body in quarantine.</summary>
    public const string RawEventNotFound = "RAW_EVENT_NOT_FOUND";

    /// <summary>The reprocessing is done or canceled, so that it cannot be ended.</summary>
    public const string ReprocessingFinished = "REPROCESSING_FINISHED";

    /// <summary>No reprocessing has the id.</summary>
    public const string ReprocessingNotFound = "REPROCESSING_NOT_FOUND";

    /// <summary>The request does not say why.</summary>
    public const string ReasonRequired = "REASON_REQUIRED";

    /// <summary>No segment has the id.</summary>
    public const string SegmentNotFound = "SEGMENT_NOT_FOUND";

    /// <summary>No session has the name.</summary>
    public const string SessionNotFound = "SESSION_NOT_FOUND";

    /// <summary>The signature of a webhook is missing or wrong (HTTP 403).</summary>
    public const string SignatureInvalid = "SIGNATURE_INVALID";

    /// <summary>No account is configured, so that no signature can be checked (HTTP 503).</summary>
    public const string SignatureNotConfigured = "SIGNATURE_NOT_CONFIGURED";

    /// <summary>The database did not take the event in time; it was not stored (HTTP 503).</summary>
    public const string StoreUnavailable = "STORE_UNAVAILABLE";

    /// <summary>A time zone is no name of the tz database.</summary>
    public const string TimeZoneUnknown = "TIME_ZONE_UNKNOWN";

    /// <summary>The time of an event lies outside 1901 to 2049; the stored event is marked failed.</summary>
    public const string TimeOutOfRange = "TIME_OUT_OF_RANGE";

    /// <summary>Attributes are no JSON object, too large, or have a name twice.</summary>
    public const string AttributesInvalid = "ATTRIBUTES_INVALID";

    /// <summary>A CSV file cannot be read.</summary>
    public const string CsvInvalid = "CSV_INVALID";

    /// <summary>The account has no REST API key, so that nothing can be written back.</summary>
    public const string RestNotConfigured = "REST_NOT_CONFIGURED";

    /// <summary>Single sign-on manages the workers and would overwrite what is written.</summary>
    public const string SsoManaged = "SSO_MANAGED";

    /// <summary>The task has ended; values set now would not count.</summary>
    public const string TaskGone = "TASK_GONE";

    /// <summary>A column is not known.</summary>
    public const string UnknownColumn = "UNKNOWN_COLUMN";

    /// <summary>A run names a worker twice.</summary>
    public const string WorkerRepeated = "WORKER_REPEATED";

    /// <summary>No write-back has the id.</summary>
    public const string WriteBackNotFound = "WRITE_BACK_NOT_FOUND";

    /// <summary>The write-back has not failed, so that it cannot be begun again.</summary>
    public const string WriteBackNotFailed = "WRITE_BACK_NOT_FAILED";

    /// <summary>The content type of an event's text is none of a webhook.</summary>
    public const string ContentTypeUnknown = "CONTENT_TYPE_UNKNOWN";
}
