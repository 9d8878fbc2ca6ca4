using ContactCenter.Durable;
using ContactCenter.StorageExport.Stores;
using ContactCenter.StorageExport.Tests.Sftp;
using ContactCenter.StorageExport.Uploads;
using Microsoft.Extensions.Options;

namespace ContactCenter.StorageExport.Tests.Uploads;

/// <summary>How many connections there are, and for how long; and what is swept away.</summary>
[Collection(nameof(SshServer))]
public sealed class UploadPoolTests(TestServers servers, SshServer server) : StorageTest(servers)
{
    private readonly ManualTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    protected override IEnumerable<string> Settings => [$"--Egress:AllowList:0=127.0.0.1/32:{server.Target().Port}", "--Egress:AssumedReplicas=1"];

    private string Folder { get; } = $"pool-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";

    [Fact]
    [Rule("STO-25"), Rule("STO-30"), Rule("STO-62")]
    public async Task Connections_come_with_the_uploads_double_after_a_pause_of_the_store_and_end_when_they_are_idle()
    {
        var turn = await ConfigureAsync();
        await using var pool = Pool();
        var before = Clients();

        // Eight uploads share one connection, and there are never more than four.
        Assert.Equal([1, 2, 4, 4], await CountAsync(turn, 8, 9, 32, 60));
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(4, Clients() - before);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => Clients() == before);

        // One at first after the store was down, twice as many every ten seconds.
        Assert.Equal([1], await CountAsync(turn with { IsDown = true }, 40));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([2], await CountAsync(turn, 40));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([4], await CountAsync(turn, 40));

        async Task<List<int>> CountAsync(StoreTurn turn, params int[] uploads)
        {
            var counts = new List<int>();
            foreach (var number in uploads)
            {
                var rentals = await Task.WhenAll(Enumerable.Range(0, number).Select(_ => pool.RentAsync(turn, Cancellation)));
                counts.Add(Clients() - before);
                foreach (var rental in rentals)
                    rental!.Dispose();
            }

            return counts;
        }
    }

    [Fact]
    [Rule("STO-29"), Rule("STO-73")]
    public async Task What_uploads_and_probes_have_left_is_removed_after_its_time_and_nothing_else()
    {
        var turn = await ConfigureAsync();
        await using var pool = Pool();
        var (gone, active) = (Guid.CreateVersion7(_time.GetUtcNow()), Guid.CreateVersion7(_time.GetUtcNow()));
        await ExecuteAsync(
            $"INSERT INTO storage.files (file_id, session_kind, session_id, kind, source_id, account_sid, state, state_time, create_time) VALUES ('{active}', 'call', 1, 'recording', 'RE1', '', 'UPLOADING', now(), now())");
        var recordings = Directory.CreateDirectory(Path.Combine(server.Files, Folder, "ujet-voice-recordings")).FullName;
        var elsewhere = Directory.CreateDirectory(Path.Combine(server.Files, Folder, "other")).FullName;
        string[] removed = [$".call-1.mp3.{gone:N}-1.part", $".call-1.mp3.{gone:N}-2.old", $".write-probe-{gone}", $"..write-probe-{gone}.probe.part"];
        string[] kept = ["call-1.mp3", $".call-2.mp3.{active:N}-1.part", ".call-1.mp3.part", "write-probe", ".bashrc"];
        foreach (var name in removed.Concat(kept))
            Leave(recordings, name, hours: 25);
        Leave(recordings, $".call-3.mp3.{gone:N}-1.part", hours: 23);
        Leave(recordings, $".write-probe-{active}", hours: 0);
        Leave(elsewhere, removed[0], hours: 25);

        await new LeftoverSweeper(pool, Service<DurableDatabase>(), TimeProvider.System).RunAsync(null!, Cancellation);

        Assert.Equal(
            kept.Append($".call-3.mp3.{gone:N}-1.part").Append($".write-probe-{active}").Order(StringComparer.Ordinal),
            Directory.GetFiles(recordings).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(elsewhere, removed[0])));
        Assert.False(turn.IsDown);

        static void Leave(string folder, string name, int hours)
        {
            var path = Path.Combine(folder, name);
            File.WriteAllText(path, "left");
            File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-hours));
        }
    }

    [Fact]
    [Rule("STO-49")]
    public async Task Staged_bytes_stay_for_an_hour_after_the_store_has_them_and_those_of_older_revisions_go()
    {
        await using var pool = Pool();
        await ExecuteAsync(
            """
            INSERT INTO storage.stores (store_id, active, revision, definition, create_time, update_time) VALUES (gen_random_uuid(), false, 1, '', now(), now());
            INSERT INTO storage.files (file_id, session_kind, session_id, kind, source_id, account_sid, state, state_time, create_time, revision, stored_revision, size, sha256, extension, number,
              store_id, location, stored_time)
            SELECT gen_random_uuid(), 'call', id, 'recording', 'RE', '', state, now(), now(), 2, stored, 1, '', 'mp3', 1, s.store_id, 'there', now() - age
            FROM storage.stores s, (VALUES (1, 'STORED', 2, interval '61 minutes'), (2, 'STORED', 2, interval '59 minutes'), (3, 'PENDING', 1, interval '2 hours')) AS f(id, state, stored, age);
            INSERT INTO storage.staged_pieces (file_id, revision, piece, bytes) SELECT file_id, r.revision, 0, 'x' FROM storage.files, generate_series(1, 2) AS r(revision)
            """);

        await new LeftoverSweeper(pool, Service<DurableDatabase>(), TimeProvider.System).RunAsync(null!, Cancellation);

        Assert.Equal("2/2 3/2", await QueryAsync<string>("SELECT string_agg(f.session_id || '/' || p.revision, ' ' ORDER BY f.session_id, p.revision) FROM storage.staged_pieces p JOIN storage.files f USING (file_id)"));
    }

    [Fact]
    [Rule("STO-62")]
    public void Three_refusals_in_a_row_are_those_of_the_store()
    {
        var (refusals, denied, other) = (new RefusalCounter(), new StoreException("STORE_PERMISSION_DENIED", "", false), new StoreException("STORE_REFUSED", "", false));

        Assert.Equal([false, false, false], new[] { denied, denied, other }.Select(refusals.IsStore));
        refusals.Reset();
        Assert.Equal([false, false, true], new[] { denied, denied, denied }.Select(refusals.IsStore));
    }

    private UploadPool Pool() => new(Service<SettingsStore>(), Service<SftpStore>(), Service<IOptions<UploadOptions>>(), _time);

    private async Task<StoreTurn> ConfigureAsync()
    {
        var target = server.Target();
        await Stores.UpdateStoreAsync(
            new()
            {
                Store = new()
                {
                    Enabled = true,
                    Sftp = new() { Host = "127.0.0.1", Port = target.Port, User = target.User, PrivateKey = target.PrivateKey, FolderPath = Folder, HostKeys = { target.HostKeys } },
                },
            },
            cancellationToken: Cancellation);
        await using var connection = await Service<DurableDatabase>().OpenAsync(Cancellation);
        return (await StoreHealth.FindAsync(connection))!;
    }

    /// <summary>How many ssh processes this one has.</summary>
    private static int Clients() => SshProcesses.Of(Environment.ProcessId).Count;
}
