using System.Text.Json.Nodes;
using ContactCenter.Events.Crm;
using ContactCenter.Events.Storage;
using ContactCenter.InsightsEnrichment.Sessions;
using MassTransit;

namespace ContactCenter.InsightsEnrichment.Tests.Sessions;

public sealed class SessionLinkTests(TestServers servers) : SessionsTest(servers)
{
    private static readonly DateTimeOffset Time = new(2026, 3, 2, 10, 5, 0, TimeSpan.Zero);

    private IBusControl _bus = null!;

    protected override Task<string> TakeBrokerAsync() => Servers.CreateVirtualHostAsync(Cancellation);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _bus = await StartBusAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await _bus.StopAsync(CancellationToken.None);
        await base.DisposeAsync();
    }

    [Fact]
    [Rule("INS-128")]
    public async Task What_other_services_know_of_a_session_is_in_its_record_once_in_any_order_and_before_the_session_itself()
    {
        var record = Record(7, Time, "T-1");
        // Before the session is known, each twice, and the older one of two last.
        await PublishAsync(record, record, Record(7, Time.AddMinutes(-1), "T-0"), Ready(7, 2), Account(7));
        await EventuallyAsync(5);
        await SendAsync(new SessionLife(SessionKind.Call, 7)
            .At("10:00:00", "session.started", new { session_type = "Voice Inbound", end_user = new { id = 42 } })
            .At("10:04:00", "session.ended", new { status = "finished" }));
        Assert.Equal("T-1 https://crm.example.com/T-1 False contact-1 https://files.example.com/2 1", await ShownAsync("call-7"));

        await PublishAsync(Uploaded(7), Ready(7, 1), Ready(7, 1));
        await Eventually.TrueAsync(async () => await ShownAsync("call-7") == "T-1 https://crm.example.com/T-1 False contact-1 https://files.example.com/1 2");
        await PublishAsync(Record(7, Time.AddMinutes(1), null) with { RecordUrl = "https://crm.example.com/contact-1", RecordId = "contact-1", IsAccount = true });
        await Eventually.TrueAsync(async () => await ShownAsync("call-7") == "contact-1 https://crm.example.com/contact-1 True contact-1 https://files.example.com/1 3");
    }

    [Fact]
    [Rule("INS-128")]
    public async Task A_recording_that_is_in_the_crm_alone_is_shown_from_there()
    {
        await SendAsync(new SessionLife(SessionKind.Call, 8).At("10:00:00", "session.started", new { session_type = "Voice Inbound" }));
        await PublishAsync(Ready(8, 1) with { StorageUrl = null }, Uploaded(8), Uploaded(8) with { Kind = "photo", FileId = "f-9", Url = "https://crm.example.com/photo" });
        await Eventually.TrueAsync(async () => (await ShownAsync("call-8")).Contains("https://crm.example.com/recording", StringComparison.Ordinal));
    }

    private async Task PublishAsync(params object[] messages)
    {
        foreach (var message in messages)
            await _bus.Publish(message, context => context.MessageId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), Cancellation);
    }

    private Task EventuallyAsync(int facts) => Eventually.TrueAsync(async () => await QueryAsync<long>("SELECT count(*) FROM durable.inbox_messages") >= facts);

    private async Task<string> ShownAsync(string name)
    {
        var answer = await Sessions.GetSessionMetadataAsync(new() { Name = name }, cancellationToken: Cancellation);
        var document = JsonNode.Parse(answer.Metadata.Document.ToStringUtf8())!;
        return $"{document["out_ticket_id"]} {document["out_ticket_url"]} {document["is_out_ticket_account"]} {document["end_user"]?["out_contact_id"]} {document["recording_url"]} {answer.Metadata.RecordVersion}".Replace("false", "False", StringComparison.Ordinal).Replace("true", "True", StringComparison.Ordinal);
    }

    private static CrmRecordResolved Record(long session, DateTimeOffset time, string? id) => new()
    {
        EventId = Guid.CreateVersion7(time),
        OccurredTime = time,
        RecordedTime = time,
        AccountSid = "",
        SessionKind = "call",
        SessionId = session,
        RecordId = id,
        RecordUrl = $"https://crm.example.com/{id}",
        IsAccount = false,
        Reused = false,
        Temporary = false,
    };

    private static CrmAccountResolved Account(long session) => new()
    {
        EventId = Guid.CreateVersion7(Time),
        OccurredTime = Time,
        RecordedTime = Time,
        AccountSid = "",
        SessionKind = "call",
        SessionId = session,
        AccountId = "contact-1",
        Temporary = false,
    };

    private static CrmFileUploaded Uploaded(long session) => new()
    {
        EventId = Guid.CreateVersion7(Time),
        OccurredTime = Time,
        RecordedTime = Time,
        AccountSid = "",
        SessionKind = "call",
        SessionId = session,
        FileId = "f-1",
        Kind = "recording",
        Url = "https://crm.example.com/recording",
    };

    private static SessionFileReady Ready(long session, int number) => new()
    {
        EventId = Guid.CreateVersion7(Time),
        OccurredTime = Time,
        RecordedTime = Time,
        AccountSid = "",
        SessionKind = "call",
        SessionId = session,
        Kind = "recording",
        FileId = $"f-{number}",
        Number = number,
        FileName = $"call-7-recording-{number}.mp3",
        ContentType = "audio/mpeg",
        Size = 17,
        Sha256 = "00",
        Revision = 1,
        StorageUrl = $"https://files.example.com/{number}",
        SendToCrm = false,
    };
}
