using System.Diagnostics;
using System.Reflection;
using ContactCenter.Durable;
using ContactCenter.Durable.Outbox;
using ContactCenter.Testing;
using Dapper;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using RabbitMQ.Client;

namespace ContactCenter.Benchmarks.Relay;

/// <summary>
/// From committed outbox rows to confirmed messages in a RabbitMQ queue and removed rows, by the production relay; compared
/// with RabbitMQ.Client publishing the same bytes with the same window of confirms. Rows have 1,000 keys.
/// </summary>
internal sealed class RelayBenchmark : IBenchmark
{
    private const int Keys = 1_000;
    private const int Window = 256;
    private const string Queue = "relay-benchmark";

    public string Name => "relay";

    public async Task RunAsync(BenchmarkReport report, bool isQuick, CancellationToken cancellationToken)
    {
        var (rounds, messages) = isQuick ? (3, 10_000) : (7, 20_000);
        await using var servers = new TestServers();
        await using var database = await servers.CreateDatabaseAsync(cancellationToken);
        var broker = await servers.CreateVirtualHostAsync(cancellationToken);
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var exchange = OutboxMessage.NamesOf(typeof(RelayBenchmarkEvent)).Exchange;
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(Queue, exchange, string.Empty, cancellationToken: cancellationToken);

        using var host = await StartServiceAsync(database.ConnectionString, broker, cancellationToken);
        var durable = host.Services.GetRequiredService<DurableDatabase>();
        await OursAsync(durable, channel, messages, cancellationToken);
        await RawAsync(broker, exchange, channel, messages, cancellationToken);

        var commits = await CommitsAsync(database.ConnectionString, cancellationToken);
        var (ours, raw) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(await OursAsync(durable, channel, messages, cancellationToken));
            raw.Add(await RawAsync(broker, exchange, channel, messages, cancellationToken));
        }

        commits = await CommitsAsync(database.ConnectionString, cancellationToken) - commits;
        await host.StopAsync(cancellationToken);
        report.Add("ours", BenchmarkReport.Median(ours), "messages/s");
        report.Add("raw", BenchmarkReport.Median(raw), "messages/s");
        report.Add("vs_raw", BenchmarkReport.Median(ours.Zip(raw, (a, b) => a / b)), "ratio", Target.AtLeast(0.70));
        report.Add("commits_per_event", (double)commits / (rounds * messages), "commits", Target.AtMost(0.02));
    }

    private static async Task<IHost> StartServiceAsync(string database, string broker, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:database"] = database,
            ["ConnectionStrings:rabbitmq"] = broker,
            ["Outbox:ConfirmWindow"] = $"{Window}",
        });
        builder.AddDurable("relay-benchmark", Assembly.GetExecutingAssembly());
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return host;
    }

    private static async Task<double> OursAsync(DurableDatabase durable, IChannel channel, int messages, CancellationToken cancellationToken)
    {
        await using var transaction = await durable.BeginAsync(cancellationToken);
        for (var i = 0; i < messages; i++)
            transaction.Publish(RelayBenchmarkEvent.Create(i), $"key-{i % Keys}");
        await transaction.CommitAsync(cancellationToken);

        // The rows were inserted before the commit and become visible with it; the relay is woken at its end.
        var start = Stopwatch.GetTimestamp();
        await ArrivedAsync(channel, messages, cancellationToken);
        await using var connection = await durable.DataSource.OpenConnectionAsync(cancellationToken);
        while (await connection.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT FROM durable.outbox_messages)"))
            await Task.Delay(1, cancellationToken);
        var rate = messages / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await channel.QueuePurgeAsync(Queue, cancellationToken);
        return rate;
    }

    private static async Task<double> RawAsync(string broker, string exchange, IChannel observer, int messages, CancellationToken cancellationToken)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(true, true, new System.Threading.RateLimiting.ConcurrencyLimiter(new() { PermitLimit = Window, QueueLimit = int.MaxValue })), cancellationToken);
        var envelopes = Enumerable.Range(0, messages)
            .Select(i => OutboxMessage.Create(RelayBenchmarkEvent.Create(i), null, true, TimeProvider.System.GetUtcNow()))
            .Select(message => (Body: MessageEnvelope.Body(message), Properties: MessageEnvelope.Properties(message)))
            .ToList();
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(envelopes.Select(envelope => channel.BasicPublishAsync(exchange, string.Empty, true, envelope.Properties, envelope.Body, cancellationToken).AsTask()));
        await ArrivedAsync(observer, messages, cancellationToken);
        var rate = messages / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await observer.QueuePurgeAsync(Queue, cancellationToken);
        return rate;
    }

    private static async Task ArrivedAsync(IChannel channel, int messages, CancellationToken cancellationToken)
    {
        while (await channel.MessageCountAsync(Queue, cancellationToken) < messages)
            await Task.Delay(2, cancellationToken);
    }

    private static async Task<long> CommitsAsync(string connectionString, CancellationToken cancellationToken)
    {
        // Processes of the server report their commits about a second late.
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        var name = database.Database;
        database.Database = "postgres";
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        return await connection.ExecuteScalarAsync<long>("SELECT xact_commit FROM pg_stat_database WHERE datname = @name", new { name });
    }
}

/// <summary>An event of the size that services publish: about 600 bytes on the wire.</summary>
[MessageUrn("contactcenter:benchmarks:relay")]
public sealed record RelayBenchmarkEvent
{
    /// <summary>Its number.</summary>
    public required int Number { get; init; }

    /// <summary>Its content.</summary>
    public required string Text { get; init; }

    internal static RelayBenchmarkEvent Create(int number) => new() { Number = number, Text = new string('x', 300) };
}
