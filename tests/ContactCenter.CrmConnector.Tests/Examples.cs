using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Phones;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Egress;
using ContactCenter.Egress.Guard;
using ContactCenter.Storage.V1;

namespace ContactCenter.CrmConnector.Tests;

/// <summary>The configuration and the session of the specification's worked examples.</summary>
internal static class Examples
{
    public const string Account = "4a1b0c52-7f0e-4c3a-9a55-0d6f2f1e9b10";

    public static EgressGuard Guard { get; } = new(new EgressOptions(), OwnListeners.None);

    /// <summary>call-1418 after its end.</summary>
    public static Session Call { get; } = new()
    {
        SessionId = 1418,
        Channel = Channel.Call,
        SessionType = "Voice Inbound (IVR)",
        Name = "Kim Lee",
        PhoneNumber = "+12223334444",
        Email = "kim@example",
        AgentId = 5,
        AgentEmail = "jane.smith@example.com",
        QueueId = 8,
        QueueName = "Orders",
        Wait = TimeSpan.FromSeconds(27),
        Hold = TimeSpan.FromSeconds(5),
        Duration = TimeSpan.FromSeconds(126),
        DisconnectedBy = "agent",
        Rating = 5,
    };

    public static Endpoints Endpoints() => Crm.V1.Endpoints.Parser.ParseJson(
        """
        { "findAccountByQuery": { "method": "REQUEST_METHOD_GET", "url": "https://api.crm.example.com/v2/Contacts/search", "responseDataLocation": "data",
            "parameters": [ { "key": "criteria", "value": "=CONCAT_OR((Id:equals:{ACCOUNT_ID}), (Phone:equals:{PHONE_NUMBER}), (Email:equals:{EMAIL}))" } ] },
          "findAccountById": { "method": "REQUEST_METHOD_GET", "url": "https://api.crm.example.com/v2/Contacts/{ACCOUNT_ID}", "responseDataLocation": "data" },
          "createAccount": { "method": "REQUEST_METHOD_POST", "url": "https://api.crm.example.com/v2/Contacts", "dataFormat": "DATA_FORMAT_CONTAINER",
            "containerType": "CONTAINER_TYPE_ARRAY", "containerName": "data", "responseDataLocation": "data.0.details", "idLocation": "id",
            "parameters": [ { "key": "First_Name", "value": "{FIRST_NAME}" }, { "key": "Last_Name", "value": "{LAST_NAME}" },
              { "key": "Phone", "value": "{PHONE_NUMBER}" }, { "key": "Email", "value": "{EMAIL}" }, { "key": "Sdk_Id", "value": "{SDK_IDENTIFIER}" } ] },
          "findRecordByQuery": { "method": "REQUEST_METHOD_GET", "url": "https://api.crm.example.com/v2/Cases/search", "responseDataLocation": "data",
            "parameters": [ { "key": "criteria", "value": "=CONCAT_AND((Contact:equals:{ACCOUNT_ID}), (Status:equals:Open))" } ] },
          "createRecord": { "method": "REQUEST_METHOD_POST", "url": "https://api.crm.example.com/v2/Cases", "dataFormat": "DATA_FORMAT_CONTAINER",
            "containerType": "CONTAINER_TYPE_ARRAY", "containerName": "data", "responseDataLocation": "data.0.details",
            "parameters": [ { "key": "Subject", "value": "{TICKET_SUBJECT}" }, { "key": "Description", "value": "{TICKET_DESCRIPTION}" },
              { "key": "Contact", "value": "{ACCOUNT_ID}" }, { "key": "Agent", "value": "=DEFAULT_VALUE({AGENT_EMAIL}, unassigned@example.com)" } ] },
          "updateRecord": { "method": "REQUEST_METHOD_PUT", "url": "https://api.crm.example.com/v2/Cases/{RECORD_ID}", "dataFormat": "DATA_FORMAT_CONTAINER",
            "containerType": "CONTAINER_TYPE_ARRAY", "containerName": "data",
            "parameters": [ { "key": "Subject", "value": "{TICKET_SUBJECT}" }, { "key": "Rating", "value": "{RATING}" } ] },
          "comment": { "method": "REQUEST_METHOD_POST", "url": "https://api.crm.example.com/v2/Cases/{RECORD_ID}/Notes", "dataFormat": "DATA_FORMAT_CONTAINER",
            "containerType": "CONTAINER_TYPE_ARRAY", "containerName": "data", "parameters": [ { "key": "Note_Content", "value": "{COMMENT_BODY}" } ] } }
        """);

    /// <summary>The upload of section 6, as a part of a form.</summary>
    public static Endpoint UploadFile() => new()
    {
        Method = RequestMethod.Post,
        Url = "https://api.crm.example.com/v2/Cases/{RECORD_ID}/Attachments",
        Parameters = { Parameter("file", "{FILE_DATA}") },
    };

    /// <summary>The settings of the upload of section 6.</summary>
    public static UploadSettings Upload() => new()
    {
        Type = UploadType.Multipart,
        Kinds = { SessionFileKind.CallRecording, SessionFileKind.ChatTranscript, SessionFileKind.SessionMetadata },
        AddComment = true,
        Attachment = new()
        {
            Type = AttachmentType.Id,
            Location = "data.0.details.id",
            UrlBuilder = "https://api.crm.example.com/v2/Cases/{RECORD_ID}/Attachments/{ATTACHMENT_ID}",
        },
    };

    /// <summary>A POST of a record's creation with one JSON object of these parameters.</summary>
    public static Endpoint Post(params Parameter[] parameters) =>
        new() { Method = RequestMethod.Post, Url = "https://api.crm.example.com/v2/Cases", Parameters = { parameters } };

    public static Parameter Parameter(string key, string value) => new() { Key = key, Value = value };

    public static ConnectorFindings Check(Endpoint endpoint, EndpointKind kind = EndpointKind.CreateRecord)
    {
        var findings = new ConnectorFindings();
        new EndpointReader(Guard, findings, escapeQueries: false).Read(kind, endpoint, "endpoint");
        return findings;
    }

    public static RequestText Render(
        Endpoint endpoint, Session session, EndpointKind kind = EndpointKind.CreateRecord, PhoneFormat format = PhoneFormat.E164, bool escapeQueries = false)
    {
        var findings = new ConnectorFindings();
        var template = new EndpointReader(Guard, findings, escapeQueries).Read(kind, endpoint, "endpoint");
        Assert.Empty(findings.Problems);
        return template!.Render(Values(session, template.IsFind ? PhoneForm.Search : PhoneForm.Creation, format).Value);
    }

    public static SessionVariables Values(Session session, PhoneForm form = PhoneForm.Creation, PhoneFormat format = PhoneFormat.E164, string comment = "") =>
        new(session, new PhoneFormatter(format, "1"), form, null, null, comment);

    public static VariableValue Id(string text) => VariableValue.Of(text);

    public static VariableValue Id(long number) => VariableValue.Of(number);
}
