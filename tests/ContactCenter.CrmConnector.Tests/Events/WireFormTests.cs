using System.Text.Json;
using ContactCenter.Events.Crm;
using MassTransit;
using MassTransit.Serialization;

namespace ContactCenter.CrmConnector.Tests.Events;

public sealed class WireFormTests
{
    private const string Head =
        """{"eventId":"0195a5c2-7c00-7000-8000-000000000001","occurredTime":"2026-03-02T10:02:22.7+00:00","recordedTime":"2026-03-02T10:02:23.7+00:00",""";

    private const string OfSession = Head + """ "accountSid":"AC1","sessionKind":"call","sessionId":1418,""";

    [Fact]
    public void CrmConnectorActivated_keeps_its_form() =>
        Keeps<CrmConnectorActivated>("crm-connector-activated", Head, """{"connectorId":"main","revision":3,"interactionMethod":"GENERIC_API"}""");

    [Fact]
    public void CrmAccountResolved_keeps_its_form() =>
        Keeps<CrmAccountResolved>("crm-account-resolved", OfSession, """{"accountId":"456","temporary":false}""");

    [Fact]
    public void CrmRecordResolved_keeps_its_form() => Keeps<CrmRecordResolved>(
        "crm-record-resolved",
        OfSession,
        """{"accountId":"456","recordId":"9","recordUrl":"https://crm.example.com/tab/Cases/9","isAccount":false,"reused":true,"temporary":false}""");

    [Fact]
    public void CrmRecordUpdated_keeps_its_form() =>
        Keeps<CrmRecordUpdated>("crm-record-updated", OfSession, """{"recordId":"9","operationId":"0195a5c2-7c00-7000-8000-000000000002"}""");

    [Fact]
    public void CrmCommentAdded_keeps_its_form() =>
        Keeps<CrmCommentAdded>("crm-comment-added", OfSession, """{"recordId":"9","operationId":"0195a5c2-7c00-7000-8000-000000000002"}""");

    [Fact]
    public void CrmFileUploaded_keeps_its_form() => Keeps<CrmFileUploaded>(
        "crm-file-uploaded",
        OfSession,
        """{"fileId":"0195a5c2-7c00-7000-8000-000000000002","kind":"recording","revision":1,"attachmentId":"77","url":"https://crm.example.com/77"}""");

    [Fact]
    public void CrmOperationHeld_keeps_its_form() =>
        Keeps<CrmOperationHeld>("crm-operation-held", OfSession, """{"operationId":"0195a5c2-7c00-7000-8000-000000000002","kind":"ACCOUNT","reason":"ID_MISSING"}""");

    [Fact]
    public void CrmOperationDead_keeps_its_form() =>
        Keeps<CrmOperationDead>("crm-operation-dead", OfSession, """{"operationId":"0195a5c2-7c00-7000-8000-000000000002","kind":"COMMENT","reason":"MAX_AGE"}""");

    private static void Keeps<T>(string urn, string head, string rest)
        where T : class
    {
        var text = head.Replace(" ", "", StringComparison.Ordinal) + rest[1..];
        var options = new JsonSerializerOptions(SystemTextJsonMessageSerializer.Options) { WriteIndented = false };

        Assert.Equal($"urn:message:contactcenter:crm:{urn}", MessageUrn.ForTypeString<T>());
        Assert.Equal(text, JsonSerializer.Serialize(JsonSerializer.Deserialize<T>(text, options), options));
    }
}
