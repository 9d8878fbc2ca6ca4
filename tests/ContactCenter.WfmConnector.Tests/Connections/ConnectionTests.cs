using ContactCenter.Wfm.V1;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Tests.Connections;

public sealed class ConnectionTests(TestServers servers) : WfmTest(servers)
{
    protected override string? Start => "08:20:00";

    [Fact]
    [Rule("WFM-1"), Rule("WFM-2"), Rule("WFM-3"), Rule("WFM-4"), Rule("WFM-6"), Rule("WFM-8")]
    public async Task The_key_is_tried_out_kept_secret_and_used()
    {
        Assert.Equal(ConnectionState.Unconfigured, (await ReadConnectionAsync()).State);
        foreach (var url in new[] { "ftp://cxone.example.com", "https://user@cxone.example.com", "https://cxone.example.com/?a=1", "http://cxone.example.com", "cxone" })
            await FailsAsync(StatusCode.InvalidArgument, "SERVICE_URL_INVALID", () => ConfigureAsync(request => request.Connection.ServiceUrl = url));

        Cxone.Answer = call => call.Path == CxoneStub.Login ? (401, "") : null;
        await FailsAsync(StatusCode.FailedPrecondition, "ACCESS_KEY_REJECTED", () => ConfigureAsync());
        Cxone.Answer = call => call.Path == CxoneStub.Login ? (503, "") : null;
        await FailsAsync(StatusCode.Unavailable, "CXONE_UNAVAILABLE", () => ConfigureAsync());
        Cxone.Answer = call => call.Path == CxoneStub.Login ? (200, """{"access_token":"a","token_type":"MAC"}""") : null;
        await FailsAsync(StatusCode.FailedPrecondition, "AUTH_CONTRACT_VIOLATION", () => ConfigureAsync());
        Assert.Equal("", (await ReadConnectionAsync()).ServiceUrl);

        Cxone.Answer = _ => null;
        var configured = await ConfigureAsync();
        Assert.Equal((Cxone.Url, "…WXYZ", "", ConnectionState.Paused), (configured.ServiceUrl, configured.AccessKeyId, configured.SecretKey, configured.State));
        Assert.NotNull(configured.SecretSetTime);
        Assert.Equal($$"""{"accessKeyId":"{{AccessKeyId}}","accessKeySecret":"{{SecretKey}}"}""", Cxone.To(CxoneStub.Login).Last().Body);
        await FailsAsync(StatusCode.InvalidArgument, "SECRET_REQUIRED", () => ConfigureAsync(request => (request.Connection.SecretKey, request.Connection.AccessKeyId) = ("", "other")));
        await FailsAsync(StatusCode.Aborted, "ETAG_MISMATCH", () => ConfigureAsync(request => request.Connection.Etag = "0"));

        await ConnectAsync();
        Assert.All(Cxone.To(CxoneStub.Heartbeat), call => Assert.StartsWith("Bearer token-", call.Authorization, StringComparison.Ordinal));
        var events = (await Connections.ListConnectionEventsAsync(new(), cancellationToken: Cancellation)).Events;
        Assert.Equal([ConnectionState.Connected, ConnectionState.Connecting, ConnectionState.Paused], events.Select(change => change.State));
        Assert.Equal(0, await CountAsync($"SELECT count(*) FROM wfm.connection WHERE secret_key LIKE '%{SecretKey}%'"));
    }

    [Fact]
    [Rule("WFM-10"), Rule("WFM-12"), Rule("WFM-14"), Rule("WFM-15")]
    public async Task A_refused_token_is_renewed_once_and_a_lost_connection_is_found_back()
    {
        await ConnectAsync();
        var logins = Cxone.To(CxoneStub.Login).Count();
        Cxone.Answer = call => call.Path == CxoneStub.States && call.Authorization == "Bearer token-2" ? (401, "") : null;
        await PublishAsync(Told.Activity("WK1", "08:00:00", "Available"));
        await Eventually.TrueAsync(async () => (await States.ListAgentStatesAsync(new(), cancellationToken: Cancellation)).AgentStates.Single().ReportTime is not null);
        Assert.Equal("Bearer token-3", Cxone.To(CxoneStub.States).Last().Authorization);
        Assert.Equal(logins + 1, Cxone.To(CxoneStub.Login).Count());

        Cxone.Answer = call => call.Path == CxoneStub.Heartbeat ? (403, "") : null;
        await ReachAsync(ConnectionState.Forbidden);
        Cxone.Answer = call => call.Path == CxoneStub.Heartbeat ? (503, "") : null;
        await ReachAsync(ConnectionState.Disconnected);
        Cxone.Answer = _ => null;
        var before = Cxone.ReportedStates.Count();
        await ReachAsync(ConnectionState.Connected);
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Count() > before);
    }

    [Fact]
    [Rule("WFM-10"), Rule("WFM-7")]
    public async Task A_key_that_is_refused_later_fails_authentication_and_is_tried_again_after_a_minute()
    {
        await ConfigureAsync(request => (request.Connection.Mode, request.Connection.TenantName, request.SkipVerification) = (AuthenticationMode.Sdk, "acme", true));
        Cxone.Answer = call => call.Path.EndsWith("/authentication", StringComparison.Ordinal) ? (401, "") : null;
        await Connections.ConnectAsync(new(), cancellationToken: Cancellation);
        await Eventually.TrueAsync(async () => (await ReadConnectionAsync()).State == ConnectionState.AuthFailed);
        var login = Assert.Single(Cxone.To("/wfm/external-acd/v1/authentication"));
        Assert.Equal($$$"""{"tenantName":"acme","accessKeyTokenRequest":{"accessKeyId":"{{{AccessKeyId}}}","accessKeySecret":"{{{SecretKey}}}"}}""", login.Body);

        Cxone.Answer = call => call.Path.EndsWith("/authentication", StringComparison.Ordinal) ? (200, """{"id_token":"only-id","expires_in":3600}""") : null;
        await ReachAsync(ConnectionState.Connected);
        Assert.Equal("Bearer only-id", Cxone.To(CxoneStub.Heartbeat).Last().Authorization);
    }

    private async Task ReachAsync(ConnectionState state)
    {
        await Eventually.TrueAsync(async () =>
        {
            // Each look is a heartbeat and more later.
            Time.Set(Time.GetUtcNow().AddSeconds(61));
            await Task.Delay(200, Cancellation);
            return (await ReadConnectionAsync()).State == state;
        });
    }
}
