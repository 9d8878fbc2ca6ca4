using System.Diagnostics;
using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.ServiceDefaults.Tests.Callers;

public sealed class KeyCheckTests(TestServers servers) : CallerTest(servers)
{
    private const string WrongCheck = "cck_7m3k9q2x5c8v_000g40r40m30e209185gr38e1w8124gk2gahc5rr34d1p70x3rfg_d2c5368f";

    [Fact]
    [Rule("SEC-8")]
    public async Task A_key_is_taken_as_bearer_token_or_as_x_api_key_or_as_both()
    {
        var service = await StartAsync("probe.read");

        Assert.Equal("hello apikey:7m3k9q2x5c8v", await AskAsync(service, ("authorization", $"Bearer {TestKey.Text}")));
        Assert.Equal("hello apikey:7m3k9q2x5c8v", await AskAsync(service, ("x-api-key", TestKey.Text)));
        Assert.Equal("hello apikey:7m3k9q2x5c8v", await AskAsync(service, ("authorization", $"bearer {TestKey.Text}"), ("x-api-key", TestKey.Text)));
    }

    [Fact]
    [Rule("SEC-8")]
    [Rule("SEC-10")]
    public async Task None_two_a_wrong_an_unknown_an_expired_and_a_revoked_key_get_the_same_answer()
    {
        var service = await StartAsync("probe.read");
        var expired = await AtDeskAsync(service, (desk, transaction) => desk.CreateAsync(transaction, "short", ["probe.read"], TimeSpan.FromMinutes(1)));
        var revoked = await AtDeskAsync(service, (desk, transaction) => desk.CreateAsync(transaction, "gone", ["probe.read"]));
        await AskWithAsync(service, expired.Key.Reveal());
        await AskWithAsync(service, revoked.Key.Reveal());
        await AtDeskAsync(service, (desk, transaction) => desk.RevokeAsync(transaction, revoked.Info.Id));
        Clock.Advance(TimeSpan.FromMinutes(1));
        var sameIdOtherSecret = new ApiKey(TestKey.Id, new byte[32]).Reveal();

        (string, string)[][] refused =
        [
            [],
            [("x-api-key", WrongCheck)],
            [("x-api-key", "")],
            [("x-api-key", ApiKey.Create().Reveal())],
            [("x-api-key", sameIdOtherSecret)],
            [("x-api-key", expired.Key.Reveal())],
            [("x-api-key", revoked.Key.Reveal())],
            [("x-api-key", TestKey.Text), ("authorization", $"Bearer {ApiKey.Create().Reveal()}")],
            [("x-api-key", TestKey.Text), ("x-api-key", WrongCheck)],
            [("authorization", $"Basic {Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"me:{TestKey.Text}"))}")],
        ];
        var answers = new List<string>();
        foreach (var headers in refused)
        {
            var failure = await RefusedAsync(service, headers);
            answers.Add($"{failure.StatusCode} {RpcErrors.ReasonOf(failure)} {failure.Status.Detail} {Convert.ToHexString(failure.Trailers.GetValueBytes("grpc-status-details-bin")!)}");
        }

        Assert.StartsWith($"{StatusCode.Unauthenticated} {CallerErrors.KeyInvalid} ", Assert.Single(answers.Distinct()), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("SEC-7")]
    public async Task A_wrong_check_costs_no_statement_and_an_unknown_key_at_most_one_a_second()
    {
        var service = await StartAsync("probe.read");
        Clock.Advance(TimeSpan.FromMinutes(10));
        using var statements = new ActivityCollector("Npgsql");

        await RefusedAsync(service, ("x-api-key", WrongCheck));
        await RefusedAsync(service, ("x-api-key", "cck_"));
        Assert.Equal(0, OwnStatements(statements));

        for (var i = 0; i < 5; i++)
            await RefusedAsync(service, ("x-api-key", ApiKey.Create().Reveal()));
        Assert.Equal(1, OwnStatements(statements));
    }

    [Fact]
    [Rule("SEC-7")]
    public async Task The_database_holds_the_hash_of_the_secret_and_nothing_else_of_it()
    {
        var service = await StartAsync("probe.read");
        var created = await AtDeskAsync(service, (desk, transaction) => desk.CreateAsync(transaction, "new", ["probe.read"]));

        var row = await ScalarAsync<string>($"SELECT k::text FROM callers.api_keys k WHERE id = '{created.Info.Id}'");

        Assert.Contains(Convert.ToHexStringLower(created.Key.Hash()), row, StringComparison.Ordinal);
        Assert.DoesNotContain(created.Key.Reveal().Split('_')[2], row, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("SEC-8")]
    public async Task The_21st_failure_within_a_minute_is_RESOURCE_EXHAUSTED_and_a_valid_key_still_passes()
    {
        var service = await StartAsync("probe.read");
        for (var i = 0; i < FailureLimiter.Limit; i++)
            Assert.Equal(StatusCode.Unauthenticated, (await RefusedAsync(service)).StatusCode);

        var failure = await RefusedAsync(service, ("x-api-key", WrongCheck));

        Assert.Equal((StatusCode.ResourceExhausted, CallerErrors.TooManyFailures), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
        Assert.Equal("hello apikey:7m3k9q2x5c8v", await AskWithAsync(service, TestKey.Text));
        Clock.Advance(FailureLimiter.Window);
        Assert.Equal(StatusCode.Unauthenticated, (await RefusedAsync(service)).StatusCode);
    }

    [Fact]
    [Rule("SEC-10")]
    public async Task An_idle_service_asks_the_database_nothing_about_keys()
    {
        var service = await StartAsync("probe.read");
        await AskWithAsync(service, TestKey.Text);
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(async () => await ScalarAsync<bool>("SELECT bool_and(last_use_time IS NOT NULL) FROM callers.api_keys"));
        using var statements = new ActivityCollector("Npgsql");

        for (var i = 0; i < 10; i++)
            Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(0, OwnStatements(statements));
    }

    [Fact]
    [Rule("SEC-7")]
    public async Task A_key_is_checked_from_the_cache_in_less_than_50_microseconds()
    {
        const int Checks = 500;
        var service = await StartAsync("probe.read");
        var check = service.App.Services.GetRequiredService<CallerCheck>();
        var access = new EndpointAccess { Name = "measured", Scope = "read" };
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = $"Bearer {TestKey.Text}";
        var fastest = TimeSpan.MaxValue;

        // The fastest of many rounds: what else this machine does is not what is measured.
        for (var round = 0; round < 40; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Checks; i++)
                Assert.Null(await check.FindRefusalAsync(context, access));
            var time = Stopwatch.GetElapsedTime(start) / Checks;
            fastest = time < fastest ? time : fastest;
        }

        TestContext.Current.SendDiagnosticMessage($"A key check takes {fastest.TotalMicroseconds:F2} microseconds.");
        Assert.InRange(fastest.TotalMicroseconds, 0, 50);
    }

    private int OwnStatements(ActivityCollector statements) =>
        statements.Finished.Count(span => OfThisDatabase(span) && span.TagObjects.Any(tag => $"{tag.Value}".Contains("callers.", StringComparison.Ordinal)));

    private bool OfThisDatabase(Activity span) => span.TagObjects.Any(tag => $"{tag.Value}" == Database.Name);
}
