using System.Diagnostics;
using System.Globalization;
using ContactCenter.Crm.V1;
using ContactCenter.Operations.V1;
using ContactCenter.Testing;
using Grpc.Net.Client;
using MassTransit;

namespace ContactCenter.Benchmarks.Crm;

/// <summary>
/// Sessions from their first event to their last comment in a CRM: the service, beside a bare client that makes the same calls. Both
/// have as many calls under way as the service allows a CRM by itself, and the CRM answers after 25 ms; once more it answers at once. An
/// operator has lifted the limit of calls a second, which the bare client does not have.
/// </summary>
internal sealed class CrmBenchmark : IBenchmark
{
    private const int Concurrency = 8;
    private const int AnswerMilliseconds = 25;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>After it a change of a destination holds.</summary>
    private static readonly TimeSpan ChangeTime = TimeSpan.FromSeconds(5);

    private long _next = 1;

    public string Name => "crm";

    public async Task RunAsync(BenchmarkReport report, bool isQuick, CancellationToken cancellationToken)
    {
        await using var servers = new TestServers();
        var (rounds, sessions) = isQuick ? (1, 100) : (3, 300);
        var (ours, bare) = await MeasureAsync(servers, AnswerMilliseconds, rounds, sessions, cancellationToken);
        report.Add("sessions_per_s", BenchmarkReport.Median(ours), "sessions/s");
        report.Add("bare_http_sessions_per_s", BenchmarkReport.Median(bare), "sessions/s");
        report.Add("vs_bare_http", BenchmarkReport.Median(ours.Zip(bare, (a, b) => a / b)), "ratio", Target.AtLeast(0.6));
        (ours, bare) = await MeasureAsync(servers, 0, rounds, sessions, cancellationToken);
        report.Add("sessions_per_s_at_once", BenchmarkReport.Median(ours), "sessions/s");
        report.Add("vs_bare_http_at_once", BenchmarkReport.Median(ours.Zip(bare, (a, b) => a / b)), "ratio");
    }

    private async Task<(List<double> Ours, List<double> Bare)> MeasureAsync(TestServers servers, int answerMilliseconds, int rounds, int sessions, CancellationToken cancellationToken)
    {
        await using var stub = await ChildProcess.StartSelfAsync(CrmServers.Stub, answerMilliseconds.ToString(CultureInfo.InvariantCulture));
        await using var database = await servers.CreateDatabaseAsync(cancellationToken);
        var broker = await servers.CreateVirtualHostAsync(cancellationToken);
        await using var service = await ChildProcess.StartSelfAsync(CrmServers.Service, database.ConnectionString, broker, new Uri(stub.Greeting).Authority);
        using var channel = GrpcChannel.ForAddress(service.Greeting.Split(' ')[0], new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        var connectors = new ConnectorService.ConnectorServiceClient(channel);
        await connectors.CreateConnectorAsync(new() { Connector = CrmSessions.Connector(stub.Greeting) }, cancellationToken: cancellationToken);
        await connectors.ActivateConnectorAsync(new() { ConnectorId = "benchmark" }, cancellationToken: cancellationToken);
        var bus = Bus.Factory.CreateUsingRabbitMq(bus => bus.Host(new Uri(broker)));
        await bus.StartAsync(cancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(stub.Greeting) };
        var (ours, bare) = (new List<double>(), new List<double>());

        // A destination is known from its first call on.
        await RateAsync(1, OursAsync);
        await LiftLimitAsync(new(channel), cancellationToken);
        // Until the compiler of the runtime has finished with every method on the way.
        await RateAsync(sessions, OursAsync);
        await RateAsync(sessions, BareAsync);
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(await RateAsync(sessions, OursAsync));
            bare.Add(await RateAsync(sessions, BareAsync));
        }

        await bus.StopAsync(cancellationToken);
        return (ours, bare);

        async Task<double> RateAsync(int count, Func<IReadOnlyList<long>, Task> send)
        {
            var before = await CallsAsync();
            var ids = Enumerable.Range(0, count).Select(_ => _next++).ToList();
            var start = Stopwatch.GetTimestamp();
            await send(ids);
            while (await CallsAsync() < before + count * CrmSessions.Calls)
                await Task.Delay(Poll, cancellationToken);
            return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        async Task<int> CallsAsync()
        {
            await stub.SendAsync("calls");
            return int.Parse(await stub.ReadAsync(cancellationToken), CultureInfo.InvariantCulture);
        }

        Task OursAsync(IReadOnlyList<long> ids) => Parallel.ForEachAsync(
            ids.SelectMany(CrmSessions.Events),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (message, token) => await bus.Publish(message, context => context.MessageId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), token));

        Task BareAsync(IReadOnlyList<long> ids) => Parallel.ForEachAsync(
            ids, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken }, async (id, token) => await CrmSessions.CallAsync(http, id, token));
    }

    private static async Task LiftLimitAsync(OperationsService.OperationsServiceClient operations, CancellationToken cancellationToken)
    {
        var crm = (await operations.ListDestinationsAsync(new(), cancellationToken: cancellationToken)).Destinations.Single();
        var settings = new DestinationSettings(crm.Settings) { Rate = new() { PerSecond = 100_000, Burst = 100_000 } };
        await operations.UpdateDestinationAsync(new() { DestinationId = crm.Id, Settings = settings, Etag = crm.Etag }, cancellationToken: cancellationToken);
        await Task.Delay(ChangeTime, cancellationToken);
    }
}
