using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.OAuth;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StackExchange.Redis;

namespace ContactCenter.Egress.Tests.OAuth;

/// <summary>A database with the tables of Egress, a provider, and replicas that use both.</summary>
internal sealed class GrantFixture : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly List<IAsyncDisposable> _replicas = [];

    private GrantFixture(TestDatabase database)
    {
        _database = database;
        Source = NpgsqlDataSource.Create(database.ConnectionString);
    }

    public NpgsqlDataSource Source { get; }

    public string ConnectionString => _database.ConnectionString;

    public TokenServer Provider { get; } = new();

    public ManualTimeProvider Time { get; } = new();

    public static async Task<GrantFixture> CreateAsync(TestServers servers) => new(await servers.CreateDatabaseAsync(
        "egress",
        (connectionString, cancellationToken) => new Migrator(
            connectionString, "egress", typeof(EgressSetup).Assembly, TimeSpan.FromMinutes(1), NullLogger.Instance).MigrateAsync(cancellationToken),
        TestContext.Current.CancellationToken));

    public EgressFixture AddReplica(
        IConnectionMultiplexer? redis = null, Action<IServiceCollection>? configure = null, string[]? allow = null, params (string, string)[] settings)
    {
        var replica = EgressFixture.Create(
            [Provider.AllowEntry, .. allow ?? []],
            services =>
            {
                services.AddSingleton<TimeProvider>(Time).AddLogging();
                if (redis is not null)
                    services.AddSingleton(redis);
                configure?.Invoke(services);
            },
            [("ConnectionStrings:database", ConnectionString), .. settings]);
        _replicas.Add(replica);
        return replica;
    }

    public GrantConfiguration RefreshGrant(string id = "crm") => new(id, GrantKind.RefreshToken, Provider.TokenUrl, "client-1")
    {
        ClientSecret = "client-secret-1",
        RefreshToken = "refresh-token-0",
    };

    public Task<EgressOutcome> CallAsync(EgressFixture replica, string grantId = "crm") => CallAsync(replica.Client, grantId);

    public Task<EgressOutcome> CallAsync(EgressClient client, string grantId) => client.SendAsync(
        new EgressRequest(Destination.For("api", Provider.Origin), HttpMethod.Get, Provider.ApiUrl) { GrantId = grantId },
        TestContext.Current.CancellationToken);

    /// <summary>The events of a kind that wait in the outbox, in their order.</summary>
    public async Task<IReadOnlyList<JsonElement>> EventsAsync(string kind)
    {
        await using var command = Source.CreateCommand(
            "SELECT payload::text FROM durable.outbox_messages WHERE type = $1 ORDER BY seq");
        command.Parameters.AddWithValue($"urn:message:contactcenter:operations:{kind}");
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var events = new List<JsonElement>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            events.Add(JsonDocument.Parse(reader.GetString(0)).RootElement);
        return events;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
            await replica.DisposeAsync();
        await Provider.DisposeAsync();
        await Source.DisposeAsync();
        await _database.DisposeAsync();
    }
}
