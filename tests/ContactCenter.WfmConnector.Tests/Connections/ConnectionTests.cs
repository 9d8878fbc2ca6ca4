using System.Collections.Concurrent;
using System.Net;
using ContactCenter.Events.Wfm;
using ContactCenter.WfmConnector.Connections;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using AuthenticationMode = ContactCenter.Wfm.V1.AuthenticationMode;
using ConnectionState = ContactCenter.Wfm.V1.ConnectionState;

namespace ContactCenter.WfmConnector.Tests.Connections;

public sealed class ConnectionTests(TestServers servers) : WfmTest(servers)
{
    protected override string Start => "08:20:00";

    [Fact]
    [Rule("WFM-1"), Rule("WFM-2"), Rule("WFM-3"), Rule("WFM-4"), Rule("WFM-6"), Rule("WFM-8"), Rule("WFM-15")]
    public async Task The_key_is_tried_out_kept_secret_and_used()
    {
        Assert.Equal(ConnectionState.Unconfigured, (await ReadConnectionAsync()).State);
        Assert.Equal((HttpStatusCode.OK, "Degraded"), await HealthAsync());
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

        Assert.Equal((HttpStatusCode.OK, "Healthy"), await HealthAsync());
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

    [Fact]
    [Rule("WFM-6"), Rule("WFM-7"), Rule("WFM-10")]
    public async Task A_token_is_renewed_by_its_refresh_token_and_by_one_login_if_that_is_refused()
    {
        await ConnectAsync();
        Cxone.Answer = call => call.Path == CxoneStub.Login && call.Body.Contains("refresh_token", StringComparison.Ordinal) ? (403, "") : null;
        await BeatAfterAsync(TimeSpan.FromSeconds(3_250));
        Assert.Equal(
            [
                $$"""{"accessKeyId":"{{AccessKeyId}}","accessKeySecret":"{{SecretKey}}","grant_type":"refresh_token","refresh_token":"refresh"}""",
                $$"""{"accessKeyId":"{{AccessKeyId}}","accessKeySecret":"{{SecretKey}}"}""",
            ],
            Cxone.To(CxoneStub.Login).TakeLast(2).Select(call => call.Body));

        const string Sdk = "/wfm/external-acd/v1/";
        Cxone.Answer = call => call.Path switch
        {
            Sdk + "authentication" => (200, """{"access_token":"first","token_type":"Bearer","expires_in":600,"refresh_token":"r1"}"""),
            Sdk + "refresh" => (200, """{"token":"second","tokenExpirationTimeSec":600,"refreshToken":"r2","refreshTokenExpirationTimeSec":1000,"sessionId":"s"}"""),
            _ => null,
        };
        await ConfigureAsync(request => request.Connection.Mode = AuthenticationMode.Sdk);
        await Eventually.TrueAsync(() => Cxone.To(CxoneStub.Heartbeat).Last().Authorization == "Bearer first");
        await BeatAfterAsync(TimeSpan.FromSeconds(560));
        Assert.Equal("""{"token":"r1","updateCookie":true,"toggleEnabled":false}""", Cxone.To(Sdk + "refresh").Single().Body);
        Assert.Equal("Bearer second", Cxone.To(CxoneStub.Heartbeat).Last().Authorization);
        // Now the refresh token has run out as well.
        await BeatAfterAsync(TimeSpan.FromSeconds(1_100));
        Assert.Single(Cxone.To(Sdk + "refresh"));
        Assert.Equal("Bearer first", Cxone.To(CxoneStub.Heartbeat).Last().Authorization);
    }

    [Fact]
    [Rule("WFM-12"), Rule("WFM-13"), Rule("WFM-15")]
    public async Task What_is_refused_is_tried_again_after_a_pause_and_does_not_hold_up_other_kinds()
    {
        await ConnectAsync();
        Cxone.Answer = call => call.Path == CxoneStub.States ? (403, "") : null;
        await PublishAsync(Told.Activity("WK1", "08:00:00", "Available"));
        await Eventually.TrueAsync(async () => (await ReadConnectionAsync()).State == ConnectionState.Forbidden);
        Assert.Equal((HttpStatusCode.OK, "Degraded"), await HealthAsync());
        await RestateAsync("08:00:00", "08:15:00", push: true);
        await Eventually.TrueAsync(() => Cxone.To(CxoneStub.Queues).Any() && Cxone.To(CxoneStub.Activities).Any());
        await PublishAsync(Told.Activity("WK2", "08:00:00", "Available"));
        Assert.Single(Cxone.To(CxoneStub.States));
        Cxone.Answer = _ => null;
        Time.Set(Time.GetUtcNow().AddMinutes(5));
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Select(state => state.GetProperty("agentId").GetString()).Distinct().Count() == 2);

        // A new token that is refused too is no reason to log in again and again.
        var logins = Cxone.To(CxoneStub.Login).Count();
        Cxone.Answer = call => call.Path == CxoneStub.States ? (401, "") : null;
        await PublishAsync(Told.Activity("WK1", "08:10:00", "Break"));
        await Eventually.TrueAsync(async () => (await Connections.ListConnectionEventsAsync(new(), cancellationToken: Cancellation)).Events.Any(change => change.State == ConnectionState.AuthFailed));
        await PublishAsync(Told.Activity("WK2", "08:10:00", "Break"));
        Assert.Equal(logins + 1, Cxone.To(CxoneStub.Login).Count());
    }

    [Fact]
    [Rule("WFM-11")]
    public async Task Processes_share_a_token_that_one_of_them_gets_and_none_drops_a_newer_one()
    {
        await ConfigureAsync();
        await using var second = await StartHostAsync();
        var (ours, theirs) = (Services.GetRequiredService<CxoneTokens>(), second.Services.GetRequiredService<CxoneTokens>());
        var connection = await Services.GetRequiredService<ConnectionStore>().ReadAsync(Cancellation);
        var logins = Cxone.To(CxoneStub.Login).Count();
        using var answered = new ManualResetEventSlim();
        Cxone.Answer = call =>
        {
            if (call.Path == CxoneStub.Login)
                answered.Wait(TimeSpan.FromSeconds(8), CancellationToken.None);
            return null;
        };
        var first = ours.GetAsync(connection, refused: null, Cancellation);
        await Eventually.TrueAsync(() => Cxone.To(CxoneStub.Login).Count() == logins + 1);
        var other = theirs.GetAsync(connection, refused: null, Cancellation);
        await Eventually.TrueAsync(async () => await CountAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%wfm.tokens%'") > 0);
        answered.Set();
        Assert.Equal(await first, await other);
        Assert.Equal(logins + 1, Cxone.To(CxoneStub.Login).Count());

        // Both were refused with it: the one that comes second takes what the first has got.
        var refused = (await first).Version;
        var renewed = await ours.GetAsync(connection, refused, Cancellation);
        Assert.Equal(renewed, await theirs.GetAsync(connection, refused, Cancellation));
        Assert.Equal(TimeSpan.Zero, await theirs.DropAsync(connection, refused, Cancellation));
        Assert.Equal(renewed, await theirs.GetAsync(connection, refused: null, Cancellation));
        Assert.Equal(logins + 2, Cxone.To(CxoneStub.Login).Count());
        Assert.Equal(0, await CountAsync($"SELECT count(*) FROM wfm.tokens WHERE tokens LIKE '%{renewed.Token}%'"));
        await second.StopAsync(Cancellation);
    }

    [Fact]
    [Rule("WFM-1"), Rule("WFM-3"), Rule("WFM-4")]
    public async Task The_connection_is_tried_out_without_any_data()
    {
        await FailsAsync(StatusCode.FailedPrecondition, "CONNECTION_NOT_CONFIGURED", async () => await Connections.TestConnectionAsync(new(), cancellationToken: Cancellation));
        await ConfigureAsync();
        Cxone.Answer = call => call.Path.EndsWith("/acd-details", StringComparison.Ordinal) ? (404, $"no {SecretKey}") : null;
        Assert.Equal(["login True", "heartbeat True", "acd_details False ENDPOINT_NOT_FOUND 404 no [redacted]"], await TestAsync());
        Assert.Equal(ConnectionState.Paused, (await ReadConnectionAsync()).State);

        await ConnectAsync();
        Cxone.Answer = call => call.Path == CxoneStub.Login ? (401, "") : null;
        Assert.Equal(["login False ACCESS_KEY_REJECTED 401"], await TestAsync());
        await ConfigureAsync(request => request.SkipVerification = true);
        Assert.Equal(ConnectionState.AuthFailed, (await ReadConnectionAsync()).State);
        Assert.Empty(Cxone.To(CxoneStub.States));
    }

    [Fact]
    [Rule("WFM-15")]
    public async Task Changes_of_state_are_published_and_kept_for_ninety_days()
    {
        var published = new ConcurrentQueue<string>();
        await ListenAsync<WfmConnectionChanged>(change => published.Enqueue($"{change.State} {change.Cause} {change.HttpStatus}"));
        await ConnectAsync();
        await Eventually.TrueAsync(() => published.Count == 3);
        Assert.Equal(["PAUSED The connection was configured. ", "CONNECTING Connect was called. ", "CONNECTED CXone answers. 200"], published);

        Time.Set(Time.GetUtcNow().AddDays(89));
        await Connections.DisconnectAsync(new(), cancellationToken: Cancellation);
        Assert.Equal(4, (await Connections.ListConnectionEventsAsync(new(), cancellationToken: Cancellation)).Events.Count);
        Time.Set(Time.GetUtcNow().AddDays(2));
        await Connections.ConnectAsync(new(), cancellationToken: Cancellation);
        await Eventually.TrueAsync(async () => (await ReadConnectionAsync()).State == ConnectionState.Connected);
        Assert.Equal(
            [ConnectionState.Connected, ConnectionState.Connecting, ConnectionState.Paused],
            (await Connections.ListConnectionEventsAsync(new(), cancellationToken: Cancellation)).Events.Select(change => change.State));
    }

    private async Task<IEnumerable<string>> TestAsync() => (await Connections.TestConnectionAsync(new(), cancellationToken: Cancellation)).Steps
        .Select(step => $"{step.Name} {step.Ok} {step.Reason} {(step.Ok ? "" : step.HttpStatus)} {step.Body}".TrimEnd());

    /// <summary>Waits for the next heartbeat after a while.</summary>
    private async Task BeatAfterAsync(TimeSpan time)
    {
        Time.Set(Time.GetUtcNow() + time);
        var before = Cxone.To(CxoneStub.Heartbeat).Count();
        await Eventually.TrueAsync(() => Cxone.To(CxoneStub.Heartbeat).Count() > before);
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
