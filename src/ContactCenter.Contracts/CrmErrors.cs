namespace ContactCenter.Contracts;

/// <summary>Error reasons of the domain <see cref="Domain"/>. They are part of the contract: callers decide by them.</summary>
public static class CrmErrors
{
    /// <summary>Domain of every ErrorInfo that the CRM services return.</summary>
    public const string Domain = "contactcenter.crm";

    /// <summary>The connector authenticates otherwise, so that there is nothing to authorise.</summary>
    public const string AuthenticationNotOAuth2 = "AUTHENTICATION_NOT_OAUTH2";

    /// <summary>There is a connector of that id.</summary>
    public const string ConnectorExists = "CONNECTOR_EXISTS";

    /// <summary>No connector has the id.</summary>
    public const string ConnectorNotFound = "CONNECTOR_NOT_FOUND";

    /// <summary>The connector has no such endpoint.</summary>
    public const string EndpointNotConfigured = "ENDPOINT_NOT_CONFIGURED";

    /// <summary>The connector was changed since it was read; read again and decide anew.</summary>
    public const string EtagMismatch = "ETAG_MISMATCH";

    /// <summary>No external storage is configured, which a connector in use needs.</summary>
    public const string ExternalStorageRequired = "EXTERNAL_STORAGE_REQUIRED";

    /// <summary>A required field is empty.</summary>
    public const string FieldRequired = "FIELD_REQUIRED";

    /// <summary>A function stands where only text and variables may.</summary>
    public const string FunctionNotAllowed = "FUNCTION_NOT_ALLOWED";

    /// <summary>The CRM does not answer, or not as agreed.</summary>
    public const string CrmUnavailable = "CRM_UNAVAILABLE";

    /// <summary>A later content of the file has taken its place.</summary>
    public const string FileReplaced = "FILE_REPLACED";

    /// <summary>A file is larger than what is attached to records.</summary>
    public const string FileTooLarge = "FILE_TOO_LARGE";

    /// <summary>Name or type of a file could end a header field.</summary>
    public const string HeaderInjection = "HEADER_INJECTION";

    /// <summary>A find has no value of the end user to look for; it is not sent, and its result is "not found".</summary>
    public const string NoCriteria = "NO_CRITERIA";

    /// <summary>The id that the URL needs was waived on purpose.</summary>
    public const string IdWaived = "ID_WAIVED";

    /// <summary>No operation has the id.</summary>
    public const string OperationNotFound = "OPERATION_NOT_FOUND";

    /// <summary>Operations of the connector are not over.</summary>
    public const string OperationsPending = "OPERATIONS_PENDING";

    /// <summary>The operation stands where this cannot be done.</summary>
    public const string OperationState = "OPERATION_STATE";

    /// <summary>A parameter that must not be empty is.</summary>
    public const string ParameterEmpty = "PARAMETER_EMPTY";

    /// <summary>The value of a parameter has not the type that was configured.</summary>
    public const string ParameterType = "PARAMETER_TYPE";

    /// <summary>A rendered URL is longer than 8,192 characters, or a body larger than 1 MiB.</summary>
    public const string RequestTooLarge = "REQUEST_TOO_LARGE";

    /// <summary>Sessions of an SDK need {SDK_IDENTIFIER} where accounts are made.</summary>
    public const string SdkIdentifierRequired = "SDK_IDENTIFIER_REQUIRED";

    /// <summary>The session ended before an agent was assigned.</summary>
    public const string SessionAbandoned = "SESSION_ABANDONED";

    /// <summary>Nothing is known of the session.</summary>
    public const string SessionNotFound = "SESSION_NOT_FOUND";

    /// <summary>A template, function or location cannot be parsed.</summary>
    public const string Syntax = "SYNTAX";

    /// <summary>Endpoints are missing that others need.</summary>
    public const string TierIncomplete = "TIER_INCOMPLETE";

    /// <summary>The connector was tested too often within a minute.</summary>
    public const string TooManyTests = "TOO_MANY_TESTS";

    /// <summary>There is no variable of that name.</summary>
    public const string UnknownVariable = "UNKNOWN_VARIABLE";

    /// <summary>A URL is not acceptable.</summary>
    public const string UrlInvalid = "URL_INVALID";

    /// <summary>A variable in the path of a URL is empty.</summary>
    public const string UrlVariableEmpty = "URL_VARIABLE_EMPTY";

    /// <summary>The values of variables make a segment of the path of a URL <c>.</c> or <c>..</c>, which leads elsewhere.</summary>
    public const string UrlVariableUnsafe = "URL_VARIABLE_UNSAFE";

    /// <summary>A variable is used where it has no value.</summary>
    public const string VariableNotAvailable = "VARIABLE_NOT_AVAILABLE";
}
