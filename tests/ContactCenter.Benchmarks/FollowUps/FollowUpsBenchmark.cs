using System.Diagnostics;
using System.Globalization;
using ContactCenter.Benchmarks.Jobs;
using ContactCenter.FollowUps.V1;
using ContactCenter.Operations.V1;
using ContactCenter.Testing;
using Grpc.Net.Client;
using Npgsql;
using Action = ContactCenter.FollowUps.V1.Action;
using HttpMethod = ContactCenter.FollowUps.V1.HttpMethod;

namespace ContactCenter.Benchmarks.FollowUps;

/// <summary>
/// Notifications that fall due together, from the first message at a channel that takes everything at once until all of them are SENT with their
/// history and their next attempts; beside jobs that only count themselves, which is the most that could be reached.
/// </summary>
internal sealed class FollowUpsBenchmark : IBenchmark
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public string Name => "followups";

    public async Task RunAsync(BenchmarkReport report, bool isQuick, CancellationToken cancellationToken)
    {
        var (rounds, notifications, jobs) = isQuick ? (1, 2_000, 20_000) : (3, 5_000, 100_000);
        await using var servers = new TestServers();
        await using var postgres = await JobsServer.StartAsync(cancellationToken);
        await postgres.CreateDatabaseAsync("followups", cancellationToken);
        await postgres.CreateDatabaseAsync("jobs", cancellationToken);
        await using var database = NpgsqlDataSource.Create(postgres.ConnectionString("followups"));
        await using var stub = await ChildProcess.StartSelfAsync(FollowUpServers.Stub, notifications.ToString(CultureInfo.InvariantCulture));
        await using var service = await ChildProcess.StartSelfAsync(
            FollowUpServers.Service, postgres.ConnectionString("followups"), await servers.CreateVirtualHostAsync(cancellationToken), new Uri(stub.Greeting).Authority);
        await using var limit = new JobsSide(
            "jobs",
            await ChildProcess.StartSelfAsync(DurableWorker.ChildName, postgres.ConnectionString("jobs"), await servers.CreateVirtualHostAsync(cancellationToken)),
            NpgsqlDataSource.Create(postgres.ConnectionString("jobs")),
            DurableWorker.Unfinished);
        using var channel = GrpcChannel.ForAddress(service.Greeting, new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        await PrepareAsync(channel, stub.Greeting, cancellationToken);
        var (followUps, made) = (new FollowUpService.FollowUpServiceClient(channel), 0);

        // The first ones make the channel known, whose rate operators can change; and the compiler of the runtime gets to know the way.
        await followUps.CreateFollowUpAsync(new() { FollowUp = FollowUp(made++) }, cancellationToken: cancellationToken);
        await stub.ReadAsync(cancellationToken);
        await LiftLimitsAsync(new(channel), cancellationToken);
        await SentAsync();
        await RateAsync();
        await limit.RateAsync(jobs, cancellationToken);
        var (ours, most) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            await postgres.SettleAsync(cancellationToken);
            ours.Add(await RateAsync());
            await postgres.SettleAsync(cancellationToken);
            most.Add(await limit.RateAsync(jobs, cancellationToken));
        }

        var before = (Commits: await postgres.CommitsAsync("followups", cancellationToken), Statements: await postgres.StatementsAsync("followups", cancellationToken));
        await RateAsync();
        var after = (Commits: await postgres.CommitsAsync("followups", cancellationToken), Statements: await postgres.StatementsAsync("followups", cancellationToken));
        report.Add("per_s", BenchmarkReport.Median(ours), "notifications/s");
        report.Add("jobs_per_s", BenchmarkReport.Median(most), "jobs/s");
        report.Add("vs_jobs", BenchmarkReport.Median(ours.Zip(most, (a, b) => a / b)), "ratio", Target.AtLeast(0.5));
        report.Add("commits_per_notification", (double)(after.Commits - before.Commits) / notifications, "commits");
        report.Add("statements_per_notification", (double)(after.Statements - before.Statements) / notifications, "statements");

        async Task<double> RateAsync()
        {
            await followUps.CreateFollowUpAsync(new() { FollowUp = FollowUp(made++) }, cancellationToken: cancellationToken);
            await stub.ReadAsync(cancellationToken);
            var start = Stopwatch.GetTimestamp();
            await SentAsync();
            return notifications / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        async Task SentAsync()
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM followups.notifications WHERE attempt = 1 AND state <> 'SENT')", connection);
            while (await command.ExecuteScalarAsync(cancellationToken) is true)
                await Task.Delay(Poll, cancellationToken);
        }
    }

    private static async Task PrepareAsync(GrpcChannel channel, string stub, CancellationToken cancellationToken)
    {
        var users = Enumerable.Range(0, FollowUpServers.Users).Select(i => new User { UserId = FormattableString.Invariant($"user-{i}"), FirstName = "Kim", Phone = FormattableString.Invariant($"+1222{i:0000000}") });
        await new DirectoryService.DirectoryServiceClient(channel).BatchUpsertUsersAsync(new() { Users = { users } }, cancellationToken: cancellationToken);
        await new ChannelService.ChannelServiceClient(channel).CreateChannelAsync(
            new() { Channel = new() { ChannelId = "benchmark", DisplayName = "Benchmark", Enabled = true, Rbm = new() { AgentId = "benchmark" } } }, cancellationToken: cancellationToken);
        await new IntegrationService.IntegrationServiceClient(channel).CreateIntegrationAsync(
            new() { Integration = new() { IntegrationId = "benchmark", Method = HttpMethod.Get, Url = $"{stub}/tickets" } }, cancellationToken: cancellationToken);
    }

    private static async Task LiftLimitsAsync(OperationsService.OperationsServiceClient operators, CancellationToken cancellationToken)
    {
        var known = (await operators.ListDestinationsAsync(new(), cancellationToken: cancellationToken)).Destinations.Single(destination => destination.Name == "channels/benchmark");
        var settings = new DestinationSettings { MaxConcurrent = 256, Rate = new() { PerSecond = 100_000, Burst = 1_000_000 } };
        await operators.UpdateDestinationAsync(new() { DestinationId = known.Id, Etag = known.Etag, Settings = settings }, cancellationToken: cancellationToken);
    }

    private static FollowUp FollowUp(int number) => new()
    {
        DisplayName = FormattableString.Invariant($"Benchmark {number}"),
        Status = FollowUpStatus.Active,
        DataExtraction = new()
        {
            PollingFrequencyMinutes = 60,
            Steps = { new Step { IntegrationCall = new() { IntegrationId = "benchmark", ResultAs = "tickets" } } },
            LoopingElement = "@{local.tickets.result}",
            ReconciliationId = "@{followup.data.id}",
            JitterSeconds = 0,
        },
        Recipients = new() { User = "@{followup.data.approver}" },
        Message = new()
        {
            Parts = { new MessagePart { Text = "@{user.firstName}, @{followup.data.title} (@{followup.attempt} of @{followup.attempts})" } },
            ChannelId = "benchmark",
            Actions = { new Action { ActionId = "approve", Title = "Approve", Kind = ActionKind.Reply }, new Action { ActionId = "reject", Title = "Reject", Kind = ActionKind.Reply } },
        },
        NotificationSchedule = new() { NotificationFrequencyMinutes = 60, Attempts = 3 },
    };
}
