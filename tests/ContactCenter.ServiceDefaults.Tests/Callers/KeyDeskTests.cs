using ContactCenter.Probe.V1;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.ServiceDefaults.Tests.Callers;

public sealed class KeyDeskTests(TestServers servers) : CallerTest(servers)
{
    [Fact]
    [Rule("SEC-10")]
    public async Task A_key_made_at_one_replica_is_taken_by_another_and_lives_a_year()
    {
        var (one, two) = (await StartAsync("probe.read"), await StartAsync("probe.read"));

        var created = await AtDeskAsync(one, (desk, transaction) => desk.CreateAsync(transaction, "reports", ["probe.read"]));

        Assert.Equal($"hello apikey:{created.Info.Id}", await AskWithAsync(two, created.Key.Reveal()));
        Assert.Equal(TimeSpan.FromDays(365), created.Info.ExpireTime - created.Info.CreateTime);
        Clock.SetUtcNow(created.Info.ExpireTime);
        Assert.Equal(StatusCode.Unauthenticated, (await RefusedAsync(two, ("x-api-key", created.Key.Reveal()))).StatusCode);
    }

    [Fact]
    [Rule("SEC-10")]
    public async Task A_revoked_key_is_refused_by_every_replica_5_s_later()
    {
        var (one, two) = (await StartAsync("probe.read"), await StartAsync("probe.read"));
        var created = await AtDeskAsync(one, (desk, transaction) => desk.CreateAsync(transaction, "reports", ["probe.read"]));
        await AskWithAsync(one, created.Key.Reveal());
        await AskWithAsync(two, created.Key.Reveal());

        await AtDeskAsync(one, (desk, transaction) => desk.RevokeAsync(transaction, created.Info.Id));
        Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(StatusCode.Unauthenticated, (await RefusedAsync(one, ("x-api-key", created.Key.Reveal()))).StatusCode);
        Assert.Equal(StatusCode.Unauthenticated, (await RefusedAsync(two, ("x-api-key", created.Key.Reveal()))).StatusCode);
        Assert.NotNull((await KeysAsync(two))[created.Info.Id].RevokeTime);
    }

    [Fact]
    [Rule("SEC-10")]
    public async Task A_stream_ends_soon_after_its_key_was_revoked()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var service = await StartAsync(map: null, TestKey.Settings(Clock, "probe.watch"), async (_, context) =>
        {
            entered.SetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return "";
        });
        using var call = ClientOf(service).Watch(new AskRequest(), new Metadata { { "x-api-key", TestKey.Text } }, cancellationToken: Cancellation);
        var ended = Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancellation));
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        await AtDeskAsync(service, (desk, transaction) => desk.RevokeAsync(transaction, TestKey.Id));

        for (var second = 0; !ended.IsCompleted; second++)
        {
            Assert.True(second < 1_000, "The stream goes on.");
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(ended, Task.Delay(20, Cancellation));
        }

        await ended;
    }

    [Fact]
    [Rule("SEC-10")]
    public async Task Rotation_makes_a_key_of_the_same_scopes_and_lets_the_old_one_live_7_days()
    {
        var service = await StartAsync("probe.read");

        var next = await AtDeskAsync(service, (desk, transaction) => desk.RotateAsync(transaction, TestKey.Id));

        Assert.Equal(["probe.read"], next.Info.Scopes);
        Assert.Equal(next.Info.Id, (await KeysAsync(service))[TestKey.Id].ReplacedBy);
        Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        await AskWithAsync(service, TestKey.Text);
        await AskWithAsync(service, next.Key.Reveal());
        Clock.Advance(TimeSpan.FromSeconds(1));
        await AskWithAsync(service, next.Key.Reveal());
        Assert.Equal(StatusCode.Unauthenticated, (await RefusedAsync(service, ("x-api-key", TestKey.Text))).StatusCode);
    }

    [Fact]
    [Rule("SEC-10")]
    public async Task Rotation_without_overlap_ends_the_old_key_within_5_s()
    {
        var service = await StartAsync("probe.read");
        await AskWithAsync(service, TestKey.Text);

        await AtDeskAsync(service, (desk, transaction) => desk.RotateAsync(transaction, TestKey.Id, TimeSpan.Zero));
        Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(StatusCode.Unauthenticated, (await RefusedAsync(service, ("x-api-key", TestKey.Text))).StatusCode);
    }

    [Fact]
    [Rule("SEC-10")]
    public async Task The_last_use_is_noted_to_the_minute()
    {
        var service = await StartAsync("probe.read");
        Clock.Advance(TimeSpan.FromSeconds(25));
        await AskWithAsync(service, TestKey.Text);
        Clock.Advance(TimeSpan.FromSeconds(5));
        await AskWithAsync(service, TestKey.Text);

        Clock.Advance(TimeSpan.FromSeconds(60));

        await Eventually.TrueAsync(async () => (await KeysAsync(service))[TestKey.Id].LastUseTime is not null);
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero), (await KeysAsync(service))[TestKey.Id].LastUseTime);
    }

    [Fact]
    [Rule("SEC-9")]
    [Rule("SEC-10")]
    public async Task What_is_out_of_range_is_refused_by_name_and_leaves_nothing()
    {
        var service = await StartAsync("probe.read");

        Assert.Equal("name", await FieldAsync((desk, transaction) => desk.CreateAsync(transaction, "", ["probe.read"])));
        Assert.Equal("scopes", await FieldAsync((desk, transaction) => desk.CreateAsync(transaction, "a", [])));
        Assert.Equal("scopes", await FieldAsync((desk, transaction) => desk.CreateAsync(transaction, "a", ["crm.read"])));
        Assert.Equal("lifetime", await FieldAsync((desk, transaction) => desk.CreateAsync(transaction, "a", ["probe.read"], TimeSpan.Zero)));
        Assert.Equal("lifetime", await FieldAsync((desk, transaction) => desk.CreateAsync(transaction, "a", ["probe.read"], TimeSpan.FromDays(731))));
        Assert.Equal("overlap", await FieldAsync((desk, transaction) => desk.RotateAsync(transaction, TestKey.Id, TimeSpan.FromDays(31))));
        await Assert.ThrowsAsync<ApiKeyNotFoundException>(() => AtDeskAsync(service, (desk, transaction) => desk.RevokeAsync(transaction, "000000000000")));
        Assert.Single(await KeysAsync(service));

        async Task<string> FieldAsync(Func<ApiKeyDesk, ContactCenter.Durable.DurableTransaction, Task<CreatedApiKey>> command) =>
            (await Assert.ThrowsAsync<ApiKeyFieldException>(() => AtDeskAsync(service, command))).Field;
    }

    [Fact]
    [Rule("SEC-10")]
    public async Task A_revoked_or_replaced_key_cannot_be_rotated_and_a_second_revocation_changes_nothing()
    {
        var service = await StartAsync("probe.read");
        await AtDeskAsync(service, (desk, transaction) => desk.RotateAsync(transaction, TestKey.Id));
        await Assert.ThrowsAsync<ApiKeyStateException>(() => AtDeskAsync(service, (desk, transaction) => desk.RotateAsync(transaction, TestKey.Id)));
        var first = await AtDeskAsync(service, (desk, transaction) => desk.RevokeAsync(transaction, TestKey.Id));
        Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(first.RevokeTime, (await AtDeskAsync(service, (desk, transaction) => desk.RevokeAsync(transaction, TestKey.Id))).RevokeTime);
        await Assert.ThrowsAsync<ApiKeyStateException>(() => AtDeskAsync(service, (desk, transaction) => desk.RotateAsync(transaction, TestKey.Id)));
    }

    [Fact]
    public async Task A_configured_key_is_stored_once_changed_by_its_configuration_and_stays_revoked()
    {
        await StartAsync("probe.read");
        var again = await StartAsync("probe.read");
        Assert.Equal(2, await ScalarAsync<long>("SELECT version FROM callers.api_key_version"));

        var changed = await StartAsync("probe.read", "probe.watch");
        Assert.Equal(["probe.read", "probe.watch"], (await KeysAsync(changed))[TestKey.Id].Scopes);

        await AtDeskAsync(again, (desk, transaction) => desk.RevokeAsync(transaction, TestKey.Id));
        var last = await StartAsync("probe.read");
        Assert.Equal(StatusCode.Unauthenticated, (await RefusedAsync(last, ("x-api-key", TestKey.Text))).StatusCode);
    }

    [Theory]
    [InlineData("Id", "ABC", "ApiKeys:Bootstrap:0:Id is 'ABC'; it has to be 12 characters")]
    [InlineData("Sha256", "abc", "ApiKeys:Bootstrap:0:Sha256 has to be SHA-256")]
    [InlineData("ExpireTime", "soon", "ApiKeys:Bootstrap:0:ExpireTime is 'soon'; it has to be a time such as")]
    [InlineData("ExpireTime", "2029-01-01T00:00:00Z", "at most 730 days ahead")]
    [InlineData("Scopes:0", "crm.read", "ApiKeys:Bootstrap:0:Scopes: 'crm.read' is no scope of this service")]
    [InlineData("Scope", "probe.read", "ApiKeys:Bootstrap:0:Scope is not known; known below ApiKeys:Bootstrap:0 are Id, Name, Sha256, Scopes, ExpireTime.")]
    public async Task A_wrong_configured_key_stops_the_start_and_says_why(string setting, string value, string message)
    {
        string[] settings = [.. TestKey.Settings(Clock, "probe.read"), $"--ApiKeys:Bootstrap:0:{setting}={value}"];

        var failure = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => StartAsync(map: null, settings));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, ApiKeyInfo>> KeysAsync(TestService service) =>
        (await service.App.Services.GetRequiredService<ApiKeyDesk>().ListAsync("", 100, Cancellation)).ToDictionary(key => key.Id);
}
