using ContactCenter.Durable;
using ContactCenter.Operations.V1;
using ContactCenter.ServiceDefaults;
using ContactCenter.Storage.V1;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace ContactCenter.StorageExport.Tests;

/// <summary>The service on a database of its own, spoken to as its callers do.</summary>
public abstract class StorageTest(TestServers servers) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private WebApplication _app = null!;
    private GrpcChannel _channel = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Calls any method.</summary>
    protected CallInvoker Invoker => _channel.CreateCallInvoker();

    protected StoreService.StoreServiceClient Stores { get; private set; } = null!;

    protected FileService.FileServiceClient Files { get; private set; } = null!;

    protected OperationsService.OperationsServiceClient Operations { get; private set; } = null!;

    /// <summary>The settings of a host, which another process may get too.</summary>
    protected IReadOnlyList<string> Arguments { get; private set; } = [];

    /// <summary>The clock of the service.</summary>
    protected virtual TimeProvider Clock => TimeProvider.System;

    /// <summary>Hosts that may be reached.</summary>
    protected virtual IEnumerable<string> Settings => [];

    public virtual async ValueTask InitializeAsync()
    {
        Arguments =
        [
            $"--ConnectionStrings:rabbitmq={await BrokerAsync()}",
            "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
            .. TestKey.Settings(Clock, "storage.read", "storage.operate", "storage.admin"),
            .. TestKey.SecretSettings,
            .. TestOutputLog.Settings,
            .. Settings,
        ];
        _database = await servers.CreateDatabaseAsync(
            "storage",
            (empty, cancellation) => StorageExportHost.Create([.. Arguments, Of(empty)], Clock).Services.GetRequiredService<Migrator>().MigrateAsync(cancellation),
            Cancellation);
        Arguments = [.. Arguments, Of(_database.ConnectionString)];
        await StartAsync();

        static string Of(string database) => $"--ConnectionStrings:database={database}";
    }

    /// <summary>The broker of the test; nothing is published to the one that all share.</summary>
    protected virtual Task<string> BrokerAsync() => servers.ShareVirtualHostAsync();

    /// <summary>Starts the service.</summary>
    protected async Task StartAsync()
    {
        _app = StorageExportHost.Create([.. Arguments], Clock);
        _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(new TestOutputLog());
        await _app.StartAsync(Cancellation);
        // Endpoints are bound in the order of their names.
        _channel = GrpcChannel.ForAddress(_app.Urls.First(), new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        Stores = new(_channel);
        Files = new(_channel);
        Operations = new(_channel);
    }

    /// <summary>Stops the service.</summary>
    protected async Task StopAsync()
    {
        _channel.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The only value of a query.</summary>
    protected async Task<T> QueryAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    /// <summary>Something the service offers within its process.</summary>
    protected T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Runs a statement.</summary>
    protected async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>Checks that a call is refused, and which fields it names.</summary>
    protected static async Task<RpcException> FailsAsync<T>(StatusCode code, string reason, AsyncUnaryCall<T> call, params string[] fields)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal((code, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
        Assert.Equal(fields, failure.GetRpcStatus()?.GetDetail<BadRequest>()?.FieldViolations.Select(violation => violation.Field) ?? []);
        return failure;
    }
}
