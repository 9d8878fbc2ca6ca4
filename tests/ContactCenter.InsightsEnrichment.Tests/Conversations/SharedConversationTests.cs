using ContactCenter.Insights.V1;
using Google.Protobuf;

namespace ContactCenter.InsightsEnrichment.Tests.Conversations;

/// <summary>Two accounts that use the same conversation id.</summary>
public sealed class SharedConversationTests(TestServers servers) : InsightsTest(servers)
{
    private const string OtherAccount = "AC00000000000000000000000000000002";

    protected override IEnumerable<string> Settings =>
    [
        $"--Twilio:Accounts:1:AccountSid={OtherAccount}", "--Twilio:Accounts:1:WorkspaceSids:0=WS00000000000000000000000000000002", $"--Twilio:Accounts:1:AuthTokens:0={Token}",
    ];

    protected override string[] Scopes => ["insights.ingest", "insights.read"];

    [Fact]
    [Rule("INS-3"), Rule("INS-15"), Rule("INS-61")]
    public async Task Each_account_has_a_conversation_of_its_own_however_their_events_come()
    {
        const int Ids = 100;
        var lives = Enumerable.Range(1, Ids).SelectMany(id => new[] { LifeOf(id, TaskLife.AccountSid), LifeOf(Ids + id, OtherAccount) }.Select(forms => (Id: id, Forms: forms))).ToList();
        var ingest = new EventIngestService.EventIngestServiceClient(Channel);
        using var call = ingest.IngestTaskRouterEvents(cancellationToken: Cancellation);
        // Some come together, some are parted by the end of a batch.
        foreach (var events in lives.SelectMany(life => life.Forms).Chunk(7))
        {
            await call.RequestStream.WriteAsync(
                new() { Events = { events.Select(form => new TaskRouterEventText { ContentType = "application/x-www-form-urlencoded", Body = ByteString.CopyFrom(FormOf.Bytes(form)) }) } },
                Cancellation);
        }

        await call.RequestStream.CompleteAsync();
        Assert.Equal(4 * Ids, (await call.ResponseAsync).Stored);
        await SettledAsync();

        Assert.Equal(2 * Ids, await QueryAsync<long>("SELECT count(*) FROM insights.conversations WHERE closed AND NOT withdrawn"));
        Assert.Equal(2 * Ids, await QueryAsync<long>("SELECT count(*) FROM insights.conversation_customers"));
        Assert.Equal(Ids, await QueryAsync<long>("SELECT count(DISTINCT conversation_id) FROM insights.conversations"));
    }

    private static IReadOnlyList<IReadOnlyDictionary<string, string>> LifeOf(int number, string accountSid) =>
    [
        .. new TaskLife(number) { Attributes = $$$"""{"conversations":{"conversation_id":"shared-{{{number % 100}}}"}}""" }.Entered("11:00:00", "Level 1").Canceled("11:01:00", "hangup").Forms
            .Select(form => new Dictionary<string, string>(form, StringComparer.Ordinal) { ["AccountSid"] = accountSid, ["WorkspaceSid"] = $"WS{accountSid[2..]}" }),
    ];
}
