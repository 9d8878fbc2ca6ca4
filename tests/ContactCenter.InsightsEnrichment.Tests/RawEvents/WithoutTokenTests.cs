using System.Net;

namespace ContactCenter.InsightsEnrichment.Tests.RawEvents;

public sealed class WithoutTokenTests(TestServers servers) : InsightsTest(servers)
{
    protected override IEnumerable<string> Settings => ["--Twilio:Accounts:0:AuthTokens:0="];

    [Fact]
    [Rule("INS-7")]
    public async Task Nothing_is_taken_and_readiness_is_red()
    {
        var form = new TaskLife().Created("10:00:00").Forms[0];
        using var answer = await PostAsync(form, Signer.Sign("", PublicBaseUrl + "/ingest/twilio/taskrouter", form));
        using var health = await Http.GetAsync("/health", Cancellation);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "SIGNATURE_NOT_CONFIGURED"), (answer.StatusCode, await ReasonOfAsync(answer)));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Contains("Twilio:Accounts", await health.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal("", await StatusesAsync());
    }
}
