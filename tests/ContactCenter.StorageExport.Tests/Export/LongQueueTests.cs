using ContactCenter.Events.Storage;
using ContactCenter.StorageExport.Tests.Documents;
using ContactCenter.StorageExport.Tests.Sftp;
using ContactCenter.Testing.Network;

namespace ContactCenter.StorageExport.Tests.Export;

/// <summary>The order in which many files that have waited are written. One at a time, so that it shows.</summary>
[Collection(nameof(SshServer))]
public sealed class LongQueueTests(TestServers servers, SshServer server) : ExportTest(servers, server)
{
    private const int Sessions = 30;
    private const int Photos = 5;

    private readonly ChaosProxy _proxy = ChaosProxy.Start($"sftp://127.0.0.1:{server.Target().Port}");

    protected override int StorePort => _proxy.Port;

    protected override IEnumerable<string> Settings => [.. base.Settings, "--Durable:ClaimSize=1", "--Storage:Upload:ProbeInterval=00:00:08", "--Storage:Metadata:Debounce=00:00:00"];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _proxy.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    [Rule("STO-45"), Rule("STO-41")]
    public async Task Documents_overtake_media_the_oldest_come_first_and_only_the_newest_of_several_revisions_is_written()
    {
        await ConfigureAsync();
        _proxy.IsRefusing = true;
        Outside.Media["/photo"] = ("image/jpeg", [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3]);
        Outside.Documents["call-1000"] = (MetadataText.Of("call-1000", ("rating", 1)), 1);
        await PublishAsync(Ended("call", 1000, Now));
        // Media all along, and first of all.
        foreach (var id in Enumerable.Range(1, Sessions))
        {
            Outside.Documents[$"call-{id}"] = (MetadataText.Of($"call-{id}"), 1);
            await PublishAsync([.. Enumerable.Range(1, Photos).Select(photo => Added("call", id, "photo", $"{photo}", new(Outside.Http, "/photo"))), Ended("call", id, Now)]);
        }

        for (var version = 2; version <= 4; version++)
        {
            await WaitingAsync("session_id = 1000", $"revision = {version - 1}", 1);
            Outside.Documents["call-1000"] = (MetadataText.Of("call-1000", ("rating", version)), version);
            await PublishAsync(Updated("call", 1000, "rating"));
        }

        await WaitingAsync("session_id = 1000", "revision = 4", 1);
        await WaitingAsync("true", "revision > 0", 1 + (Sessions * (Photos + 1)));
        var queue = await ListAsync("state_time");
        List<SessionFileStored> stored = [];
        using var listening = await ListenAsync(stored);

        _proxy.IsRefusing = false;
        await Eventually.TrueAsync(async () => await QueryAsync<long>("SELECT count(*) FROM storage.files WHERE state <> 'STORED'") == 0, TimeSpan.FromSeconds(60));

        await Eventually.TrueAsync(() => stored.Count == 1 + (Sessions * (Photos + 1)));
        Assert.Equal((1000, 4), stored.Where(file => file.SessionId == 1000).Select(file => ((int)file.SessionId, file.Revision)).Single());
        Assert.Equal(MetadataText.Of("call-1000", ("rating", 4)), await File.ReadAllTextAsync(PathOf("ujet-metadata/call-1000.json"), Cancellation));

        // Without the one that found the store to be there again, which is any of them.
        var order = (await ListAsync("stored_time"))[1..];
        foreach (var kind in order.GroupBy(file => file.Kind))
            Assert.Equal(queue.Where(file => file.Kind == kind.Key && order.Contains(file)), kind);
        // Media get a small share all the same, so that they are not held up for ever.
        var lastDocument = order.FindLastIndex(file => file.Kind == "metadata");
        Assert.InRange(order.Take(lastDocument).Count(file => file.Kind == "photo"), 0, 1 + (Sessions / 15));
    }

    /// <summary>All files, in the order of a column.</summary>
    private async Task<List<(string Name, string Kind)>> ListAsync(string column) =>
        [.. (await QueryAsync<string>($"SELECT string_agg(session_id || '/' || number || ' ' || kind, ',' ORDER BY {column}) FROM storage.files")).Split(',').Select(file => (file.Split(' ')[0], file.Split(' ')[1]))];

    private Task WaitingAsync(string which, string how, int count) => Eventually.TrueAsync(
        async () => await QueryAsync<long>($"SELECT count(*) FROM storage.files WHERE {which} AND {how} AND state = 'PENDING'") == count,
        TimeSpan.FromSeconds(60));
}
