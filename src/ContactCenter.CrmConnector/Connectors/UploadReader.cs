using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Egress.Guard;
using ContactCenter.Storage.V1;
using Endpoint = ContactCenter.Crm.V1.Endpoint;
using ValueType = ContactCenter.Crm.V1.ValueType;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>Parses and checks how files are attached (CRM-117 to CRM-121).</summary>
/// <param name="guard">Checks addresses.</param>
/// <param name="findings">Takes what is wrong.</param>
internal sealed class UploadReader(EgressGuard guard, ConnectorFindings findings)
{
    private const string Field = "connector.upload";
    private const int LongestTimeout = 120;

    /// <summary>Parses the settings.</summary>
    /// <param name="upload">As configured; null for none.</param>
    /// <param name="isNeeded">Whether there is an upload endpoint.</param>
    /// <returns>Null if there are none, or something is wrong with them.</returns>
    public UploadTemplate? Read(UploadSettings? upload, bool isNeeded)
    {
        if (upload is null || !isNeeded)
        {
            if (isNeeded)
                findings.Refuse(Field, CrmErrors.FieldRequired, "is required with endpoints.upload_file");
            else if (upload is not null)
                findings.Refuse(Field, SharedErrors.FieldInvalid, "is of use with endpoints.upload_file alone");
            return null;
        }

        if (upload.Type is not (UploadType.Base64Form or UploadType.Multipart))
            findings.Refuse($"{Field}.type", upload.Type == UploadType.Unspecified ? CrmErrors.FieldRequired : SharedErrors.FieldInvalid, "must be BASE64_FORM or MULTIPART");
        if (upload.Kinds.Any(kind => kind == SessionFileKind.Unspecified || !Enum.IsDefined(kind)))
            findings.Refuse($"{Field}.kinds", SharedErrors.FieldInvalid, "must be kinds of session files");
        if (upload is { HasTimeoutSeconds: true, TimeoutSeconds: < 1 or > LongestTimeout })
            findings.Refuse($"{Field}.timeout_seconds", SharedErrors.FieldInvalid, $"must be 1 to {LongestTimeout}");
        return new(upload, upload.Attachment is { } attachment ? Builder(attachment) : null);
    }

    /// <summary>Checks the endpoint for what only uploads have.</summary>
    /// <param name="endpoint">As configured.</param>
    /// <param name="parameters">Its parameters as far as they could be parsed.</param>
    /// <param name="type">How files are sent.</param>
    /// <param name="field">Path of the endpoint.</param>
    public void Check(Endpoint endpoint, IReadOnlyList<ParameterTemplate> parameters, UploadType type, string field)
    {
        if (endpoint.Method == RequestMethod.Get)
            findings.Refuse($"{field}.method", SharedErrors.FieldInvalid, "GET sends no file");
        if (type == UploadType.Multipart && endpoint.DataFormat == DataFormat.Container)
            findings.Refuse($"{field}.data_format", SharedErrors.FieldInvalid, "a multipart form has no container");
        if (endpoint.IdLocation.Length > 0)
            findings.Refuse($"{field}.id_location", SharedErrors.FieldInvalid, $"what is read from the answer is {Field}.attachment's");
        if (parameters.Count(parameter => parameter.IsFile) != 1)
            findings.Refuse($"{field}.parameters", SharedErrors.FieldInvalid, $"exactly one has to be {Variables.FileData} alone");
        for (var i = 0; i < endpoint.Parameters.Count; i++)
        {
            var (parameter, path) = (parameters.FirstOrDefault(known => known.Key == endpoint.Parameters[i].Key), $"{field}.parameters[{i}]");
            if (parameter is { IsFile: false } && parameter.Value.Variables.Contains(Variables.FileData))
                findings.Refuse($"{path}.value", SharedErrors.FieldInvalid, $"{Variables.FileData} has to stand alone");
            if (parameter is { IsFile: true, Type: not (ValueType.Unspecified or ValueType.String) })
                findings.Refuse($"{path}.type", SharedErrors.FieldInvalid, "a file is a STRING");
            if (type == UploadType.Multipart && endpoint.Parameters[i].Key.Any(char.IsControl))
                findings.Refuse($"{path}.key", SharedErrors.FieldInvalid, "must not have a control character, as the name of a part");
        }
    }

    private UrlTemplate? Builder(AttachmentSettings attachment)
    {
        const string Url = $"{Field}.attachment.url_builder";
        var isId = attachment.Type == AttachmentType.Id;
        if (!isId && attachment.Type != AttachmentType.Url)
            findings.Refuse($"{Field}.attachment.type", attachment.Type == AttachmentType.Unspecified ? CrmErrors.FieldRequired : SharedErrors.FieldInvalid, "must be ID or URL");
        if (isId != attachment.UrlBuilder.Length > 0)
            findings.Refuse(Url, isId ? CrmErrors.FieldRequired : SharedErrors.FieldInvalid, "is required with ID, and empty with URL");
        if (!isId || attachment.UrlBuilder.Length == 0)
            return null;
        var problems = new List<ParseProblem>();
        var builder = UrlTemplate.Parse(attachment.UrlBuilder, Places.Attachment, guard, problems);
        findings.Refuse(Url, problems);
        if (builder is not null && !builder.Variables.Contains(Variables.AttachmentId))
            findings.Refuse(Url, SharedErrors.FieldInvalid, $"must have {Variables.AttachmentId}");
        return builder;
    }
}
