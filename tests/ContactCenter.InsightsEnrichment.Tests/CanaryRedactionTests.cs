using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Tests;

/// <summary>
/// The fault test <c>canary_redaction</c> with a real process of the service: events whose every personal field carries a
/// mark, good ones and bad ones; no mark is in what the process writes to its console or exports as logs, spans and metrics.
/// </summary>
public sealed class CanaryRedactionTests(TestServers servers) : IAsyncLifetime
{
    private const string PublicBaseUrl = "https://insights.example.com";
    private const string Token = "canary-token-3d1";

    private static readonly string[] Marks =
    [
        Token, "+15557270191", "5557270191", "canary.person@canary-host.example", "Canary-Name-3d2", "canary-message-3d3", "cck_canary3d4",
        "canary-query-3d5", "Canary-Agent-3d6", "canary-broken-3d7", "canary-customer-3d8", "canary-link-3d9", "canary-user-3da",
    ];

    private readonly ConcurrentQueue<string> _console = new();
    private readonly ConcurrentQueue<string> _exported = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TestDatabase _database = null!;
    private WebApplication _collector = null!;
    private Process _service = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync(Cancellation);
        _collector = await StartCollectorAsync();
        _service = Start(
            $"--ConnectionStrings:database={_database.ConnectionString}",
            $"--ConnectionStrings:rabbitmq={await servers.ShareVirtualHostAsync()}",
            $"--PublicBaseUrl={PublicBaseUrl}",
            $"--Twilio:Accounts:0:AccountSid={TaskLife.AccountSid}",
            $"--Twilio:Accounts:0:WorkspaceSids:0={TaskLife.WorkspaceSid}",
            $"--Twilio:Accounts:0:AuthTokens:0={Token}",
            "--Customers:IdKey=canary-customer-3d8-0123456789",
            "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
            "--Recordings:CheckLinks=true",
            "--Tls:Mode=Off",
            "--Secrets:Keys:k1=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "--Secrets:ActiveKey=k1",
            "--Logging:LogLevel:ContactCenter=Trace",
            "--Logging:LogLevel:MassTransit=Debug");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_service.HasExited)
            _service.Kill();
        _service.Dispose();
        await _collector.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    [Rule("SEC-4")]
    [Rule("SEC-5")]
    public async Task canary_redaction_leaves_no_mark_of_an_event_in_any_log_trace_or_metric()
    {
        using var http = new HttpClient { BaseAddress = await _address.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation) };
        http.DefaultRequestHeaders.Add("X-Api-Key", "cck_canary3d4_0000_00000000");
        const string Attributes =
            """{"direction":"inbound","from":"+15557270191","to":"+18001234567","name":"Canary-Name-3d2","email":"canary.person@canary-host.example","text":"canary-message-3d3","conversations":{"external_contact":"Canary-Name-3d2","outcome":"canary-message-3d3","segment_link":"https://canary-user-3da:x@127.0.0.1:9/1?sig=canary-link-3d9"}}""";
        var life = new TaskLife { Attributes = Attributes }.Created("08:00:00.000").Entered("08:00:00.100", "Support")
            .Offered("08:00:01.000", 1, "Canary-Agent-3d6", "Support").Reserved("accepted", "08:00:02.000", 1, "Canary-Agent-3d6", "Support")
            .Reserved("completed", "08:01:00.000", 1, "Canary-Agent-3d6", "Support").Completed("08:01:00.500", "canary-message-3d3");
        foreach (var form in life.Forms)
            Assert.Equal(HttpStatusCode.NoContent, await PostAsync(http, form, Token));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(http, new TaskLife(2) { Attributes = "{\"name\":\"canary-broken-3d7" }.Created("09:00:00.000").Forms[0], Token));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(http, life.Forms[0], "wrong"));
        using var unknown = await http.GetAsync("/oauth/callback?code=canary-query-3d5&state=canary-query-3d5", Cancellation);
        await Eventually.TrueAsync(async () => await CountAsync("SELECT count(*) FROM insights.segments") > 0);
        await StopAsync();

        Assert.Empty(Found(_console));
        Assert.Empty(Found(_exported));

        // The search finds what is there: the marks did reach the service, and its words reached the console and the collector.
        Assert.True(await CountAsync("SELECT count(*) FROM insights.raw_events WHERE position(convert_to('canary-message-3d3', 'UTF8') IN body) > 0") > 0);
        Assert.Contains(_console, line => line.Contains("Application is shutting down", StringComparison.Ordinal));
        Assert.Contains(_exported, text => text.Contains("/ingest/twilio/taskrouter", StringComparison.Ordinal));
        Assert.Contains(_exported, text => text.Contains("Application started", StringComparison.Ordinal));
        Assert.Contains(_exported, text => text.Contains("http.server.request.duration", StringComparison.Ordinal));
        _exported.Enqueue("past the masks: " + Marks[3]);
        Assert.Equal([Marks[3]], Found(_exported));
    }

    private static IReadOnlyList<string> Found(IEnumerable<string> texts) =>
        [.. texts.SelectMany(text => Marks.Where(mark => text.Contains(mark, StringComparison.Ordinal))).Distinct()];

    private static async Task<HttpStatusCode> PostAsync(HttpClient http, IReadOnlyDictionary<string, string> form, string token)
    {
        const string Path = "/ingest/twilio/taskrouter";
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(FormOf.Bytes(form)) };
        request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        request.Headers.Add("X-Twilio-Signature", Signer.Sign(token, PublicBaseUrl + Path, form));
        using var answer = await http.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    /// <summary>Takes whatever the service exports; the texts in it are readable as they are.</summary>
    private async Task<WebApplication> StartCollectorAsync()
    {
        // Away from the settings of the service, which lie beside this program.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = Path.GetTempPath() });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/{**path}", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            _exported.Enqueue(Encoding.UTF8.GetString(body.ToArray()));
            return Results.Bytes([], "application/x-protobuf");
        });
        await app.StartAsync(Cancellation);
        return app;
    }

    private Process Start(params string[] arguments)
    {
        var service = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ContactCenter.InsightsEnrichment.dll"), .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment =
                {
                    ["ASPNETCORE_ENVIRONMENT"] = "Development",
                    ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Urls.First(),
                    ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                },
            },
        };
        service.OutputDataReceived += (_, line) => Keep(line.Data);
        service.ErrorDataReceived += (_, line) => Keep(line.Data);
        service.Start();
        service.BeginOutputReadLine();
        service.BeginErrorReadLine();
        return service;
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        _console.Enqueue(line);
        // The endpoints are bound in the order of their names: grpc, then http.
        if (line.Split("Now listening on: ") is [_, var address] && _console.Count(other => other.Contains("Now listening on: ", StringComparison.Ordinal)) == 2)
            _address.TrySetResult(new Uri(address.Trim()));
    }

    private async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _service.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await _service.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.Equal(0, _service.ExitCode);
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
