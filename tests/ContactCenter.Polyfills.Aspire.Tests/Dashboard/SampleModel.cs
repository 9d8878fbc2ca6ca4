using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Aspire.Hosting.Dashboard;

namespace ContactCenter.Polyfills.Aspire.Tests.Dashboard;

/// <summary>An application of several resources that does nothing but change its states when told to.</summary>
internal sealed class SampleModel : IDashboardModel
{
    public const string Secret = "s3cr3t-of-the-test";

    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddMinutes(-42);

    private readonly Lock _lock = new();
    private readonly List<DashboardLogLine> _lines = [];
    private readonly List<ChannelWriter<object?>> _watchers = [];
    private readonly List<DashboardResource> _resources =
    [
        Running("postgres", "Postgres server", new("tcp", "tcp://127.0.0.1:41001"), 94),
        Running("redis", "Redis server", new("tcp", "tcp://127.0.0.1:41002"), 12),
        Running("rabbitmq", "RabbitMQ server", new("tcp", "tcp://127.0.0.1:41003"), 131) with
        {
            State = "RuntimeUnhealthy", Health = "Unhealthy", Checks = [new("rabbitmq", "Unhealthy", "No connection within 5 s.")],
        },
        Running("insights-enrichment", "Project", new("http", "http://127.0.0.1:41004"), 88) with
        {
            Health = "Degraded", Restarts = 1,
            Checks = [new("database", "Healthy", null), new("masstransit-bus", "Degraded", "The broker does not answer.")],
            Endpoints = [new("http", "http://127.0.0.1:41004"), new("grpc", "http://127.0.0.1:41005")],
        },
        new("crm-connector", "Project", "Waiting", Start)
        {
            WaitsFor = ["rabbitmq", "insights-enrichment"], Commands = [DashboardCommand.Start],
        },
        new("wfm-connector", "Project", "FailedToStart", Start) { ExitCode = 134, Restarts = 5, Commands = [DashboardCommand.Start] },
        new("sandbox", "Project", "Finished", Start) { ExitCode = 0, Commands = [DashboardCommand.Start] },
    ];

    public string ApplicationName => "ContactCenter";

    public void Log(string resource, IEnumerable<string> lines)
    {
        lock (_lock)
            _lines.AddRange(lines.Select(line => new DashboardLogLine(resource, line, IsError: false)));
        Changed();
    }

    public async IAsyncEnumerable<IReadOnlyList<DashboardResource>> WatchResourcesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var _ in ChangesAsync(cancellationToken))
        {
            IReadOnlyList<DashboardResource> snapshot;
            lock (_lock)
                snapshot = [.. _resources];
            yield return snapshot;
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<DashboardLogLine>> WatchLogsAsync(
        string? resource, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var read = 0;
        await foreach (var _ in ChangesAsync(cancellationToken))
        {
            IReadOnlyList<DashboardLogLine> added;
            lock (_lock)
            {
                added = [.. _lines.Skip(read).Where(line => resource is null || line.Resource == resource)];
                read = _lines.Count;
            }
            if (added.Count > 0)
                yield return added;
        }
    }

    public IReadOnlyList<DashboardVariable>? EnvironmentOf(string resource) =>
        _resources.Any(candidate => candidate.Name == resource)
            ? [
                new("ASPNETCORE_ENVIRONMENT", "Development", IsSecret: false),
                new("ConnectionStrings__database", $"Host=127.0.0.1;Port=41001;Password={Secret}", IsSecret: true),
                new("services__insights-enrichment__grpc__0", "http://127.0.0.1:41005", IsSecret: false),
            ]
            : null;

    public Task<DashboardCommandResult> ExecuteAsync(string resource, DashboardCommand command, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var at = _resources.FindIndex(candidate => candidate.Name == resource);
            if (at < 0 || !_resources[at].Commands.Contains(command))
                return Task.FromResult(new DashboardCommandResult(false, $"{resource} cannot be changed that way now."));
            _resources[at] = command == DashboardCommand.Stop
                ? _resources[at] with { State = "Stopped", Health = null, Commands = [DashboardCommand.Start] }
                : _resources[at] with { Restarts = _resources[at].Restarts + 1 };
        }
        Changed();
        return Task.FromResult(new DashboardCommandResult(true, $"{resource} was told to {command.ToString().ToLowerInvariant()}."));
    }

    private static DashboardResource Running(string name, string type, DashboardEndpoint endpoint, int megabytes) =>
        new(name, type, "Running", Start)
        {
            Health = "Healthy",
            Endpoints = [endpoint],
            Commands = [DashboardCommand.Stop, DashboardCommand.Restart],
            Pid = 4321,
            Memory = megabytes * 1024L * 1024,
        };

    private void Changed()
    {
        lock (_lock)
            _watchers.ForEach(watcher => watcher.TryWrite(null));
    }

    // The first element comes at once, one more after each change.
    private IAsyncEnumerable<object?> ChangesAsync(CancellationToken cancellationToken)
    {
        var changes = Channel.CreateBounded<object?>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        changes.Writer.TryWrite(null);
        lock (_lock)
            _watchers.Add(changes.Writer);
        return changes.Reader.ReadAllAsync(cancellationToken);
    }
}
