using System.Text.Json.Nodes;
using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.Operations.V1;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Dapper;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace ContactCenter.Operations.Tests;

/// <summary>A service of the area crm, with one kind of job that fails until it is told not to, operated as people do: over its port, with an API key.</summary>
public abstract class OperationsTest(TestServers servers) : IAsyncLifetime
{
    protected const string Actor = $"apikey:{TestKey.Id}";
    protected const string Kind = "tests.work";

    private readonly List<GrpcChannel> _channels = [];
    private TestDatabase _database = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected WebApplication App { get; private set; } = null!;

    protected V1.OperationsService.OperationsServiceClient Operations { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateDatabaseAsync(Cancellation);
        var builder = WebApplication.CreateBuilder(
        [
            "--environment=Development",
            $"--ConnectionStrings:database={_database.ConnectionString}",
            $"--ConnectionStrings:rabbitmq={await servers.ShareVirtualHostAsync()}",
            "--Kestrel:Endpoints:grpc:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:grpc:Protocols=Http2",
            "--Kestrel:Endpoints:http:Url=http://127.0.0.1:0",
            "--Egress:AllowList:0=127.0.0.1/32:9",
            .. TestKey.Settings("crm.write", "crm.operate", "crm.admin"),
            .. TestKey.SecretSettings,
            "--Logging:LogLevel:Default=None",
        ]);
        builder.AddServiceDefaults();
        builder.AddDurable("crm-connector", typeof(OperationsTest).Assembly, durable => durable.AddJob<Work>(Kind, RetryPolicy.Fast with { Name = "once", MaxAttempts = 1 }));
        builder.AddCallers("crm");
        builder.AddEgress("crm-connector");
        builder.AddOperations();
        builder.Services.AddSingleton<Workplace>();
        App = builder.Build();
        App.MapDefaultEndpoints();
        App.MapOperations();
        await App.StartAsync(Cancellation);
        Operations = ClientOf(TestKey.Text);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
            channel.Dispose();
        await App.StopAsync(CancellationToken.None);
        await App.DisposeAsync();
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static string NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    /// <summary>Calls any method.</summary>
    protected CallInvoker Invoker => _channels[0].CreateCallInvoker();

    /// <summary>The service as the holder of a key sees it.</summary>
    protected V1.OperationsService.OperationsServiceClient ClientOf(string key)
    {
        var channel = GrpcChannel.ForAddress(App.Urls.First(), new() { HttpHandler = TestKey.Handler(key), DisposeHttpClient = true });
        _channels.Add(channel);
        return new(channel);
    }

    protected Task<T> ScalarAsync<T>(string sql) => QueryAsync(connection => connection.ExecuteScalarAsync<T>(sql))!;

    /// <summary>Enqueues jobs that fail, and waits until each is a dead letter; returns them, oldest first.</summary>
    protected async Task<IReadOnlyList<DeadLetter>> FailAsync(params string[] texts)
    {
        var database = App.Services.GetRequiredService<DurableDatabase>();
        var before = (await Operations.ListDeadLettersAsync(new() { PageSize = 1_000 }, cancellationToken: Cancellation)).DeadLetters.Count;
        await using (var transaction = await database.BeginAsync(Cancellation))
        {
            foreach (var text in texts)
                transaction.Enqueue(Kind, new WorkOrder(text, "+351210000099"), new JobOptions { Key = "k" });
            await transaction.CommitAsync(Cancellation);
        }

        ListDeadLettersResponse page = new();
        await Eventually.TrueAsync(async () =>
        {
            page = await Operations.ListDeadLettersAsync(new() { PageSize = 1_000 }, cancellationToken: Cancellation);
            return page.DeadLetters.Count == before + texts.Length;
        });
        return [.. page.DeadLetters.Take(texts.Length).Reverse()];
    }

    /// <summary>The audit entries of a resource, newest first.</summary>
    protected async Task<IReadOnlyList<AuditEntry>> AuditOfAsync(string resource) =>
        (await Operations.ListAuditEntriesAsync(new() { Filter = new() { Resource = resource } }, cancellationToken: Cancellation)).AuditEntries;

    /// <summary>One deed with its details was entered about a resource, as of the test's key.</summary>
    protected async Task AssertEnteredAsync(string resource, string action, string details, string requestId = "")
    {
        var entry = Assert.Single(await AuditOfAsync(resource), entry => entry.Action == action);
        Assert.Equal((Actor, "OK", requestId), (entry.Actor, entry.Result, entry.RequestId));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(details), JsonNode.Parse(entry.Details)), entry.Details);
    }

    /// <summary>A call fails with code and reason, and where one is wrong with its field.</summary>
    protected static async Task<RpcException> AssertFailsAsync<T>(AsyncUnaryCall<T> call, StatusCode code, string reason, string? field = null)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal((code, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
        Assert.Equal(field, failure.GetRpcStatus()?.GetDetail<BadRequest>()?.FieldViolations[0].Field);
        return failure;
    }

    private async Task<T> QueryAsync<T>(Func<NpgsqlConnection, Task<T>> query)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        return await query(connection);
    }

    /// <summary>What the job is told.</summary>
    protected sealed record WorkOrder(string Text, string Phone);

    /// <summary>Where the jobs are done, or not.</summary>
    protected sealed class Workplace
    {
        private readonly List<string> _done = [];

        public bool IsOpen { get; set; }

        /// <summary>Whoever works waits here before it begins.</summary>
        public TaskCompletionSource? Door { get; set; }

        public IReadOnlyList<string> Done
        {
            get
            {
                lock (_done)
                    return [.. _done];
            }
        }

        public void Do(string text)
        {
            if (!IsOpen)
                throw new InvalidOperationException("The workplace is closed.");
            lock (_done)
                _done.Add(text);
        }
    }

    protected Workplace Place => App.Services.GetRequiredService<Workplace>();

    private sealed class Work(Workplace place) : IJobHandler
    {
        public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
        {
            if (place.Door is { } door)
                await door.Task.WaitAsync(cancellationToken);
            place.Do(job.Payload<WorkOrder>().Text);
        }
    }
}
