using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactCenter.Egress.OAuth;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace ContactCenter.Egress.Tests.OAuth;

public sealed class GrantTests(TestServers servers)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Rule("EGR-24")]
    [Rule("EGR-26")]
    public async Task Sixteen_callers_of_one_process_make_one_token_request()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();
        await replica.Get<GrantStore>().SaveAsync(world.RefreshGrant(), Cancel);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => world.CallAsync(replica)));

        Assert.All(outcomes, outcome => Assert.True(outcome.IsSuccess));
        var form = Assert.Single(world.Provider.TokenRequests);
        Assert.Equal(
            ("refresh_token", "refresh-token-0", "client-1", "client-secret-1"),
            (form["grant_type"], form["refresh_token"], form["client_id"], form["client_secret"]));
        Assert.Equal(1, (await replica.Get<GrantStore>().GetAsync("crm", Cancel))!.Version);
    }

    [Fact]
    [Rule("EGR-24")]
    public async Task Client_credentials_and_a_service_account_get_tokens_without_a_refresh_token()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();
        using var key = RSA.Create(2048);
        var store = replica.Get<GrantStore>();
        await store.SaveAsync(
            new GrantConfiguration("cc", GrantKind.ClientCredentials, world.Provider.TokenUrl, "client-1")
            {
                ClientSecret = "client-secret-1",
                Scope = "read write",
                ClientAuthInHeader = true,
            },
            Cancel);
        await store.SaveAsync(
            new GrantConfiguration("sa", GrantKind.ServiceAccount, world.Provider.TokenUrl, "robot@project.example")
            {
                Scope = "devstorage.read_write",
                PrivateKey = key.ExportPkcs8PrivateKeyPem(),
                PrivateKeyId = "key-9",
            },
            Cancel);

        Assert.True((await world.CallAsync(replica, "cc")).IsSuccess);
        Assert.True((await world.CallAsync(replica, "sa")).IsSuccess);

        Assert.True(world.Provider.TokenRequests.TryDequeue(out var first));
        Assert.Equal(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["scope"] = "read write" }, first);
        Assert.True(world.Provider.TokenRequests.TryDequeue(out var second));
        Assert.Equal("urn:ietf:params:oauth:grant-type:jwt-bearer", second["grant_type"]);
        var parts = second["assertion"].Split('.');
        Assert.True(key.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1])).RootElement;
        Assert.Equal(
            ("robot@project.example", "devstorage.read_write", world.Provider.TokenUrl, 3_600),
            (claims.GetProperty("iss").GetString(), claims.GetProperty("scope").GetString(), claims.GetProperty("aud").GetString(),
                claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64()));
        Assert.Equal("""{"alg":"RS256","typ":"JWT","kid":"key-9"}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])));
    }

    [Fact]
    [Rule("EGR-28")]
    public async Task A_service_account_whose_key_cannot_sign_waits_for_another()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();
        await replica.Get<GrantStore>().SaveAsync(
            new GrantConfiguration("crm", GrantKind.ServiceAccount, world.Provider.TokenUrl, "robot@project.example") { PrivateKey = "no key" }, Cancel);

        Assert.Equal("REAUTHORIZATION_REQUIRED", (await world.CallAsync(replica)).Failure!.Reason);
        Assert.Equal("invalid_private_key", (await replica.Get<GrantStore>().GetAsync("crm", Cancel))!.LastError);
    }

    [Theory]
    [Rule("EGR-29")]
    [InlineData(3_600, 3_509, 3_541)]
    [InlineData(100, 49, 51)]
    [InlineData(null, 3_509, 3_541)]
    public async Task A_token_is_renewed_60_to_90_s_before_its_end_but_not_before_half_its_life(int? life, int still, int noMore)
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();
        world.Provider.ExpiresIn = life;
        await replica.Get<GrantStore>().SaveAsync(world.RefreshGrant(), Cancel);
        Assert.True((await world.CallAsync(replica)).IsSuccess);

        world.Time.Advance(TimeSpan.FromSeconds(still));
        await world.CallAsync(replica);
        Assert.Single(world.Provider.TokenRequests);
        world.Time.Advance(TimeSpan.FromSeconds(noMore - still));
        Assert.True((await world.CallAsync(replica)).IsSuccess);

        Assert.Equal(["refresh-token-0", "refresh-token-1"], world.Provider.TokenRequests.Select(form => form["refresh_token"]));
    }

    [Fact]
    [Rule("EGR-29")]
    public async Task A_401_forces_one_refresh_and_one_repeat_and_no_more()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();
        await replica.Get<GrantStore>().SaveAsync(world.RefreshGrant(), Cancel);
        await world.CallAsync(replica);
        world.Provider.RevokeAccessTokens();

        Assert.True((await world.CallAsync(replica)).IsSuccess);
        Assert.Equal((2, 3), (world.Provider.TokenRequests.Count, world.Provider.ApiCalls));

        world.Provider.RevokeAccessTokens();
        world.Provider.Instead.Enqueue(("200 OK", """{"access_token":"unknown-to-the-api","refresh_token":"refresh-token-9"}"""));
        Assert.Equal(401, (await world.CallAsync(replica)).Failure!.Status);
        Assert.Equal((3, 5), (world.Provider.TokenRequests.Count, world.Provider.ApiCalls));
    }

    [Fact]
    [Rule("EGR-28")]
    public async Task An_invalid_grant_is_kept_and_its_jobs_wait_until_it_is_authorised_again()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();
        var store = replica.Get<GrantStore>();
        await store.SaveAsync(world.RefreshGrant() with { RefreshToken = "refresh-token-used" }, Cancel);

        var first = (await world.CallAsync(replica)).Failure!;
        var second = (await world.CallAsync(replica)).Failure!;

        Assert.Equal(("REAUTHORIZATION_REQUIRED", EgressDecision.Wait, true), (first.Reason, first.Decision, first.DecisionIsFixed));
        Assert.Equal(first.Reason, second.Reason);
        Assert.Single(world.Provider.TokenRequests);
        var refused = Assert.Single(await world.EventsAsync("grant-reauthorization-required"));
        Assert.Equal(("tests", "grants/crm", "invalid_grant"), (Text(refused, "service"), Text(refused, "resource"), Text(refused, "reason")));
        var view = (await store.GetAsync("crm", Cancel))!;
        Assert.Equal((GrantState.ReauthorizationRequired, true, 0L, "invalid_grant"), (view.State, view.HasRefreshToken, view.Version, view.LastError));

        await store.SaveAsync(world.RefreshGrant(), Cancel);
        Assert.True((await world.CallAsync(replica)).IsSuccess);
    }

    [Fact]
    [Rule("EGR-28")]
    public async Task A_failing_token_endpoint_is_a_wait_and_the_next_call_tries_again()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();
        await replica.Get<GrantStore>().SaveAsync(world.RefreshGrant(), Cancel);
        world.Provider.Instead.Enqueue(("503 Busy", "{}"));
        world.Provider.Instead.Enqueue(("302 Found\r\nLocation: https://evil.example/", "{}"));
        world.Provider.Instead.Enqueue(("200 OK", "{\"access_token\":\"" + new string('x', 70_000) + "\"}"));

        for (var i = 0; i < 3; i++)
        {
            var failure = (await world.CallAsync(replica)).Failure!;
            Assert.Equal(("GRANT_UNAVAILABLE", EgressDecision.Wait), (failure.Reason, failure.Decision));
        }

        Assert.True((await world.CallAsync(replica)).IsSuccess);
    }

    [Fact]
    [Rule("EGR-27")]
    public async Task The_loser_of_a_race_uses_what_the_winner_stored()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();
        var store = replica.Get<GrantStore>();
        await store.SaveAsync(world.RefreshGrant(), Cancel);
        world.Provider.BeforeAnswer = async () =>
        {
            // Another's newer tokens are stored while the answer is under way.
            world.Provider.BeforeAnswer = () => Task.CompletedTask;
            await store.SaveAsync(world.RefreshGrant() with { RefreshToken = "refresh-token-1" }, Cancel);
        };

        Assert.True((await world.CallAsync(replica)).IsSuccess);

        Assert.Equal(["refresh-token-0", "refresh-token-1"], world.Provider.TokenRequests.Select(form => form["refresh_token"]));
        Assert.Equal(2, (await store.GetAsync("crm", Cancel))!.Version);
    }

    [Fact]
    [Rule("EGR-30")]
    [Rule("SEC-3")]
    public async Task Tokens_are_encrypted_wherever_they_are_kept_and_the_cache_serves_other_replicas()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        await using var database = await servers.CreateRedisDatabaseAsync(Cancel);
        using var redis = await ConnectionMultiplexer.ConnectAsync(database.ConnectionString);
        var first = world.AddReplica(redis);
        var second = world.AddReplica(redis);
        await first.Get<GrantStore>().SaveAsync(world.RefreshGrant(), Cancel);

        Assert.True((await world.CallAsync(first)).IsSuccess);
        await world.ExecuteAsync("ALTER TABLE egress.oauth_grants RENAME TO away");
        Assert.True((await world.CallAsync(second)).IsSuccess);

        var cached = await redis.GetDatabase().ScriptEvaluateAsync("return redis.call('MGET', unpack(redis.call('KEYS', '*token*')))");
        Assert.All((string[]?)cached ?? [], text => Assert.StartsWith("v1.k1.", text));
        await using var command = world.Source.CreateCommand("SELECT row_to_json(a)::text FROM egress.away a");
        var row = (string)(await command.ExecuteScalarAsync(Cancel))!;
        Assert.DoesNotContain("client-secret-1", row);
        Assert.DoesNotContain("refresh-token-1", row);
        Assert.DoesNotContain("access-token-1", row);
    }

    [Fact]
    [Rule("SEC-3")]
    public async Task Secrets_are_write_only_and_do_not_follow_the_endpoint_to_another_host()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var store = world.AddReplica().Get<GrantStore>();
        await store.SaveAsync(world.RefreshGrant(), Cancel);

        var kept = await store.SaveAsync(world.RefreshGrant() with { ClientSecret = null, RefreshToken = null, Scope = "more" }, Cancel);
        var moved = await Assert.ThrowsAsync<EgressException>(() => store.SaveAsync(
            world.RefreshGrant() with { ClientSecret = null, TokenUrl = "https://elsewhere.example/token" }, Cancel));

        Assert.Equal((true, true, false, "more"), (kept.HasClientSecret, kept.HasRefreshToken, kept.HasPrivateKey, kept.Configuration.Scope));
        Assert.Null(kept.Configuration.ClientSecret);
        Assert.Equal("secret-moved", moved.Failure.Rule);
    }

    private static string? Text(System.Text.Json.JsonElement element, string name) => element.GetProperty(name).GetString();
}
