using System.Diagnostics;
using ContactCenter.Durable.Outbox;
using ContactCenter.Events.Insights;
using ContactCenter.Testing;
using Dapper;
using Npgsql;
using RabbitMQ.Client;

namespace ContactCenter.Benchmarks.Ingest;

/// <summary>
/// Signed callbacks that are committed before they are answered, by the service as it is deployed, which goes on enriching
/// meanwhile; compared with an endpoint that reads the same forms and stores nothing. Then the same kind of events by the
/// bulk call, compared with psql's COPY of the rows that came of them into a table with the same constraints and indexes.
/// Then how soon a conversation can be asked for at a steady 500 callbacks a second, and how much larger the service's
/// process is after very many events.
/// </summary>
internal sealed class IngestBenchmark : IBenchmark
{
    /// <summary>More callbacks than are ever accepted in a second: one that comes twice is less work.</summary>
    private const int MostPerSecond = 25_000;

    private const double MostGrowthMb = 50;

    private static readonly TimeSpan EnrichmentLimit = TimeSpan.FromMinutes(5);

    public string Name => "ingest";

    public async Task RunAsync(BenchmarkReport report, bool isQuick, CancellationToken cancellationToken)
    {
        var (rounds, seconds, bulk, many) = isQuick ? (1, 4, 5_000, 20_000) : (5, 8, 30_000, 1_000_000);
        await using var servers = new TestServers();
        await using var database = await servers.CreateDatabaseAsync(cancellationToken);
        var broker = await servers.CreateVirtualHostAsync(cancellationToken);
        await BindAsync(broker, cancellationToken);
        await using var service = await ChildProcess.StartSelfAsync(IngestServers.Service, database.ConnectionString, broker);
        await using var reader = await ChildProcess.StartSelfAsync(IngestServers.FormReader);
        var (grpc, http) = (service.Greeting.Split(' ')[0], service.Greeting.Split(' ')[1]);
        var callbacks = new Callbacks();
        var file = Path.GetTempFileName();
        try
        {
            await HttpAsync(new Uri(http), new Uri(reader.Greeting));
            await BulkAsync(grpc);
            report.Add(
                "queryable_p99_ms", (await new QueryLatency(new(http), grpc).MeasureAsync(callbacks, TimeSpan.FromSeconds(isQuick ? 6 : 20), cancellationToken)).TotalMilliseconds, "ms",
                Target.AtMost(1_000));
            await EnrichedAsync(database.ConnectionString, cancellationToken);
            await GrowAsync(grpc);
        }
        finally
        {
            File.Delete(file);
        }

        async Task HttpAsync(Uri ours, Uri bare)
        {
            var (rates, bareRates, p99, enriched) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var round = -1; round < rounds; round++)
            {
                // The first is to warm up: at the end of it most of the service is compiled as it will stay.
                var duration = TimeSpan.FromSeconds(round < 0 && !isQuick ? 10 : seconds);
                await callbacks.WriteAsync(file, (int)duration.TotalSeconds * MostPerSecond, cancellationToken);
                var start = Stopwatch.GetTimestamp();
                var measured = await PostAsync(ours);
                await EnrichedAsync(database.ConnectionString, cancellationToken);
                var enrichment = measured.Rate * duration / Stopwatch.GetElapsedTime(start);
                var peer = await PostAsync(bare);
                if (round < 0)
                    continue;
                rates.Add(measured.Rate);
                p99.Add(measured.P99.TotalMilliseconds);
                bareRates.Add(peer.Rate);
                enriched.Add(enrichment);

                Task<(double Rate, TimeSpan P99)> PostAsync(Uri address) =>
                    Wrk.PostAsync(new Uri(address, Callbacks.Path), file, "X-Twilio-Signature", "application/x-www-form-urlencoded; charset=utf-8", duration, cancellationToken);
            }

            report.Add("http", BenchmarkReport.Median(rates), "callbacks/s");
            report.Add("http_bare", BenchmarkReport.Median(bareRates), "requests/s");
            report.Add("http_vs_bare", BenchmarkReport.Median(rates.Zip(bareRates, (a, b) => a / b)), "ratio", Target.AtLeast(0.50));
            report.Add("http_p99", BenchmarkReport.Median(p99), "ms");
            report.Add("http_enriched", BenchmarkReport.Median(enriched), "callbacks/s");
        }

        async Task BulkAsync(string address)
        {
            var (rates, copies, enriched) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = -1; round < rounds; round++)
            {
                var begin = TimeProvider.System.GetUtcNow();
                var start = Stopwatch.GetTimestamp();
                var rate = await BulkCall.SendAsync(address, callbacks, bulk, cancellationToken);
                await EnrichedAsync(database.ConnectionString, cancellationToken);
                var enrichment = bulk / Stopwatch.GetElapsedTime(start).TotalSeconds;
                var copy = await CopyRate.MeasureAsync(database.ConnectionString, "insights.received_events", begin, cancellationToken);
                if (round < 0)
                    continue;
                rates.Add(rate);
                copies.Add(copy);
                enriched.Add(enrichment);
            }

            report.Add("rows", BenchmarkReport.Median(rates), "rows/s");
            report.Add("rows_copy", BenchmarkReport.Median(copies), "rows/s");
            report.Add("rows_vs_copy", BenchmarkReport.Median(rates.Zip(copies, (a, b) => a / b)), "ratio", Target.AtLeast(0.30));
            report.Add("rows_enriched", BenchmarkReport.Median(enriched), "rows/s");
        }

        async Task GrowAsync(string address)
        {
            var before = 0d;
            for (var tenth = 1; tenth <= 10; tenth++)
            {
                await BulkCall.SendAsync(address, callbacks, many / 10, cancellationToken);
                await EnrichedAsync(database.ConnectionString, cancellationToken);
                if (tenth == 1)
                    before = service.ResidentMb;
            }

            report.Add("memory_mb", service.ResidentMb, "MB");
            report.Add("memory_growth_mb", service.ResidentMb - before, "MB", Target.AtMost(MostGrowthMb));
        }
    }

    /// <summary>Takes what must have a receiver, as the other services would, and forgets it.</summary>
    private static async Task BindAsync(string broker, CancellationToken cancellationToken)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            "receiver", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-max-length"] = 1_000 }, cancellationToken: cancellationToken);
        foreach (var type in (Type[])[typeof(SegmentClosed), typeof(SegmentRevised), typeof(SegmentWithdrawn)])
        {
            var exchange = OutboxMessage.NamesOf(type).Exchange;
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
            await channel.QueueBindAsync("receiver", exchange, string.Empty, cancellationToken: cancellationToken);
        }
    }

    private static async Task EnrichedAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        for (var start = Stopwatch.GetTimestamp(); await connection.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT FROM insights.raw_event_states WHERE status = 'received')");)
        {
            if (Stopwatch.GetElapsedTime(start) > EnrichmentLimit)
                throw new TimeoutException("The stored events were not enriched.");
            await Task.Delay(20, cancellationToken);
        }
    }
}
