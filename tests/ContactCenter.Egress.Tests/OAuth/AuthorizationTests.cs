using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ContactCenter.Egress.OAuth;
using Microsoft.AspNetCore.WebUtilities;
using StackExchange.Redis;

namespace ContactCenter.Egress.Tests.OAuth;

public sealed class AuthorizationTests(TestServers servers)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Rule("EGR-24")]
    [Rule("EGR-25")]
    public async Task A_person_authorises_a_grant_with_PKCE_and_the_state_works_once()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();
        var flow = replica.Get<AuthorizationFlow>();
        await replica.Get<GrantStore>().SaveAsync(Grant(world), Cancel);
        Assert.Equal("REAUTHORIZATION_REQUIRED", (await world.CallAsync(replica)).Failure!.Reason);

        var address = await StartAsync(replica);
        var query = QueryHelpers.ParseQuery(new Uri(address).Query);

        Assert.StartsWith(
            "https://accounts.crm.example.com/oauth/v2/auth?response_type=code&client_id=1000.ABC" +
            "&redirect_uri=https%3A%2F%2Fcrm.contact.example%2Foauth%2Fcallback&scope=ZohoCRM.modules.ALL&access_type=offline&state=ccai.",
            address);
        Assert.True(query["state"].ToString().Length >= "ccai.".Length + 43);
        Assert.Equal("S256", query["code_challenge_method"]);
        Assert.True(await flow.CompleteAsync(query["state"], "code-1", null, Cancel));
        var form = Assert.Single(world.Provider.TokenRequests);
        Assert.Equal(
            ["grant_type", "code", "code_verifier", "client_id", "client_secret", "redirect_uri"], form.Keys);
        Assert.Equal(query["code_challenge"], Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]))));
        Assert.True((await world.CallAsync(replica)).IsSuccess);

        Assert.False(await flow.CompleteAsync(query["state"], "code-1", null, Cancel));
        Assert.Single(world.Provider.TokenRequests);
    }

    [Fact]
    [Rule("EGR-25")]
    public async Task A_state_that_is_foreign_or_late_or_comes_with_an_error_changes_nothing()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();
        var flow = replica.Get<AuthorizationFlow>();
        var store = replica.Get<GrantStore>();
        await store.SaveAsync(Grant(world), Cancel);
        await flow.CompleteAsync(await StateAsync(replica), "code-1", null, Cancel);
        world.Provider.ForgetCalls();

        Assert.False(await flow.CompleteAsync("foreign", "code", null, Cancel));
        Assert.False(await flow.CompleteAsync(null, "code", null, Cancel));
        Assert.False(await flow.CompleteAsync(await StateAsync(replica), "code", "access_denied", Cancel));
        Assert.NotNull((await store.GetAsync("crm", Cancel))!.LastAuthorizationError);
        var late = await StateAsync(replica);
        world.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(await flow.CompleteAsync(late, "code", null, Cancel));

        Assert.Empty(world.Provider.TokenRequests);
        Assert.Equal((GrantState.Active, 1L), ((await store.GetAsync("crm", Cancel))!.State, (await store.GetAsync("crm", Cancel))!.Version));
        Assert.True((await world.CallAsync(replica)).IsSuccess);
    }

    [Fact]
    [Rule("EGR-24")]
    public async Task Without_PKCE_and_redirect_address_both_requests_lack_them()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();
        var flow = replica.Get<AuthorizationFlow>();
        await replica.Get<GrantStore>().SaveAsync(Grant(world) with { UsePkce = false, RedirectUri = "", AccessType = "" }, Cancel);

        var address = await StartAsync(replica);
        await flow.CompleteAsync(QueryHelpers.ParseQuery(new Uri(address).Query)["state"], "code-1", null, Cancel);

        Assert.DoesNotContain("redirect_uri", address);
        Assert.DoesNotContain("code_challenge", address);
        Assert.Equal(["grant_type", "code", "client_id", "client_secret"], Assert.Single(world.Provider.TokenRequests).Keys);
    }

    [Fact]
    [Rule("EGR-25")]
    [Rule("SEC-3")]
    public async Task Operators_list_grants_without_secrets_and_revoke_them_for_all_replicas()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        await using var database = await servers.CreateRedisDatabaseAsync(Cancel);
        using var redis = await ConnectionMultiplexer.ConnectAsync(database.ConnectionString);
        var (replica, other) = (world.AddReplica(redis), world.AddReplica(redis));
        var desk = replica.Get<GrantDesk>();
        await replica.Get<GrantStore>().SaveAsync(world.RefreshGrant(), Cancel);
        Assert.True((await world.CallAsync(replica)).IsSuccess);
        Assert.True((await world.CallAsync(other)).IsSuccess);

        var listed = Assert.Single(await desk.ListAsync(Cancel));
        Assert.Equal((true, "k1", null), (listed.HasClientSecret, listed.KeyId, listed.Configuration.ClientSecret));
        Assert.DoesNotContain("client-secret-1", System.Text.Json.JsonSerializer.Serialize(listed));
        var revoked = await replica.CommitAsync(transaction => desk.RevokeAsync(transaction, "crm", Cancel));
        world.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal((GrantState.Unauthorized, false), (revoked.State, revoked.HasRefreshToken));
        Assert.Equal("REAUTHORIZATION_REQUIRED", (await world.CallAsync(replica)).Failure!.Reason);
        Assert.Equal("REAUTHORIZATION_REQUIRED", (await world.CallAsync(other)).Failure!.Reason);
        await Assert.ThrowsAsync<GrantKindException>(() => StartAsync(replica));
        await Assert.ThrowsAsync<GrantNotFoundException>(() => replica.CommitAsync(transaction => desk.RevokeAsync(transaction, "none", Cancel)));
    }

    private static async Task<string> StateAsync(EgressFixture replica) =>
        QueryHelpers.ParseQuery(new Uri(await StartAsync(replica)).Query)["state"].ToString();

    private static Task<string> StartAsync(EgressFixture replica) =>
        replica.CommitAsync(transaction => replica.Get<GrantDesk>().StartAuthorizationAsync(transaction, "crm", "apikey:1", Cancel));

    private static GrantConfiguration Grant(GrantFixture world) =>
        new("crm", GrantKind.AuthorizationCode, world.Provider.TokenUrl, "1000.ABC")
        {
            ClientSecret = "client-secret-1",
            AuthorizationUrl = "https://accounts.crm.example.com/oauth/v2/auth",
            RedirectUri = "https://crm.contact.example/oauth/callback",
            Scope = "ZohoCRM.modules.ALL",
            AccessType = "offline",
            StatePrefix = "ccai",
        };
}
