using ContactCenter.Crm.V1;
using ContactCenter.Storage.V1;
using Endpoint = ContactCenter.Crm.V1.Endpoint;

namespace ContactCenter.Sandbox.Crm;

/// <summary>How the suite is told to work with the sandbox's CRM, in either dialect.</summary>
public static class CrmConnectors
{
    /// <summary>Where people would see what the CRM has.</summary>
    public const string Pages = "https://crm.example.com";

    /// <summary>The dialect like Zoho's.</summary>
    /// <param name="baseUrl">Where the sandbox is reached.</param>
    public static Connector ZohoLike(string baseUrl)
    {
        var root = baseUrl + CrmApi.ZohoLike;
        var connector = Of("zoho-like", new() { CustomHeaders = new() { Headers = { new CustomHeader { Key = "X-Api-Key", Value = CrmApi.Key } } } }, new()
        {
            FindAccountByQuery = Find($"{root}/Contacts/search", "data", ("criteria", "=CONCAT_AND((Customer:equals:{UJET_ID}))")),
            FindAccountById = Find($"{root}/Contacts/{{ACCOUNT_ID}}", "data"),
            CreateAccount = Listed(Write($"{root}/Contacts", RequestMethod.Post, ("Last_Name", "{LAST_NAME}"), ("Customer", "{UJET_ID}")), "data.0.details"),
            FindRecordByQuery = Find($"{root}/Cases/search", "data", ("criteria", "=CONCAT_AND((Contact:equals:{ACCOUNT_ID}), (Subject:equals:{TICKET_SUBJECT}))")),
            CreateRecord = Listed(Write($"{root}/Cases", RequestMethod.Post, ("Subject", "{TICKET_SUBJECT}"), ("Contact", "{ACCOUNT_ID}")), "data.0.details"),
            UpdateRecord = Listed(Write($"{root}/Cases/{{RECORD_ID}}", RequestMethod.Put, ("Subject", "{TICKET_SUBJECT}"), ("Rating", "{RATING}")), ""),
            Comment = Listed(Write($"{root}/Cases/{{RECORD_ID}}/Notes", RequestMethod.Post, ("Note_Content", "{COMMENT_BODY}")), ""),
            UploadFile = Write($"{root}/Cases/{{RECORD_ID}}/Attachments", RequestMethod.Post, ("file", "{FILE_DATA}")),
        });
        connector.Upload = Upload(UploadType.Multipart, new() { Type = AttachmentType.Id, Location = "data.0.details.id", UrlBuilder = $"{Pages}/Cases/{{RECORD_ID}}/Attachments/{{ATTACHMENT_ID}}" });
        connector.Endpoints.FindRecordByQuery.SubjectLocation = "Subject";
        return connector;
    }

    /// <summary>The plain dialect.</summary>
    /// <param name="baseUrl">Where the sandbox is reached.</param>
    public static Connector Plain(string baseUrl)
    {
        var root = baseUrl + CrmApi.Plain;
        var connector = Of("plain", new() { Basic = new() { Username = "sandbox", Password = CrmApi.Key } }, new()
        {
            FindAccountByQuery = Find($"{root}/customers", "", ("customer", "{UJET_ID}")),
            FindAccountById = Find($"{root}/customers/{{ACCOUNT_ID}}", ""),
            CreateAccount = Write($"{root}/customers", RequestMethod.Post, ("customer", "{UJET_ID}")),
            FindRecordByQuery = Find($"{root}/tickets", "", ("customer", "{ACCOUNT_ID}"), ("subject", "{TICKET_SUBJECT}")),
            CreateRecord = Write($"{root}/tickets", RequestMethod.Post, ("subject", "{TICKET_SUBJECT}"), ("customer", "{ACCOUNT_ID}")),
            UpdateRecord = Write($"{root}/tickets/{{RECORD_ID}}", RequestMethod.Patch, ("subject", "{TICKET_SUBJECT}")),
            Comment = Write($"{root}/tickets/{{RECORD_ID}}/comments", RequestMethod.Post, ("text", "{COMMENT_BODY}")),
            UploadFile = Write($"{root}/tickets/{{RECORD_ID}}/files", RequestMethod.Post, ("content", "{FILE_DATA}")),
        });
        connector.Upload = Upload(UploadType.Base64Form, new() { Type = AttachmentType.Url });
        connector.Endpoints.FindAccountByQuery.NotFoundStatuses.Add(StatusCodes.Status404NotFound);
        connector.Endpoints.FindRecordByQuery.NotFoundStatuses.Add(StatusCodes.Status404NotFound);
        return connector;
    }

    private static Connector Of(string id, Authentication authentication, Endpoints endpoints) => new()
    {
        ConnectorId = id,
        InteractionMethod = InteractionMethod.GenericApi,
        Authentication = authentication,
        Endpoints = endpoints,
        Flows = new(),
        RetryPolicy = "standard",
    };

    // What is written once and does not depend on what other services tell later.
    private static UploadSettings Upload(UploadType type, AttachmentSettings attachment) =>
        new() { Type = type, Kinds = { SessionFileKind.CallRecording, SessionFileKind.Photo }, Attachment = attachment };

    private static Endpoint Find(string url, string location, params (string Key, string Value)[] parameters) =>
        new() { Url = url, Method = RequestMethod.Get, ResponseDataLocation = location, Parameters = { parameters.Select(Of) } };

    private static Endpoint Write(string url, RequestMethod method, params (string Key, string Value)[] parameters) =>
        new() { Url = url, Method = method, Parameters = { parameters.Select(Of) } };

    private static Endpoint Listed(Endpoint endpoint, string location)
    {
        (endpoint.DataFormat, endpoint.ContainerType, endpoint.ContainerName, endpoint.ResponseDataLocation) = (DataFormat.Container, ContainerType.Array, "data", location);
        return endpoint;
    }

    private static Parameter Of((string Key, string Value) parameter) => new() { Key = parameter.Key, Value = parameter.Value };
}
