using System.Diagnostics;
using ContactCenter.Egress.Destinations;
using ContactCenter.Egress.Guard;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.Limits;
using ContactCenter.Egress.Tests.OAuth;
using StackExchange.Redis;

namespace ContactCenter.Egress.Tests.Destinations;

/// <summary>Two replicas, their operators' desk, and a server that answers as a test says.</summary>
public sealed class DestinationTests : IAsyncLifetime
{
    private readonly TestServers _servers;
    private readonly RawServer _server;
    private GrantFixture _world = null!;
    private TestRedis _redisDatabase = null!;
    private ConnectionMultiplexer _redis = null!;
    private string _status = "200";

    public DestinationTests(TestServers servers)
    {
        _servers = servers;
        _server = RawServer.Start(async (stream, server, cancellationToken) =>
        {
            while (await server.ReadRequestAsync(stream, cancellationToken) is not null)
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {_status} X\r\nContent-Length: 0\r\n\r\n"), cancellationToken);
        });
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private EgressFixture First { get; set; } = null!;

    private EgressFixture Second { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await GrantFixture.CreateAsync(_servers);
        _redisDatabase = await _servers.CreateRedisDatabaseAsync(Cancel);
        _redis = await ConnectionMultiplexer.ConnectAsync(_redisDatabase.ConnectionString);
        First = _world.AddReplica(_redis, allow: [_server.AllowEntry]);
        Second = _world.AddReplica(_redis, allow: [_server.AllowEntry]);
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _redis.CloseAsync();
        await _redisDatabase.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    [Rule("EGR-19")]
    public async Task A_destination_is_listed_with_its_defaults_once_it_was_called()
    {
        Assert.Empty(await First.Get<DestinationDesk>().ListAsync(null, 10, Cancel));
        await CallAsync(First);
        await CallAsync(Second);
        await CallAsync(First, name: "other", change: destination => destination with { MaxConcurrent = 4 });

        var page = await Second.Get<DestinationDesk>().ListAsync(null, 10, Cancel);

        Assert.Equal(["other", "t"], page.Select(view => view.Name));
        Assert.Equal(4, page[0].Settings.MaxConcurrent);
        Assert.Equal(
            (_server.Origin, new DestinationSettings(), false, null, BreakerState.Closed, 98L, null, 0),
            (page[1].Origin, page[1].Settings, page[1].IsChanged, page[1].ClientKeyId, page[1].Breaker, page[1].TokensLeft, page[1].BudgetLeft, page[1].CallsInFlight));
        Assert.Equal("t", Assert.Single(await First.Get<DestinationDesk>().ListAsync(page[0].Id, 10, Cancel)).Name);
    }

    [Fact]
    [Rule("EGR-19")]
    [Rule("EGR-22")]
    public async Task A_change_holds_in_every_replica_within_5_s()
    {
        await CallAsync(First);
        await CallAsync(Second);
        var view = await UpdateAsync(settings => settings with { Rate = new RateLimit { PerSecond = 1, Burst = 2, DayBudget = 100 } });

        _world.Time.Advance(TimeSpan.FromSeconds(5));
        var reasons = new List<string?>();
        for (var call = 0; call < 4; call++)
            reasons.Add((await CallAsync(Second)).Failure?.Reason);

        Assert.Equal([null, null, "THROTTLED", "THROTTLED"], reasons);
        Assert.Equal((true, "2", 100L), (view.IsChanged, view.Etag, view.BudgetLeft));
        var after = await FindAsync();
        Assert.Equal((98L, 0L), (after.BudgetLeft, after.TokensLeft));
    }

    [Fact]
    [Rule("EGR-19")]
    public async Task A_call_costs_no_statement_while_the_last_reading_is_fresh()
    {
        await CallAsync(First);
        using var statements = new ActivityCollector("Npgsql");
        for (var call = 0; call < 40; call++)
        {
            Assert.True((await CallAsync(First)).IsSuccess);
            _world.Time.Advance(TimeSpan.FromMilliseconds(250));
        }

        var database = new Npgsql.NpgsqlConnectionStringBuilder(_world.ConnectionString).Database!;
        Assert.InRange(statements.Finished.Count(activity => Says(activity, database) && Says(activity, "egress.destinations")), 2, 3);

        static bool Says(Activity activity, string text) => activity.TagObjects.Any(tag => tag.Value?.ToString()?.Contains(text) ?? false);
    }

    [Fact]
    [Rule("EGR-21")]
    public async Task While_the_database_is_away_calls_go_with_what_was_known()
    {
        await CallAsync(First);
        await UpdateAsync(settings => settings with { Rate = new RateLimit { PerSecond = 1, Burst = 1 } });
        _world.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True((await CallAsync(First)).IsSuccess);
        await _world.ExecuteAsync("ALTER TABLE egress.destinations RENAME TO away");
        _world.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.True((await CallAsync(First)).IsSuccess);
        Assert.Equal("THROTTLED", (await CallAsync(First)).Failure!.Reason);
        Assert.True((await CallAsync(First, name: "new")).IsSuccess);
    }

    [Fact]
    [Rule("EGR-9")]
    [Rule("SEC-3")]
    public async Task A_client_key_is_encrypted_never_shown_and_kept_when_it_is_not_given_again()
    {
        var (certificate, key) = Certificate();
        await CallAsync(First);
        await UpdateAsync(settings => settings with { Tls = new TlsSettings { ClientCertificate = certificate, ClientKey = key } });
        var kept = await UpdateAsync(settings => settings with { MaxConcurrent = 3 });

        Assert.Equal(("k1", "", 3), (kept.ClientKeyId, kept.Settings.Tls.ClientKey, kept.Settings.MaxConcurrent));
        await using var command = _world.Source.CreateCommand("SELECT row_to_json(d)::text FROM egress.destinations d");
        var row = (string)(await command.ExecuteScalarAsync(Cancel))!;
        Assert.DoesNotContain("PRIVATE KEY", row);
        var book = First.Get<DestinationBook>();
        _world.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(key, (await book.CurrentAsync(Destination.For("t", _server.Origin), Cancel)).Tls.ClientKey);
        Assert.Null((await UpdateAsync(settings => settings with { Tls = TlsSettings.Default })).ClientKeyId);
    }

    [Fact]
    [Rule("EGR-10")]
    [Rule("EGR-19")]
    public async Task A_change_out_of_range_or_of_an_old_reading_names_what_is_wrong()
    {
        await CallAsync(First);
        var view = await FindAsync();
        var wrong = await Assert.ThrowsAsync<DestinationInvalidException>(() => UpdateAsync(settings => settings with
        {
            MaxConcurrent = 257,
            Timeouts = settings.Timeouts with { Whole = null },
            Rate = settings.Rate with { BudgetZone = "Mars/Olympus" },
            Tls = new TlsSettings { PrivateCa = "no PEM" },
        }));
        await UpdateAsync(settings => settings with { MaxConcurrent = 2 });
        var desk = First.Get<DestinationDesk>();
        var late = await Assert.ThrowsAsync<DestinationChangedException>(() => First.CommitAsync(
            transaction => desk.UpdateAsync(transaction, view.Id, view.Settings, view.Etag, Cancel)));

        Assert.Equal(["max_concurrent", "rate.budget_zone", "tls", "timeouts.whole"], wrong.Violations.Select(violation => violation.Field));
        Assert.Equal("2", late.Etag);
        await Assert.ThrowsAsync<DestinationNotFoundException>(() => First.CommitAsync(transaction => desk.ResetBreakerAsync(transaction, "none", Cancel)));
    }

    [Fact]
    [Rule("EGR-23")]
    public async Task Opening_closing_and_resetting_are_events_exactly_once_over_all_replicas()
    {
        var events = new[] { First.Get<BreakerEvents>(), Second.Get<BreakerEvents>() };
        foreach (var publisher in events)
            await publisher.StartAsync(Cancel);
        _status = "503";
        using (new Activity("job").Start())
        {
            for (var call = 0; call < 20; call++)
                await CallAsync(call % 2 == 0 ? First : Second, itemId: $"job-{call}");
        }

        var open = await FindAsync();
        _world.Time.Advance(TimeSpan.FromSeconds(30));
        _status = "200";
        for (var call = 0; call < 3; call++)
            Assert.True((await CallAsync(First)).IsSuccess);
        await Eventually.TrueAsync(async () => (await _world.EventsAsync("breaker-closed")).Count == 1);

        Assert.Equal((BreakerState.Open, TimeSpan.FromSeconds(30), "503"), (open.Breaker, open.BreakerOpenFor, open.LastError!.Class));
        var opened = Assert.Single(await _world.EventsAsync("breaker-opened"));
        Assert.Equal(
            ("tests", $"destinations/{open.Id}", "t", _server.Origin, "job-19", 32),
            (Text("service"), Text("resource"), Text("destination"), Text("origin"), Text("exampleItemId"), Text("traceId")!.Length));
        Assert.Equal("HTTP_STATUS", opened.GetProperty("lastError").GetProperty("reason").GetString());
        var closed = Assert.Single(await _world.EventsAsync("breaker-closed"));
        Assert.Equal("job-19", closed.GetProperty("exampleItemId").GetString());
        foreach (var publisher in events)
            await publisher.StopAsync(Cancel);

        string? Text(string name) => opened.GetProperty(name).GetString();
    }

    [Fact]
    [Rule("EGR-23")]
    public async Task An_operators_reset_closes_the_breaker_in_every_replica_and_commits_with_its_event()
    {
        _status = "500";
        for (var call = 0; call < 20; call++)
            await CallAsync(First);
        Assert.Equal("BREAKER_OPEN", (await CallAsync(Second)).Failure!.Reason);
        var desk = First.Get<DestinationDesk>();
        var id = (await FindAsync()).Id;
        await using (var abandoned = await First.Get<ContactCenter.Durable.DurableDatabase>().BeginAsync(Cancel))
            await desk.ResetBreakerAsync(abandoned, id, Cancel);
        Assert.Equal(BreakerState.Open, (await FindAsync()).Breaker);

        var view = await First.CommitAsync(transaction => desk.ResetBreakerAsync(transaction, id, Cancel));
        _world.Time.Advance(TimeSpan.FromSeconds(5));
        _status = "200";

        Assert.Equal(BreakerState.Closed, view.Breaker);
        Assert.True((await CallAsync(Second)).IsSuccess);
        Assert.True((await CallAsync(First)).IsSuccess);
        Assert.Single(await _world.EventsAsync("breaker-closed"));
    }

    private static (string Certificate, string Key) Certificate()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=client", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private async Task<DestinationView> FindAsync()
    {
        for (var calls = 0; ; calls++)
        {
            if ((await First.Get<DestinationDesk>().ListAsync(null, 10, Cancel)).SingleOrDefault(view => view.Name == "t") is { } found)
                return found;
            Assert.InRange(calls, 0, 5);

            // The database took longer than a call waits for it: a later call tells it of the destination.
            _world.Time.Advance(TimeSpan.FromSeconds(5));
            await CallAsync(First);
        }
    }

    private async Task<DestinationView> UpdateAsync(Func<DestinationSettings, DestinationSettings> change)
    {
        var view = await FindAsync();
        return await First.CommitAsync(transaction =>
            First.Get<DestinationDesk>().UpdateAsync(transaction, view.Id, change(view.Settings), view.Etag, Cancel));
    }

    private Task<EgressOutcome> CallAsync(
        EgressFixture replica, string name = "t", string? itemId = null, Func<Destination, Destination>? change = null)
    {
        var destination = Destination.For(name, _server.Origin);
        return replica.Client.SendAsync(
            new EgressRequest(change?.Invoke(destination) ?? destination, HttpMethod.Get, _server.Origin + "/") { ReservationId = itemId }, Cancel);
    }
}
