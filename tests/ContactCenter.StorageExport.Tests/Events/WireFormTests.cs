using System.Text.Json;
using ContactCenter.Events.Storage;
using MassTransit;
using MassTransit.Serialization;

namespace ContactCenter.StorageExport.Tests.Events;

public sealed class WireFormTests
{
    private const string Head =
        """{"eventId":"0195a5c2-7c00-7000-8000-000000000001","occurredTime":"2026-03-02T10:02:22.7+00:00","recordedTime":"2026-03-02T10:02:23.7+00:00",""";

    private const string OfSession = Head + """ "accountSid":"AC1","sessionKind":"call","sessionId":103646,""";

    [Fact]
    public void SessionFileReady_keeps_its_form() => Keeps<SessionFileReady>(
        "session-file-ready",
        OfSession,
        """{"kind":"recording","fileId":"0195a5c2-7c00-7000-8000-000000000002","number":2,"fileName":"call-103646-2.mp3","contentType":"audio/mpeg","size":11,"sha256":"ab","revision":1,"storageUrl":"https://files.example.com/1","sendToCrm":false}""");

    [Fact]
    public void SessionFileStored_keeps_its_form() => Keeps<SessionFileStored>(
        "session-file-stored",
        OfSession,
        """{"kind":"photo","fileId":"0195a5c2-7c00-7000-8000-000000000002","storeId":"0195a5c2-7c00-7000-8000-000000000003","location":"acme/ujet-media/call-103646-photo-7.jpg","revision":1}""");

    [Fact]
    public void SessionMetadataWritten_keeps_its_form() =>
        Keeps<SessionMetadataWritten>("session-metadata-written", OfSession, """{"fileId":"0195a5c2-7c00-7000-8000-000000000002","recordVersion":7}""");

    [Fact]
    public void SessionFileFailed_keeps_its_form() =>
        Keeps<SessionFileFailed>("session-file-failed", OfSession, """{"kind":"recording","fileId":"0195a5c2-7c00-7000-8000-000000000002","reason":"SOURCE_GONE"}""");

    [Fact]
    public void SessionFileDeleted_keeps_its_form() => Keeps<SessionFileDeleted>(
        "session-file-deleted",
        OfSession,
        """{"kind":"photo","fileId":"0195a5c2-7c00-7000-8000-000000000002","cause":"BY_HAND","location":"acme/ujet-media/call-103646-photo-7.jpg"}""");

    [Fact]
    public void StoreHealthChanged_keeps_its_form() => Keeps<StoreHealthChanged>(
        "store-health-changed",
        Head,
        """{"storeId":"0195a5c2-7c00-7000-8000-000000000003","healthy":false,"reason":"STORE_UNREACHABLE","waitingFiles":2,"waitingBytes":20,"oldestWaitingTime":"2026-03-02T09:00:00+00:00","overdue":true}""");

    private static void Keeps<T>(string urn, string head, string rest)
        where T : class
    {
        var text = head.Replace(" ", "", StringComparison.Ordinal) + rest[1..];
        var options = new JsonSerializerOptions(SystemTextJsonMessageSerializer.Options) { WriteIndented = false };

        Assert.Equal($"urn:message:contactcenter:storage:{urn}", MessageUrn.ForTypeString<T>());
        Assert.Equal(text, JsonSerializer.Serialize(JsonSerializer.Deserialize<T>(text, options), options));
    }
}
