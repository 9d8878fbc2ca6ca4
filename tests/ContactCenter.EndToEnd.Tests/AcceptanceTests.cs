using System.Globalization;
using System.Text.Json;
using ContactCenter.Testing.Suite;

namespace ContactCenter.EndToEnd.Tests;

/// <summary>What an administrator does to see that external storage works: a chat, its record in the CRM, its end, its transcript.</summary>
[Collection("intake")]
public sealed class AcceptanceTests(PlayedSuite suite)
{
    // Seconds on a machine that does nothing else.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private int _events;

    [Fact]
    [Rule("STO-74"), Rule("STO-43")]
    public async Task A_chat_has_its_record_in_the_CRM_once_it_has_begun_and_its_transcript_in_the_store_once_it_is_over()
    {
        var (crm, storage) = (await suite.ServiceAsync("ContactCenter.CrmConnector"), await suite.ServiceAsync("ContactCenter.StorageExport"));
        await UseCrmAsync(crm);
        // Other tests count what the last week has.
        var begin = TimeProvider.System.GetUtcNow().AddDays(-25);
        var id = begin.ToUnixTimeMilliseconds();
        using var settings = await AskAsync(storage, "contactcenter.storage.v1.StoreService/GetStore", "{}");
        var folder = settings.RootElement.GetProperty("store").GetProperty("sftp").GetProperty("folderPath").GetString()!;
        var transcript = Path.Combine(suite.StorePath, folder, "ujet-chat-transcripts", $"chat-{id}.txt");

        await TellAsync(id, begin, "session.started", new { session_type = "Messaging (Web)", lang = "en", direction = "inbound", end_user = new { id = 77, identifier = "customer-77" } });
        await TellAsync(id, begin.AddSeconds(1), "agent.joined", new { agent_id = 5, agent_name = "Ana" });
        await TellAsync(id, begin.AddSeconds(2), "message.inbound", new { message_id = "m1", message = "Where is my parcel?" });
        var record = "";
        await Eventually.TrueAsync(
            async () =>
            {
                using var link = await AskAsync(crm, "contactcenter.crm.v1.SessionLinkService/GetSessionLink", JsonSerializer.Serialize(new { session = $"chat-{id}" }), mayFail: true);
                record = link.RootElement.TryGetProperty("link", out var found) && found.TryGetProperty("recordId", out var recordId) ? recordId.GetString()! : "";
                return record.Length > 0;
            },
            Limit);
        Assert.Contains(record, suite.Crm.Tickets.Keys);
        Assert.False(File.Exists(transcript));

        await TellAsync(id, begin.AddSeconds(3), "session.ended", new { status = "finished", disconnected_by = "disconnected_by_end_user" });
        await Eventually.TrueAsync(() => File.Exists(transcript), Limit);

        Assert.Contains("Where is my parcel?", await File.ReadAllTextAsync(transcript, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var files = await AskAsync(storage, "contactcenter.storage.v1.FileService/ListSessionFiles", JsonSerializer.Serialize(new { session = $"chat-{id}" }));
        var stored = files.RootElement.GetProperty("files").EnumerateArray().Single(file => file.GetProperty("kind").GetString() == "SESSION_FILE_KIND_CHAT_TRANSCRIPT");
        Assert.Equal($"chat-{id}.txt", stored.GetProperty("fileName").GetString());
    }

    /// <summary>Has records made in the CRM of this test.</summary>
    private async Task UseCrmAsync(SuiteProcess crm)
    {
        var root = $"http://{suite.Crm.Authority}";
        var connector = new
        {
            connectorId = "acceptance",
            interactionMethod = "INTERACTION_METHOD_GENERIC_API",
            authentication = new { basic = new { username = "u", password = "p" } },
            endpoints = new
            {
                findAccountByQuery = new { url = $"{root}/customers", method = "REQUEST_METHOD_GET", parameters = Of(("customer", "{UJET_ID}")), notFoundStatuses = new[] { 404 } },
                findAccountById = new { url = $"{root}/customers/{{ACCOUNT_ID}}", method = "REQUEST_METHOD_GET" },
                createAccount = new { url = $"{root}/customers", method = "REQUEST_METHOD_POST", parameters = Of(("customer", "{UJET_ID}")) },
                findRecordByQuery = new { url = $"{root}/tickets", method = "REQUEST_METHOD_GET", parameters = Of(("customer", "{ACCOUNT_ID}"), ("subject", "{TICKET_SUBJECT}")), notFoundStatuses = new[] { 404 } },
                createRecord = new { url = $"{root}/tickets", method = "REQUEST_METHOD_POST", parameters = Of(("subject", "{TICKET_SUBJECT}"), ("customer", "{ACCOUNT_ID}")) },
                updateRecord = new { url = $"{root}/tickets/{{RECORD_ID}}", method = "REQUEST_METHOD_PATCH", parameters = Of(("subject", "{TICKET_SUBJECT}")) },
                comment = new { url = $"{root}/tickets/{{RECORD_ID}}/comments", method = "REQUEST_METHOD_POST", parameters = Of(("text", "{COMMENT_BODY}")) },
            },
            flows = new { },
            retryPolicy = "standard",
        };
        using var created = await AskAsync(crm, "contactcenter.crm.v1.ConnectorService/CreateConnector", JsonSerializer.Serialize(new { connector }));
        using var active = await AskAsync(crm, "contactcenter.crm.v1.ConnectorService/ActivateConnector", JsonSerializer.Serialize(new { connectorId = "acceptance" }));
    }

    private async Task TellAsync(long session, DateTimeOffset time, string type, object data)
    {
        var told = new
        {
            eventId = $"acceptance-{session}-{++_events}",
            source = "acceptance",
            type,
            eventTime = time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            sessionKind = "SESSION_KIND_CHAT",
            sessionId = session.ToString(CultureInfo.InvariantCulture),
            data = JsonSerializer.Serialize(data),
        };
        using var answer = await AskAsync(suite.Insights, "contactcenter.insights.v1.EventIngestService/IngestSessionEvents", JsonSerializer.Serialize(new { events = new[] { told } }));
        Assert.DoesNotContain("REJECTED", answer.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    private async Task<JsonDocument> AskAsync(SuiteProcess service, string method, string request, bool mayFail = false)
    {
        try
        {
            return JsonDocument.Parse(await suite.CallAsync(service, method, request));
        }
        catch (Xunit.Sdk.XunitException) when (mayFail)
        {
            return JsonDocument.Parse("{}");
        }
    }

    private static object[] Of(params (string Key, string Value)[] parameters) => [.. parameters.Select(parameter => new { key = parameter.Key, value = parameter.Value })];
}
