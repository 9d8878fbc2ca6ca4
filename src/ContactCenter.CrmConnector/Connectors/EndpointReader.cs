using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Answers;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Egress.Guard;
using Endpoint = ContactCenter.Crm.V1.Endpoint;
using ValueType = ContactCenter.Crm.V1.ValueType;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>Parses the configuration of an endpoint and checks it completely (CRM-33 to CRM-44).</summary>
/// <param name="guard">Says which hosts may be called.</param>
/// <param name="findings">Takes what is wrong.</param>
/// <param name="escapeQueries">Whether operators of the CRM's query language are escaped in values.</param>
/// <param name="upload">How files are attached; null for not at all.</param>
public sealed class EndpointReader(EgressGuard guard, ConnectorFindings findings, bool escapeQueries, UploadSettings? upload = null)
{
    /// <summary>Warning: an endpoint writes by GET.</summary>
    public const string GetWrites = "GET_WRITES";

    /// <summary>Warning: text of end users goes into a query unescaped.</summary>
    public const string QueryEscapingOff = "QUERY_ESCAPING_OFF";

    /// <summary>Warning: find account by id is never used.</summary>
    public const string FindByIdUnused = "FIND_BY_ID_UNUSED";

    /// <summary>Most parameters of an endpoint.</summary>
    public const int MostParameters = 200;

    private const string DefaultIdLocation = "id";
    private const string DefaultUrlLocation = "url";

    /// <summary>Parses an endpoint.</summary>
    /// <param name="kind">Which one.</param>
    /// <param name="endpoint">As configured.</param>
    /// <param name="field">Its path.</param>
    /// <returns>Null if something is wrong with it.</returns>
    public RequestTemplate? Read(EndpointKind kind, Endpoint endpoint, string field)
    {
        var known = findings.Problems.Count;
        var place = kind switch { EndpointKind.Comment => Places.Comment, EndpointKind.UploadFile => Places.Upload, _ => Places.Endpoint };
        // A file stands in no URL.
        var url = Url(endpoint, field, kind == EndpointKind.UploadFile ? Places.Endpoint : place);
        CheckMethod(kind, endpoint, field);
        CheckForm(endpoint, field);
        CheckNotFound(kind, endpoint, field);
        var answer = Answer(kind, endpoint, field);
        var parameters = Parameters(endpoint, field, place);
        if (kind == EndpointKind.UploadFile)
            new UploadReader(guard, findings).Check(endpoint, parameters, upload?.Type ?? UploadType.Unspecified, field);
        if (url is null || findings.Problems.Count > known)
            return null;
        var template = new RequestTemplate
        {
            Kind = kind,
            Url = url,
            Method = endpoint.Method,
            Parameters = parameters,
            Answer = answer,
            Container = endpoint.ContainerType,
            ContainerName = endpoint.ContainerName,
            EscapeQueries = escapeQueries,
            NotFoundStatuses = [.. endpoint.NotFoundStatuses],
            Upload = kind == EndpointKind.UploadFile ? upload?.Type ?? UploadType.Unspecified : UploadType.Unspecified,
        };
        if (template.IsFind && !template.Variables.Any(variable => variable.IsCriterion))
            findings.Refuse(field, CrmErrors.NoCriteria, "a find has to use a value of the end user, such as {PHONE_NUMBER}");
        if (kind == EndpointKind.FindAccountById && !url.PathVariables.Contains(Variables.AccountId))
            findings.Warn($"{field}.url", FindByIdUnused, "without {ACCOUNT_ID} in the path of the URL this endpoint is never used");
        return findings.Problems.Count > known ? null : template;
    }

    private UrlTemplate? Url(Endpoint endpoint, string field, Places place)
    {
        field += ".url";
        if (endpoint.Url.Length == 0)
        {
            findings.Refuse(field, CrmErrors.FieldRequired, "is required");
            return null;
        }

        var problems = new List<ParseProblem>();
        var url = UrlTemplate.Parse(endpoint.Url, place, guard, problems);
        findings.Refuse(field, problems);
        return url;
    }

    private void CheckMethod(EndpointKind kind, Endpoint endpoint, string field)
    {
        field += ".method";
        if (endpoint.Method == RequestMethod.Unspecified)
            findings.Refuse(field, CrmErrors.FieldRequired, "is required");
        else if (!Enum.IsDefined(endpoint.Method))
            findings.Refuse(field, SharedErrors.FieldInvalid, "must be POST, GET, PUT or PATCH");
        else if (endpoint.Method == RequestMethod.Get && kind != EndpointKind.UploadFile && !RequestTemplate.IsFindKind(kind))
            findings.Warn(field, GetWrites, "GET is meant for reading; this endpoint writes");
    }

    private void CheckForm(Endpoint endpoint, string field)
    {
        var isContainer = endpoint.DataFormat == DataFormat.Container;
        if (!Enum.IsDefined(endpoint.DataFormat))
            findings.Refuse($"{field}.data_format", SharedErrors.FieldInvalid, "must be PROPERTIES or CONTAINER");
        else if (endpoint is { Method: RequestMethod.Get, DataFormat: not DataFormat.Unspecified })
            findings.Refuse($"{field}.data_format", SharedErrors.FieldInvalid, "GET has no body");
        if (!Enum.IsDefined(endpoint.ContainerType) || isContainer != (endpoint.ContainerType != ContainerType.Unspecified))
            findings.Refuse($"{field}.container_type", isContainer ? CrmErrors.FieldRequired : SharedErrors.FieldInvalid, "must be MAP or ARRAY with the data format CONTAINER, and empty otherwise");
        if (isContainer != endpoint.ContainerName.Length > 0)
            findings.Refuse($"{field}.container_name", isContainer ? CrmErrors.FieldRequired : SharedErrors.FieldInvalid, "is required with the data format CONTAINER, and empty otherwise");
    }

    private void CheckNotFound(EndpointKind kind, Endpoint endpoint, string field)
    {
        if (endpoint.NotFoundStatuses.Count > 0 && kind is not (EndpointKind.FindAccountByQuery or EndpointKind.FindRecordByQuery))
            findings.Refuse($"{field}.not_found_statuses", SharedErrors.FieldInvalid, "is for endpoints that find by query alone");
        else if (endpoint.NotFoundStatuses.Any(status => status is < 400 or > 499))
            findings.Refuse($"{field}.not_found_statuses", SharedErrors.FieldInvalid, "must be 400 to 499 each");
    }

    private AnswerReader? Answer(EndpointKind kind, Endpoint endpoint, string field)
    {
        var data = Read($"{field}.response_data_location", endpoint.ResponseDataLocation);
        if (kind == EndpointKind.UploadFile)
            return AttachmentOf(data);
        var id = Read($"{field}.id_location", endpoint.IdLocation.Length > 0 ? endpoint.IdLocation : DefaultIdLocation);
        var isRecord = kind == EndpointKind.FindRecordByQuery;
        var subject = Shown("subject", endpoint.SubjectLocation, isRecord);
        var status = Shown("status", endpoint.StatusLocation, isRecord);
        var isAccount = kind is EndpointKind.FindAccountByQuery or EndpointKind.FindAccountById;
        var name = Shown("name", endpoint.NameLocation, isAccount);
        var phone = Shown("phone", endpoint.PhoneLocation, isAccount);
        var email = Shown("email", endpoint.EmailLocation, isAccount);
        if (kind is not (EndpointKind.UpdateRecord or EndpointKind.Comment))
            return data is null || id is null ? null : new(data, id) { Name = name, Phone = phone, Email = email, Subject = subject, Status = status };
        if (endpoint.ResponseDataLocation.Length > 0 || endpoint.IdLocation.Length > 0)
            findings.Refuse($"{field}.{(endpoint.IdLocation.Length > 0 ? "id_location" : "response_data_location")}", SharedErrors.FieldInvalid, "nothing is read from the answer of this endpoint");
        return null;

        AnswerReader? AttachmentOf(Location? root)
        {
            if (upload?.Attachment is not { } attachment)
                return null;
            var text = attachment.Location.Length > 0 ? attachment.Location : attachment.Type == AttachmentType.Url ? DefaultUrlLocation : DefaultIdLocation;
            return root is not null && Read("connector.upload.attachment.location", text) is { } place ? new(root, place) : null;
        }

        // What is shown of what was found (CRM-75); without a setting it has the name of what it is.
        Location? Shown(string what, string text, bool isRead)
        {
            if (!isRead && text.Length > 0)
                findings.Refuse($"{field}.{what}_location", SharedErrors.FieldInvalid, what is "subject" or "status" ? "is read by find_record_by_query alone" : "is read by the endpoints alone that find accounts");
            return isRead ? Read($"{field}.{what}_location", text.Length > 0 ? text : what) : null;
        }

        Location? Read(string path, string text)
        {
            var location = Location.Parse(text, out var error);
            if (error is { } wrong)
                findings.Refuse(path, CrmErrors.Syntax, wrong.Message, wrong.Position);
            return location;
        }
    }

    private List<ParameterTemplate> Parameters(Endpoint endpoint, string field, Places place)
    {
        if (endpoint.Parameters.Count > MostParameters)
            findings.Refuse($"{field}.parameters", SharedErrors.FieldInvalid, $"must be at most {MostParameters}");
        var templates = new List<ParameterTemplate>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(endpoint.Parameters.Count, MostParameters); i++)
        {
            var (parameter, path) = (endpoint.Parameters[i], $"{field}.parameters[{i}]");
            if (parameter.Key.Length == 0)
                findings.Refuse($"{path}.key", CrmErrors.FieldRequired, "is required");
            else if (!keys.Add(parameter.Key) && endpoint.Method != RequestMethod.Get)
                findings.Refuse($"{path}.key", SharedErrors.FieldInvalid, "stands in the body already");
            if (!Enum.IsDefined(parameter.OnEmpty))
                findings.Refuse($"{path}.on_empty", SharedErrors.FieldInvalid, "must be OMIT, EMPTY_STRING, NULL or FAIL");
            if (!Enum.IsDefined(parameter.Type))
                findings.Refuse($"{path}.type", SharedErrors.FieldInvalid, "must be STRING, NUMBER, BOOLEAN or JSON");
            else if (Value(parameter, $"{path}.value", place) is { } value)
                templates.Add(value);
        }

        return templates;
    }

    private ParameterTemplate? Value(Parameter parameter, string field, Places place)
    {
        var problems = new List<ParseProblem>();
        var value = parameter.Type == ValueType.Json
            ? ExpressionParser.ParseJson(parameter.Value, place, problems)
            : ExpressionParser.ParseValue(parameter.Value, place, problems);
        findings.Refuse(field, problems);
        if (value is null || problems.Count > 0)
            return null;
        var template = new ParameterTemplate(parameter.Key, value, parameter.Type, parameter.OnEmpty);
        var isOfType = parameter.Type switch
        {
            ValueType.Json => template.IsJson,
            ValueType.Number => value is not Template { Literal: { } literal } || JsonText.IsNumber(literal),
            ValueType.Boolean => value is not Template { Literal: { } literal } || bool.TryParse(literal, out _),
            _ => true,
        };
        if (!isOfType)
            findings.Refuse(field, SharedErrors.FieldInvalid, $"is no {parameter.Type.ToString().ToUpperInvariant()}");
        if (!escapeQueries && value is Call { Concatenates: true } && value.Variables.Any(variable => variable.IsEndUserText))
            findings.Warn(field, QueryEscapingOff, "end users can write operators of the CRM's query language into this value; see query_escaping");
        return template;
    }
}
