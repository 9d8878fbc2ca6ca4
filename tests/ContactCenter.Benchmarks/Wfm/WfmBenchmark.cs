using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using ContactCenter.Events.Insights;
using ContactCenter.Testing;
using ContactCenter.Wfm.V1;
using ContactCenter.WfmConnector;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContactCenter.Benchmarks.Wfm;

/// <summary>
/// The reports of 5,000 agents and one day worked out again by the connector, as <c>RestateIntervals</c> does it, compared with one
/// hand-written statement whose rows are read; and how long a change of state takes from the broker to CXone's listener.
/// </summary>
internal sealed class WfmBenchmark : IBenchmark
{
    private const int ChangesPerSecond = 200;

    private readonly ConcurrentDictionary<string, long> _arrivals = new(StringComparer.Ordinal);

    public string Name => "wfm";

    public async Task RunAsync(BenchmarkReport report, bool isQuick, CancellationToken cancellationToken)
    {
        await using var servers = new TestServers();
        await using var database = await servers.CreateDatabaseAsync(cancellationToken);
        var broker = await servers.CreateVirtualHostAsync(cancellationToken);
        await using var cxone = await StartCxoneAsync(cancellationToken);
        var address = cxone.Urls.Single();
        await using var service = WfmConnectorHost.Create(
        [
            $"--ConnectionStrings:database={database.ConnectionString}",
            $"--ConnectionStrings:rabbitmq={broker}",
            "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:grpc:Protocols=Http2",
            "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
            "--Tls:AllowPlaintext=true",
            "--Logging:LogLevel:Default=Warning",
            $"--Egress:AllowList:0=127.0.0.1:{new Uri(address).Port}",
            .. TestKey.Settings("wfm.read", "wfm.operate", "wfm.admin"),
            .. TestKey.SecretSettings,
        ]);
        await service.StartAsync(cancellationToken);
        using var channel = GrpcChannel.ForAddress(service.Urls.First(), new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        await service.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, cancellationToken);

        await MeasureRealTimeAsync(report, new(channel), address, broker, isQuick ? 5 : 20, cancellationToken);
        await new ConnectionService.ConnectionServiceClient(channel).DisconnectAsync(new(), cancellationToken: cancellationToken);
        await WfmDay.FillAsync(database.ConnectionString, cancellationToken);
        await MeasureRebuildAsync(report, new(channel), database.ConnectionString, isQuick ? 1 : 3, cancellationToken);
        await service.StopAsync(cancellationToken);
    }

    private static async Task MeasureRebuildAsync(BenchmarkReport report, IntervalService.IntervalServiceClient intervals, string database, int rounds, CancellationToken cancellationToken)
    {
        var request = new RestateIntervalsRequest { StartTime = WfmDay.Start.ToTimestamp(), EndTime = WfmDay.Start.AddDays(1).ToTimestamp(), Reason = "benchmark" };
        var deadline = TimeSpan.FromMinutes(5);
        // The first time they are stored; from then on they are worked out and compared with what is stored.
        await intervals.RestateIntervalsAsync(request, deadline: TimeProvider.System.GetUtcNow().UtcDateTime + deadline, cancellationToken: cancellationToken);
        await HandWrittenAsync(database, cancellationToken);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var answer = await intervals.RestateIntervalsAsync(request, deadline: TimeProvider.System.GetUtcNow().UtcDateTime + deadline, cancellationToken: cancellationToken);
            ours.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (answer.ChangedValues != 0)
                throw new InvalidOperationException("The same facts gave other reports.");
            start = Stopwatch.GetTimestamp();
            await HandWrittenAsync(database, cancellationToken);
            theirs.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        report.Add("rebuild_ms", BenchmarkReport.Median(ours), "ms");
        report.Add("sql_ms", BenchmarkReport.Median(theirs), "ms");
        report.Add("rebuild_vs_sql", BenchmarkReport.Median(ours.Zip(theirs, (a, b) => a / b)), "ratio", Target.AtMost(1.5));
    }

    private static async Task HandWrittenAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(WfmDay.HandWritten, connection) { CommandTimeout = 120, Parameters = { new("from", WfmDay.Start), new("until", WfmDay.Start.AddDays(1)) } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var row = new object[reader.FieldCount];
        while (await reader.ReadAsync(cancellationToken))
            reader.GetValues(row);
    }

    private async Task MeasureRealTimeAsync(
        BenchmarkReport report, ConnectionService.ConnectionServiceClient connections, string cxone, string broker, int seconds, CancellationToken cancellationToken)
    {
        var present = (await connections.GetConnectionAsync(new(), cancellationToken: cancellationToken)).Connection;
        await connections.UpdateConnectionAsync(
            new() { Connection = new() { ServiceUrl = cxone, AccessKeyId = "benchmark", SecretKey = "benchmark-secret", Etag = present.Etag } }, cancellationToken: cancellationToken);
        await connections.ConnectAsync(new(), cancellationToken: cancellationToken);
        // States go out once a first heartbeat was answered.
        await Eventually.TrueAsync(async () => (await connections.GetConnectionAsync(new(), cancellationToken: cancellationToken)).Connection.State == ConnectionState.Connected);
        var bus = Bus.Factory.CreateUsingRabbitMq(configure => configure.Host(new Uri(broker)));
        await bus.StartAsync(cancellationToken);
        var sent = new Dictionary<string, long>(StringComparer.Ordinal);
        var start = Stopwatch.GetTimestamp();
        for (var number = 0; number < seconds * ChangesPerSecond; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / ChangesPerSecond) - Stopwatch.GetElapsedTime(start);
            if (due > TimeSpan.FromMilliseconds(5))
                await Task.Delay(due, cancellationToken);
            var agent = $"WKR{number}";
            sent[agent] = Stopwatch.GetTimestamp();
            await bus.Publish(Change(agent), context => context.MessageId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), cancellationToken);
        }

        var limit = Stopwatch.GetTimestamp();
        while (_arrivals.Count < sent.Count && Stopwatch.GetElapsedTime(limit) < TimeSpan.FromSeconds(30))
            await Task.Delay(50, cancellationToken);
        await bus.StopAsync(cancellationToken);
        var times = sent.Where(entry => _arrivals.ContainsKey(entry.Key)).Select(entry => Stopwatch.GetElapsedTime(entry.Value, _arrivals[entry.Key]).TotalMilliseconds).Order().ToList();
        if (times.Count < sent.Count)
            throw new InvalidOperationException($"Of {sent.Count} changes only {times.Count} were reported.");
        report.Add("rta_p50_ms", times[times.Count / 2], "ms");
        report.Add("rta_p99_ms", times[times.Count * 99 / 100], "ms", Target.AtMost(1_000));
    }

    private static AgentStateChanged Change(string agent)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new()
        {
            EventId = Guid.CreateVersion7(now),
            OccurredTime = now,
            RecordedTime = now,
            AccountSid = "AC00000000000000000000000000000001",
            AgentSid = agent,
            Activity = "Available",
            ActivitySid = "WA00000000000000000000000000000001",
            Available = true,
            StateStartTime = now,
            ParallelConversations = 0,
        };
    }

    private async Task<WebApplication> StartCxoneAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = Path.GetTempPath() });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async context =>
        {
            var now = Stopwatch.GetTimestamp();
            if (context.Request.Path.Value!.EndsWith("access-key", StringComparison.Ordinal))
            {
                await context.Response.WriteAsync("""{"access_token":"token","token_type":"Bearer","expires_in":3600}""", context.RequestAborted);
            }
            else if (context.Request.Path.Value.EndsWith("agent-states", StringComparison.Ordinal))
            {
                using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
                foreach (var state in body.RootElement.GetProperty("agentStates").EnumerateArray())
                    _arrivals.TryAdd(state.GetProperty("agentId").GetString()!, now);
            }
        });
        await app.StartAsync(cancellationToken);
        return app;
    }
}
