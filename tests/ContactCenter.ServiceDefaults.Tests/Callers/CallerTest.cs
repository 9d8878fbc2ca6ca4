using System.Reflection;
using ContactCenter.Durable;
using ContactCenter.Probe.V1;
using ContactCenter.ServiceDefaults.Callers;
using Dapper;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace ContactCenter.ServiceDefaults.Tests.Callers;

/// <summary>The probe as a service with keys, on a database of its own; its area is <c>probe</c>.</summary>
public abstract class CallerTest(TestServers servers) : IAsyncLifetime
{
    // Nobody listens there: keys need no broker.
    private const string NoBroker = "amqp://127.0.0.1:1";

    private readonly List<IAsyncDisposable> _services = [];
    private readonly List<GrpcChannel> _channels = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected ManualTimeProvider Clock { get; } = new();

    protected LogCollector Logs { get; } = new();

    protected TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Database = await servers.CreateDatabaseAsync("callers", MigrateAsync, Cancellation);

    public async ValueTask DisposeAsync()
    {
        _channels.ForEach(channel => channel.Dispose());
        foreach (var service in _services)
            await service.DisposeAsync();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts a replica that knows <see cref="TestKey"/> with these scopes.</summary>
    private protected Task<TestService> StartAsync(params string[] scopes) => StartAsync(map: null, TestKey.Settings(Clock, scopes));

    private protected async Task<TestService> StartAsync(Action<WebApplication>? map, string[] settings, Func<string, ServerCallContext, Task<string>>? answer = null)
    {
        var service = await TestService.StartAsync(
            builder =>
            {
                builder.AddDurable("probe", Assembly.GetExecutingAssembly());
                builder.AddCallers("probe", "watch");
                builder.Services.AddSingleton<TimeProvider>(Clock);
                builder.Logging.AddProvider(Logs);
                Probe.Register(builder, answer ?? ((text, context) => Task.FromResult($"{text} {context.GetCaller().Actor}")));
            },
            app =>
            {
                app.MapGrpcService<Probe>();
                map?.Invoke(app);
            },
            [
                $"--ConnectionStrings:database={Database.ConnectionString}", $"--ConnectionStrings:rabbitmq={NoBroker}",
                "--Logging:LogLevel:MassTransit=None", "--Logging:LogLevel:ContactCenter.Durable=None", .. settings,
            ]);
        _services.Add(service);
        return service;
    }

    private protected ProbeService.ProbeServiceClient ClientOf(TestService service)
    {
        var channel = GrpcChannel.ForAddress(service.GrpcAddress);
        _channels.Add(channel);
        return new(channel);
    }

    /// <summary>Asks with headers such as <c>("x-api-key", key)</c>.</summary>
    private protected async Task<string> AskAsync(TestService service, params (string Name, string Value)[] headers)
    {
        var metadata = new Metadata();
        foreach (var (name, value) in headers)
            metadata.Add(name, value);
        return (await ClientOf(service).AskAsync(new() { Text = "hello" }, metadata, cancellationToken: Cancellation)).Text;
    }

    private protected Task<string> AskWithAsync(TestService service, string key) => AskAsync(service, ("x-api-key", key));

    private protected async Task<RpcException> RefusedAsync(TestService service, params (string Name, string Value)[] headers) =>
        await Assert.ThrowsAsync<RpcException>(() => AskAsync(service, headers));

    /// <summary>Runs a command of the desk in a transaction.</summary>
    private protected static async Task<T> AtDeskAsync<T>(TestService service, Func<ApiKeyDesk, DurableTransaction, Task<T>> command)
    {
        await using var transaction = await service.App.Services.GetRequiredService<DurableDatabase>().BeginAsync(Cancellation);
        var result = await command(service.App.Services.GetRequiredService<ApiKeyDesk>(), transaction);
        await transaction.CommitAsync(Cancellation);
        return result;
    }

    protected async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }

    private static Task MigrateAsync(string connectionString, CancellationToken cancellationToken) => new Migrator(
        connectionString, "probe", Assembly.GetExecutingAssembly(), TimeSpan.FromMinutes(1), NullLogger.Instance,
        new MigrationSet("callers", typeof(ApiKeyDesk).Assembly)).MigrateAsync(cancellationToken);
}
