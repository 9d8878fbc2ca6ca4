using System.Text.Json.Nodes;

namespace ContactCenter.InsightsEnrichment.Tests.Sessions;

public sealed class SessionHipaaTests(TestServers servers) : SessionsTest(servers)
{
    protected override IEnumerable<string> Settings => [.. base.Settings, "--Hipaa:Enabled=true"];

    [Fact]
    [Rule("INS-110")]
    public async Task In_hipaa_mode_a_session_knows_its_customer_by_the_id_alone_and_the_transcript_is_whole()
    {
        await SendAsync(SessionLife.Chat());
        var document = JsonNode.Parse((await Sessions.GetSessionMetadataAsync(new() { Name = "chat-135" }, cancellationToken: Cancellation)).Metadata.Document.ToStringUtf8())!;
        Assert.Equal("""{"id":19,"identifier":null,"out_contact_id":null}""", document["end_user"]!.ToJsonString());
        Assert.Null(document["email"]);
        Assert.Equal(0, await QueryAsync<long>("SELECT count(*) FROM insights.raw_events WHERE position(convert_to('customer19', 'UTF8') IN body) > 0"));
        Assert.Contains("parcel", (await Sessions.GetSessionTranscriptAsync(new() { Name = "chat-135" }, cancellationToken: Cancellation)).Content.ToStringUtf8(), StringComparison.Ordinal);
    }
}
