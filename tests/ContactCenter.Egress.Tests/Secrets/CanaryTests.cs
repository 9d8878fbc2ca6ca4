using System.Net;
using System.Text;
using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.OAuth;
using ContactCenter.Egress.Secrets;
using ContactCenter.Egress.Tests.OAuth;
using ContactCenter.Egress.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Egress.Tests.Secrets;

/// <summary>
/// The fault test <c>canary_redaction</c>: a service whose every secret and personal field carries a mark is made to do all it
/// can with them, and to fail at it; then no log line, span, metric, error, event, dead letter or stored row has a mark.
/// </summary>
public sealed class CanaryTests : IAsyncLifetime
{
    private readonly TestServers _servers;
    private readonly LogCollector _logs = new();
    private readonly CanarySinks _sinks = new();
    private readonly RawServer _api;
    private GrantFixture _world = null!;
    private WebApplication _app = null!;

    public CanaryTests(TestServers servers)
    {
        _servers = servers;
        // An API that tells back what it got, as badly made ones do.
        _api = RawServer.Start(async (stream, server, cancellationToken) =>
        {
            while (await server.ReadRequestAsync(stream, cancellationToken) is { } request)
            {
                var body = JsonSerializer.Serialize(new { error = "not found", password = Canary.Password, you_sent = Canary.Secret });
                var status = request.Contains("/bad", StringComparison.Ordinal) ? "404 Not Found" : "200 OK";
                var location = request.Contains("/moved", StringComparison.Ordinal) ? $"Location: /?token={Canary.Query}\r\n" : "";
                await stream.WriteAsync(
                    Encoding.ASCII.GetBytes($"HTTP/1.1 {(location.Length > 0 ? "302 Found" : status)}\r\n{location}Set-Cookie: s={Canary.Cookie}\r\nContent-Length: {body.Length}\r\n\r\n{body}"),
                    cancellationToken);
            }
        });
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async ValueTask InitializeAsync()
    {
        _world = await GrantFixture.CreateAsync(_servers);
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Secrets:Keys:k1"] = EgressFixture.Key,
            ["Secrets:ActiveKey"] = "k1",
            ["Egress:AllowList:0"] = _api.AllowEntry,
            ["Egress:AllowList:1"] = _world.Provider.AllowEntry,
            ["Egress:RedactedNames:0"] = "CustomerName",
            ["ConnectionStrings:database"] = _world.ConnectionString,
            ["ConnectionStrings:rabbitmq"] = await _servers.ShareVirtualHostAsync(),
            ["Logging:LogLevel:Default"] = "Trace",
        });
        builder.Logging.ClearProviders().AddProvider(_logs);
        builder.AddDurable("canary", typeof(CanaryTests).Assembly, durable => durable.AddJob<LeakyJob>("leak"));
        builder.AddEgress("canary");
        _app = builder.Build();
        _app.MapOAuthCallback();
        await _app.StartAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await _world.DisposeAsync();
        await _api.DisposeAsync();
        _sinks.Dispose();
    }

    [Fact]
    [Rule("SEC-3")]
    [Rule("SEC-4")]
    [Rule("SEC-5")]
    public async Task canary_redaction_leaves_no_mark_in_any_log_trace_metric_error_event_or_row()
    {
        var said = new List<string>();
        await SetSecretAsync();
        said.AddRange(await CallAsync());
        said.AddRange(await AuthoriseAsync());
        await RefuseGrantAsync();
        await DieAsync();
        var logger = Get<ILoggerFactory>().CreateLogger("service");
        Log(logger);

        Assert.Empty(Found(said));
        Assert.Empty(Found(_logs.Lines.Select(line => line.Message + line.Exception)));
        Assert.Empty(Found(_sinks.Texts));
        Assert.Empty(Found(await RowsAsync()));

        // The search finds what is there: something harmless passed through each sink, and a mark past the masks is seen.
        Assert.Contains(_logs.Lines, line => line.Message.Contains("harmless", StringComparison.Ordinal));
        Assert.Contains(_sinks.Texts, text => text.Contains("egress.call", StringComparison.Ordinal));
        Assert.Contains(_sinks.Texts, text => text.Contains("egress.call.duration", StringComparison.Ordinal));
        _logs.CreateLogger("past the masks").LogWarning("{Value}", Canary.Secret);
        Assert.Equal([Canary.Secret], Found(_logs.Lines.Select(line => line.Message)));
    }

    private static IReadOnlyList<string> Found(IEnumerable<string> texts) =>
        [.. texts.SelectMany(text => Canary.All.Where(mark => text.Contains(mark, StringComparison.Ordinal))).Distinct()];

    private async Task SetSecretAsync()
    {
        await using var transaction = await Get<DurableDatabase>().BeginAsync(Cancel);
        await Get<SecretDesk>().SetAsync(transaction, "crm", Canary.Secret, Cancel);
        await transaction.CommitAsync(Cancel);
        Assert.Equal(Canary.Secret, await Get<SecretDesk>().ReadAsync("crm", Cancel));
    }

    /// <summary>Calls with every kind of secret, most of which end in failures of several kinds.</summary>
    private async Task<IEnumerable<string>> CallAsync()
    {
        var texts = new List<string>();
        var signing = new WebhookSigning("msg_1", ["whsec_" + Canary.WebhookKey]);
        foreach (var path in new[] { "/ok", "/bad", "/moved" })
        {
            var request = new EgressRequest(
                Destination.For("api", _api.Origin), HttpMethod.Post, $"{_api.Origin}{path}?key={Canary.Query}&email={Canary.Email}")
            {
                Headers = [new("Authorization", "Basic " + Canary.Basic), new("X-Api-Key", Canary.ApiKey), new("Cookie", "s=" + Canary.Cookie)],
                ContentType = "application/json",
                Body = Encoding.UTF8.GetBytes($$"""{"name":"{{Canary.Name}}","phone":"{{Canary.Phone}}","text":"{{Canary.Message}}"}"""),
                Signing = signing,
            };
            var outcome = await Get<EgressClient>().SendAsync(request, Cancel);
            texts.Add($"{request} {outcome.Failure} {signing}");
            texts.Add($"{await Get<LiveTester>().RunAsync(request, "key", isAdmin: true, Cancel)}");
            try
            {
                outcome.EnsureSuccess();
            }
            catch (EgressException error)
            {
                texts.Add(error.ToString());
            }
        }

        return texts;
    }

    /// <summary>A person's authorisation over the real callback, then calls whose tokens are refused.</summary>
    private async Task<IEnumerable<string>> AuthoriseAsync()
    {
        var grant = new GrantConfiguration("person", GrantKind.AuthorizationCode, _world.Provider.TokenUrl, "client")
        {
            ClientSecret = Canary.ClientSecret,
            AuthorizationUrl = "https://accounts.example/auth",
        };
        var view = await Get<GrantStore>().SaveAsync(grant, Cancel);
        await using var transaction = await Get<DurableDatabase>().BeginAsync(Cancel);
        var address = await Get<GrantDesk>().StartAuthorizationAsync(transaction, "person", "apikey:1", Cancel);
        await transaction.CommitAsync(Cancel);
        var state = QueryHelpers.ParseQuery(new Uri(address).Query)["state"];
        using var http = new HttpClient();
        using var done = await http.GetAsync($"{_app.Urls.First()}/oauth/callback?state={state}&code={Canary.Code}", Cancel);
        using var refused = await http.GetAsync($"{_app.Urls.First()}/oauth/callback?state={Canary.State}&code={Canary.Code}", Cancel);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (done.StatusCode, refused.StatusCode));
        _world.Provider.RevokeAccessTokens();
        var call = await _world.CallAsync(Get<EgressClient>(), "person");
        return [view.ToString(), grant.ToString(), await refused.Content.ReadAsStringAsync(Cancel), $"{call.Failure}"];
    }

    private async Task RefuseGrantAsync()
    {
        await Get<GrantStore>().SaveAsync(_world.RefreshGrant("refused") with { ClientSecret = Canary.ClientSecret, RefreshToken = Canary.RefreshToken }, Cancel);
        Assert.Equal("REAUTHORIZATION_REQUIRED", (await _world.CallAsync(Get<EgressClient>(), "refused")).Failure!.Reason);
    }

    /// <summary>A job whose error carries what it should not becomes a dead letter.</summary>
    private async Task DieAsync()
    {
        await using (var transaction = await Get<DurableDatabase>().BeginAsync(Cancel))
        {
            transaction.Enqueue("leak", new { });
            await transaction.CommitAsync(Cancel);
        }

        await Eventually.TrueAsync(async () =>
        {
            await using var command = _world.Source.CreateCommand("SELECT count(*) FROM durable.dead_letters");
            return (long)(await command.ExecuteScalarAsync(Cancel))! == 1;
        });
    }

#pragma warning disable CA1873 // All levels are logged here.
    private static void Log(ILogger logger)
    {
        logger.LogInformation("harmless {Count}", 1);
        logger.LogWarning("secret {Value}", Canary.Secret);
        logger.LogWarning("named {CustomerName} {Password}", Canary.Name, Canary.Password);
        logger.LogError(new InvalidOperationException($"token={Canary.Query}"), "GET {Url} failed", "https://a.example/x?email=" + Canary.Email);
        logger.LogInformation("to {Phone} and {Address}", PersonalData.Phone(Canary.Phone), PersonalData.Email(Canary.Email));
    }
#pragma warning restore CA1873

    /// <summary>Every row of every table of Egress and Durable as text.</summary>
    private async Task<IReadOnlyList<string>> RowsAsync()
    {
        var texts = new List<string>();
        await using var connection = await _world.Source.OpenConnectionAsync(Cancel);
        var tables = new List<string>();
        await using (var command = new Npgsql.NpgsqlCommand("SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('egress', 'durable')", connection))
        await using (var reader = await command.ExecuteReaderAsync(Cancel))
        {
            while (await reader.ReadAsync(Cancel))
                tables.Add(reader.GetString(0));
        }

        foreach (var table in tables)
        {
            await using var command = new Npgsql.NpgsqlCommand($"SELECT row_to_json(t)::text FROM {table} t", connection);
            await using var reader = await command.ExecuteReaderAsync(Cancel);
            while (await reader.ReadAsync(Cancel))
                texts.Add(reader.GetString(0));
        }

        return texts;
    }

    private sealed class LeakyJob : IJobHandler
    {
        public Task RunAsync(JobRun job, CancellationToken cancellationToken) => throw new JobFailedException(
            "status", $"The CRM refused password={Canary.Password} and {Canary.Secret}.", new InvalidOperationException($"Authorization: Bearer {Canary.Query}"));
    }
}
