using ContactCenter.Egress.OAuth;
using ContactCenter.Operations.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Operations.Tests;

public sealed class AdminTests(TestServers servers) : OperationsTest(servers)
{
    [Fact]
    [Rule("SEC-7")]
    [Rule("DUR-59")]
    public async Task A_key_is_shown_once_even_where_its_call_is_repeated()
    {
        var request = new CreateApiKeyRequest { RequestId = NewId(), Name = "dialler", Scopes = { "crm.write", "crm.operate" }, Lifetime = Duration.FromTimeSpan(TimeSpan.FromDays(1)) };

        var created = await Operations.CreateApiKeyAsync(request, cancellationToken: Cancellation);
        var repeated = await Operations.CreateApiKeyAsync(request, cancellationToken: Cancellation);

        Assert.StartsWith($"cck_{created.ApiKey.Id}_", created.Key, StringComparison.Ordinal);
        Assert.Equal(new CreateApiKeyResponse { ApiKey = created.ApiKey }, repeated);
        Assert.Equal(TimeSpan.FromDays(1), (created.ApiKey.ExpireTime - created.ApiKey.CreateTime).ToTimeSpan());
        Assert.False(await ScalarAsync<bool>("SELECT bool_or(position('cck_'::bytea IN response) > 0) FROM durable.idempotency_keys"));
        await ClientOf(created.Key).GetOutboxStatusAsync(new(), cancellationToken: Cancellation);
        await AssertEnteredAsync($"apiKeys/{created.ApiKey.Id}", "apiKeys.create", """{"scopes":["crm.write","crm.operate"]}""", request.RequestId);
        await AssertFailsAsync(ClientOf(created.Key).ListApiKeysAsync(new(), cancellationToken: Cancellation), StatusCode.PermissionDenied, "SCOPE_MISSING");
    }

    [Fact]
    [Rule("SEC-10")]
    [Rule("DUR-59")]
    public async Task Keys_are_listed_rotated_and_revoked()
    {
        var old = (await Operations.CreateApiKeyAsync(new() { Name = "dialler", Scopes = { "crm.operate" } }, cancellationToken: Cancellation)).ApiKey;

        var rotated = await Operations.RotateApiKeyAsync(new() { ApiKeyId = old.Id, Overlap = Duration.FromTimeSpan(TimeSpan.FromHours(1)) }, cancellationToken: Cancellation);
        var revoked = (await Operations.RevokeApiKeyAsync(new() { ApiKeyId = rotated.ApiKey.Id }, cancellationToken: Cancellation)).ApiKey;
        var first = await Operations.ListApiKeysAsync(new() { PageSize = 2 }, cancellationToken: Cancellation);
        var second = await Operations.ListApiKeysAsync(new() { PageSize = 2, PageToken = first.NextPageToken }, cancellationToken: Cancellation);

        Assert.StartsWith("cck_", rotated.Key, StringComparison.Ordinal);
        Assert.NotNull(revoked.RevokeTime);
        var listed = first.ApiKeys.Concat(second.ApiKeys).ToDictionary(key => key.Id);
        Assert.Equal([.. new[] { TestKey.Id, old.Id, rotated.ApiKey.Id }.Order(StringComparer.Ordinal)], listed.Keys);
        Assert.Equal(rotated.ApiKey.Id, listed[old.Id].ReplacedBy);
        Assert.True(listed[old.Id].ExpireTime < old.ExpireTime);
        await AssertEnteredAsync($"apiKeys/{old.Id}", "apiKeys.rotate", $$"""{"replaced_by":"{{rotated.ApiKey.Id}}"}""");
        await AssertEnteredAsync($"apiKeys/{rotated.ApiKey.Id}", "apiKeys.revoke", "{}");
        await AssertFailsAsync(Operations.RotateApiKeyAsync(new() { ApiKeyId = old.Id }, cancellationToken: Cancellation), StatusCode.FailedPrecondition, "API_KEY_NOT_VALID");
        await AssertFailsAsync(Operations.RotateApiKeyAsync(new() { ApiKeyId = "none" }, cancellationToken: Cancellation), StatusCode.NotFound, "API_KEY_NOT_FOUND");
        await AssertFailsAsync(Operations.RevokeApiKeyAsync(new() { ApiKeyId = "none" }, cancellationToken: Cancellation), StatusCode.NotFound, "API_KEY_NOT_FOUND");
        await AssertFailsAsync(Operations.RevokeApiKeyAsync(new(), cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "api_key_id");
        await AssertFailsAsync(
            Operations.RotateApiKeyAsync(new() { ApiKeyId = TestKey.Id, Overlap = new() { Seconds = 31 * 86_400 } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "overlap");
    }

    [Fact]
    [Rule("SEC-9")]
    public async Task Wrong_keys_are_refused_with_the_field()
    {
        await AssertFailsAsync(Operations.CreateApiKeyAsync(new() { Scopes = { "crm.read" } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "name");
        await AssertFailsAsync(Operations.CreateApiKeyAsync(new() { Name = "a" }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "scopes");
        await AssertFailsAsync(Operations.CreateApiKeyAsync(new() { Name = "a", Scopes = { "wfm.read" } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "scopes");
        await AssertFailsAsync(
            Operations.CreateApiKeyAsync(new() { Name = "a", Scopes = { "crm.read" }, Lifetime = new() { Seconds = -1 } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "lifetime");
    }

    [Fact]
    [Rule("SEC-3")]
    [Rule("DUR-59")]
    public async Task A_secret_is_set_and_nowhere_to_be_read()
    {
        const string Canary = "s3cr3t-canary-77";
        var set = (await Operations.SetSecretAsync(new() { RequestId = NewId(), Name = "crm.password", Value = Canary }, cancellationToken: Cancellation)).Secret;
        await Operations.SetSecretAsync(new() { Name = "another", Value = "x" }, cancellationToken: Cancellation);

        var first = await Operations.ListSecretsAsync(new() { PageSize = 1 }, cancellationToken: Cancellation);
        var second = await Operations.ListSecretsAsync(new() { PageSize = 1, PageToken = first.NextPageToken }, cancellationToken: Cancellation);
        var rotation = await Operations.GetRotationStatusAsync(new(), cancellationToken: Cancellation);

        Assert.Equal(("another", "crm.password"), (Assert.Single(first.Secrets).Name, Assert.Single(second.Secrets).Name));
        Assert.Equal("k1", set.KeyId);
        Assert.Equal(new SecretKeyUse { KeyId = "k1", IsActive = true, Values = 2 }, Assert.Single(rotation.Keys));
        Assert.Equal(0, await ScalarAsync<int>(
            $"SELECT (SELECT count(*) FROM durable.audit_entries a WHERE a::text LIKE '%{Canary}%') + (SELECT count(*) FROM durable.idempotency_keys WHERE position('{Canary}'::bytea IN response) > 0)"));
        Assert.Equal("secrets.set", Assert.Single(await AuditOfAsync("secrets/crm.password")).Action);
        await AssertFailsAsync(Operations.SetSecretAsync(new() { Name = "a b", Value = "x" }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "name");
        await AssertFailsAsync(Operations.SetSecretAsync(new() { Name = "a" }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "value");
        await AssertFailsAsync(Operations.SetSecretAsync(new() { Name = "a", Value = new string('x', 16_385) }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "value");
    }

    [Fact]
    [Rule("EGR-25")]
    [Rule("SEC-3")]
    [Rule("DUR-59")]
    public async Task A_grant_is_authorised_and_revoked_and_its_secrets_stay_hidden()
    {
        var store = App.Services.GetRequiredService<GrantStore>();
        await store.SaveAsync(new("crm", Egress.OAuth.GrantKind.AuthorizationCode, "https://login.example/token", "client") { AuthorizationUrl = "https://login.example/authorize", ClientSecret = "hidden-secret" }, Cancellation);
        await store.SaveAsync(new("mail", Egress.OAuth.GrantKind.ClientCredentials, "https://login.example/token", "client"), Cancellation);
        var request = new StartAuthorizationRequest { RequestId = NewId(), GrantId = "crm" };

        var listed = (await Operations.ListGrantsAsync(new(), cancellationToken: Cancellation)).Grants;
        var started = await Operations.StartAuthorizationAsync(request, cancellationToken: Cancellation);
        var repeated = await Operations.StartAuthorizationAsync(request, cancellationToken: Cancellation);
        var revoked = (await Operations.RevokeGrantAsync(new() { GrantId = "crm" }, cancellationToken: Cancellation)).Grant;

        Assert.Equal(["crm", "mail"], listed.Select(grant => grant.Id));
        Assert.Equal((V1.GrantKind.AuthorizationCode, true, V1.GrantState.Unauthorized), (listed[0].Kind, listed[0].HasClientSecret, listed[0].State));
        Assert.DoesNotContain("hidden-secret", listed.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("https://login.example/authorize?", started.AuthorizationUrl, StringComparison.Ordinal);
        Assert.Empty(repeated.AuthorizationUrl);
        Assert.Equal("crm", revoked.Id);
        await AssertEnteredAsync("grants/crm", "grants.startAuthorization", "{}", request.RequestId);
        await AssertEnteredAsync("grants/crm", "grants.revoke", "{}");
        await AssertFailsAsync(Operations.StartAuthorizationAsync(new() { GrantId = "mail" }, cancellationToken: Cancellation), StatusCode.FailedPrecondition, "GRANT_KIND_WRONG");
        await AssertFailsAsync(Operations.StartAuthorizationAsync(new() { GrantId = "none" }, cancellationToken: Cancellation), StatusCode.NotFound, "GRANT_NOT_FOUND");
        await AssertFailsAsync(Operations.RevokeGrantAsync(new() { GrantId = "none" }, cancellationToken: Cancellation), StatusCode.NotFound, "GRANT_NOT_FOUND");
        await AssertFailsAsync(Operations.RevokeGrantAsync(new(), cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "grant_id");
    }
}
