using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.Durable.Outbox;
using Dapper;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RabbitMQ.Client;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace ContactCenter.Durable.Tests;

/// <summary>A service of these tests: a host with AddDurable on a database and a virtual host of its own.</summary>
public abstract class DurableTest(TestServers servers) : IAsyncLifetime
{
    private readonly List<IHost> _hosts = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected TestServers Servers { get; } = servers;

    protected TestDatabase Database { get; private set; } = null!;

    protected string Broker { get; set; } = null!;

    protected LogCollector Logs { get; } = new();

    public virtual async ValueTask InitializeAsync()
    {
        Database = await Servers.CreateDatabaseAsync("durable-tests", MigrateAsync, Cancellation);
        Broker = await TakeBrokerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync(CancellationToken.None);
            host.Dispose();
        }

        await Servers.DropVirtualHostAsync(Broker);
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The virtual host of this test.</summary>
    protected virtual Task<string> TakeBrokerAsync() => Servers.CreateVirtualHostAsync(Cancellation);

    protected static Task MigrateAsync(string connectionString, CancellationToken cancellationToken) =>
        new Migrator(connectionString, "tests", Assembly.GetExecutingAssembly(), TimeSpan.FromMinutes(1), NullLogger.Instance).MigrateAsync(cancellationToken);

    protected async Task<IHost> StartAsync(Action<DurableBuilder>? configure = null, Action<IHostApplicationBuilder>? more = null)
    {
        var host = Build(configure, more);
        await host.StartAsync(Cancellation);
        return host;
    }

    /// <summary>A service of which nothing runs by itself.</summary>
    protected IHost Build(Action<DurableBuilder>? configure = null, Action<IHostApplicationBuilder>? more = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(Logs).AddProvider(new TestOutputLog()).AddFilter<TestOutputLog>(level => level >= LogLevel.Warning);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:database"] = Database.ConnectionString,
            ["ConnectionStrings:rabbitmq"] = Broker,
        });
        builder.AddDurable("tests", Assembly.GetExecutingAssembly(), configure);
        more?.Invoke(builder);
        var host = builder.Build();
        _hosts.Add(host);
        return host;
    }

    /// <summary>Waits until the service's consumers have their queues.</summary>
    protected static Task ConnectedAsync(IHost host) => host.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Cancellation);

    protected static DurableDatabase DatabaseOf(IHost host) => host.Services.GetRequiredService<DurableDatabase>();

    /// <summary>Runs a change in a transaction of the service and commits it.</summary>
    protected static async Task<T> ChangeAsync<T>(IHost host, Func<DurableTransaction, Task<T>> change)
    {
        await using var transaction = await DatabaseOf(host).BeginAsync(Cancellation);
        var result = await change(transaction);
        await transaction.CommitAsync(Cancellation);
        return result;
    }

    protected async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    protected async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.ExecuteAsync(sql, parameters);
    }

    protected static async Task<Guid> PublishAsync(IHost host, string key, int number)
    {
        await using var transaction = await DatabaseOf(host).BeginAsync(Cancellation);
        var id = transaction.Publish(new NumberAdded { Key = key, Number = number }, key);
        await transaction.CommitAsync(Cancellation);
        return id;
    }

    /// <summary>Makes a queue that takes every NumberAdded.</summary>
    protected async Task BindQueueAsync(string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(Broker) }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        var (_, exchange) = OutboxMessage.NamesOf(typeof(NumberAdded));
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: Cancellation);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancellation);
        await channel.QueueBindAsync(queue, exchange, string.Empty, cancellationToken: Cancellation);
    }

    /// <summary>Takes that many messages from a queue, in its order.</summary>
    protected async Task<IReadOnlyList<NumberAdded>> ReceiveAsync(string queue, int count)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(Broker) }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        var messages = new List<NumberAdded>();
        await Eventually.TrueAsync(async () =>
        {
            while (messages.Count < count && await channel.BasicGetAsync(queue, autoAck: true, Cancellation) is { } delivery)
                messages.Add(JsonNode.Parse(delivery.Body.Span)!["message"].Deserialize<NumberAdded>(JsonSerializerOptions.Web)!);
            return messages.Count == count;
        });
        return messages;
    }
}
