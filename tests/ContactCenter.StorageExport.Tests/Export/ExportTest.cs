using ContactCenter.Events.Insights;
using ContactCenter.Storage.V1;
using ContactCenter.StorageExport.Tests.Sftp;
using MassTransit;

namespace ContactCenter.StorageExport.Tests.Export;

/// <summary>The service between events of Insights and a real SFTP server.</summary>
public abstract class ExportTest(TestServers servers, SshServer server) : StorageTest(servers)
{
    private readonly TestServers _servers = servers;
    private string _broker = null!;
    private Outside _outside = null!;
    private IBusControl _bus = null!;

    internal Outside Outside => _outside;

    /// <summary>The folder of this test in the store.</summary>
    protected string Folder { get; } = $"export-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";

    /// <summary>Where the service finds the SFTP server.</summary>
    protected virtual int StorePort => server.Target().Port;

    protected override IEnumerable<string> Settings =>
    [
        $"--Egress:AllowList:0=127.0.0.1/32:{StorePort}",
        $"--Egress:AllowList:1=127.0.0.1/32:{_outside.Http.Port}",
        "--Egress:AssumedReplicas=1",
        $"--ServiceClients:insights-enrichment:Address={_outside.Grpc}",
        "--Storage:Upload:ProbeInterval=00:00:01",
        "--Storage:Metadata:Debounce=00:00:03",
    ];

    protected static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public override async ValueTask InitializeAsync()
    {
        _outside = await Outside.StartAsync(Cancellation);
        _broker = await _servers.CreateVirtualHostAsync(Cancellation);
        await base.InitializeAsync();
        await Service<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Cancellation);
        _bus = Bus.Factory.CreateUsingRabbitMq(bus => bus.Host(new Uri(_broker)));
        await _bus.StartAsync(Cancellation);
    }

    public override async ValueTask DisposeAsync()
    {
        await _bus.StopAsync(CancellationToken.None);
        await base.DisposeAsync();
        await _servers.DropVirtualHostAsync(_broker);
        await _outside.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override Task<string> BrokerAsync() => Task.FromResult(_broker);

    /// <summary>Switches the store on.</summary>
    protected Task ConfigureAsync(bool enabled = true, params SessionFileKind[] kinds) => ConfigureAsync(server.Target().HostKeys[0], enabled, kinds);

    /// <summary>Switches the store on or off, with a pinned key.</summary>
    protected async Task ConfigureAsync(string pin, bool enabled = true, params SessionFileKind[] kinds)
    {
        var target = server.Target();
        var etag = (await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Store?.Etag ?? "";
        await Stores.UpdateStoreAsync(
            new()
            {
                Store = new()
                {
                    Etag = etag,
                    Enabled = enabled,
                    Kinds = { kinds },
                    Sftp = new() { Host = "127.0.0.1", Port = StorePort, User = target.User, PrivateKey = target.PrivateKey, FolderPath = Folder, HostKeys = { pin } },
                },
            },
            cancellationToken: Cancellation);
    }

    /// <summary>Publishes messages and waits until all have had their effect.</summary>
    protected async Task PublishAsync(params object[] messages)
    {
        var before = await QueryAsync<long>("SELECT count(*) FROM durable.inbox_messages");
        foreach (var message in messages)
            await _bus.Publish(message, context => context.MessageId = Guid.CreateVersion7(Clock.GetUtcNow()), Cancellation);
        await Eventually.TrueAsync(async () => await QueryAsync<long>("SELECT count(*) FROM durable.inbox_messages") == before + messages.Length);
    }

    /// <summary>Waits until all files of a session are in one of some states.</summary>
    /// <returns>The files, by name; of several of one name the first.</returns>
    protected async Task<Dictionary<string, SessionFile>> FilesAsync(string session, params SessionFileState[] states)
    {
        IReadOnlyList<SessionFile> files = [];
        await Eventually.TrueAsync(
            async () => (files = (await Files.ListSessionFilesAsync(new() { Session = session }, cancellationToken: Cancellation)).Files) is { Count: > 0 } && files.All(file => states.Contains(file.State)),
            text: $"the files of {session} are {string.Join(" or ", states)}");
        return files.DistinctBy(file => file.FileName).ToDictionary(file => file.FileName, StringComparer.Ordinal);
    }

    /// <summary>Path of a file in the store.</summary>
    protected string PathOf(string file) => Path.Combine(server.Files, Folder, file);

    /// <summary>Everything in the store, by path.</summary>
    protected string[] Stored() => Directory.Exists(PathOf("")) ? [.. Directory.EnumerateFiles(PathOf(""), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(path => Path.GetRelativePath(PathOf(""), path)).Order(StringComparer.Ordinal)] : [];

    /// <summary>Counts the messages of a type that were published.</summary>
    protected async Task<IDisposable> ListenAsync<T>(List<T> heard)
        where T : class
    {
        var handle = _bus.ConnectReceiveEndpoint($"test-{typeof(T).Name}-{Guid.CreateVersion7(Now):N}", endpoint => endpoint.Handler<T>(context =>
        {
            lock (heard)
                heard.Add(context.Message);
            return Task.CompletedTask;
        }));
        await handle.Ready;
        return new Listening(handle);
    }

    protected static SessionEnded Ended(string kind, long id, DateTimeOffset ready) => new()
    {
        EventId = Guid.CreateVersion7(Now),
        OccurredTime = ready.AddMinutes(-15),
        RecordedTime = Now,
        AccountSid = "AC1",
        Session = Facts(kind, id),
        Status = "finished",
        EndTime = ready.AddMinutes(-15),
        ReadyTime = ready,
        WaitSeconds = 0,
        SessionSeconds = 0,
        HoldSeconds = 0,
        Successful = true,
        RecordVersion = 1,
    };

    protected static SessionRecordUpdated Updated(string kind, long id, params string[] parts) => new()
    {
        EventId = Guid.CreateVersion7(Now),
        OccurredTime = Now,
        RecordedTime = Now,
        AccountSid = "AC1",
        SessionKind = kind,
        SessionId = id,
        RecordVersion = 2,
        ChangedParts = parts,
    };

    protected static SessionMediaAdded Added(string kind, long id, string mediaKind, string mediaId, Uri? location, string? type = null, long? bytes = null) => new()
    {
        EventId = Guid.CreateVersion7(Now),
        OccurredTime = Now,
        RecordedTime = Now,
        AccountSid = "AC1",
        Session = Facts(kind, id),
        MediaKind = mediaKind,
        MediaId = mediaId,
        ContentType = type,
        Bytes = bytes,
        Location = location?.ToString(),
    };

    protected static ChatMessageSent Sent(string kind, long id) => new()
    {
        EventId = Guid.CreateVersion7(Now),
        OccurredTime = Now,
        RecordedTime = Now,
        AccountSid = "AC1",
        Session = Facts(kind, id),
        Direction = "inbound",
        MessageId = $"m-{Guid.CreateVersion7(Now)}",
    };

    private static SessionFacts Facts(string kind, long id) => new() { SessionKind = kind, SessionId = id, Sequence = 1 };

    private sealed class Listening(HostReceiveEndpointHandle handle) : IDisposable
    {
        public void Dispose() => _ = handle.StopAsync();
    }
}
