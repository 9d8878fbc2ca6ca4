using System.Diagnostics;
using ContactCenter.Events.Storage;
using ContactCenter.Operations.V1;
using ContactCenter.Storage.V1;
using ContactCenter.StorageExport.Tests.Documents;
using ContactCenter.StorageExport.Tests.Sftp;
using ContactCenter.Testing.Network;

namespace ContactCenter.StorageExport.Tests.Export;

/// <summary>Stores that are away, connections that break and processes that die.</summary>
[Collection(nameof(SshServer))]
public sealed class StoreTroubleTests(TestServers servers, SshServer server) : ExportTest(servers, server)
{
    private const int Attempts = 2;

    private readonly ChaosProxy _proxy = ChaosProxy.Start($"sftp://127.0.0.1:{server.Target().Port}");

    protected override int StorePort => _proxy.Port;

    protected override IEnumerable<string> Settings => [.. base.Settings, "--Durable:Lease=00:00:05", $"--Storage:Upload:Attempts={Attempts}", "--Storage:Upload:WritesInFlight=8"];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _proxy.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    [Rule("STO-3"), Rule("STO-62"), Rule("STO-63"), Rule("STO-64")]
    public async Task Files_wait_while_the_store_is_down_and_none_is_lost_or_tried_in_vain()
    {
        const int Sessions = 40;
        await ConfigureAsync();
        Assert.True((await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Health.Healthy);
        List<StoreHealthChanged> changes = [];
        using var listening = await ListenAsync(changes);
        _proxy.IsRefusing = true;
        foreach (var id in Enumerable.Range(1, Sessions))
            (Outside.Documents[$"chat-{id}"], Outside.Transcripts[$"chat-{id}"]) = ((MetadataText.Of($"chat-{id}"), 1), $"text {id}\n");
        await PublishAsync([.. Enumerable.Range(1, Sessions).Select(id => Ended("chat", id, Now))]);
        await Eventually.TrueAsync(async () => (await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Health is { Healthy: false, WaitingFiles: 2 * Sessions, Reason: "STORE_UNREACHABLE" });
        await Eventually.TrueAsync(async () => await QueryAsync<bool>("SELECT coalesce(max(attempt), -1) = 0 FROM durable.jobs WHERE kind = 'files.upload' AND state <> 'LEASED'"));

        // Health goes by how long the oldest has waited.
        Assert.False((await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Health.Degraded);
        await ExecuteAsync("UPDATE storage.files SET state_time = state_time - interval '15 minutes' WHERE session_id = 1");
        Assert.True((await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Health.Degraded);

        _proxy.IsRefusing = false;
        await Eventually.TrueAsync(() => Stored().Length == 2 * Sessions);

        await Eventually.TrueAsync(async () => (await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Health is { Healthy: true, WaitingFiles: 0 });
        Assert.Equal(2L * Sessions, await QueryAsync<long>("SELECT count(*) FROM storage.files WHERE state = 'STORED' AND stored_revision = 1"));
        Assert.Equal(0L, await QueryAsync<long>("SELECT count(*) FROM durable.dead_letters"));
        await Eventually.TrueAsync(() => changes.Count == 2);
        Assert.Equal([(false, "STORE_UNREACHABLE"), (true, "")], changes.OrderBy(change => change.OccurredTime).Select(change => (change.Healthy, change.Reason)));
    }

    [Fact]
    [Rule("STO-26"), Rule("STO-64")]
    public async Task An_upload_whose_connection_breaks_goes_on_and_the_file_is_there_once_and_whole()
    {
        await ConfigureAsync();
        var bytes = await BeginRecordingAsync(40);
        await Eventually.TrueAsync(() => PartLength() > 12_000_000);
        _proxy.Reset();
        await Eventually.TrueAsync(() => PartLength() > 16_000_000);
        foreach (var client in SshProcesses.Of(Environment.ProcessId))
            client.Kill();
        await CompleteAsync(bytes);
        Assert.True((await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Health.Healthy);
    }

    [Fact]
    [Rule("STO-45")]
    public async Task A_huge_recording_does_not_hold_up_the_documents_of_other_sessions()
    {
        await ConfigureAsync();
        var bytes = await BeginRecordingAsync(40);
        _proxy.BytesPerSecond = 3_000_000;
        await Eventually.TrueAsync(() => PartLength() > 0);

        Outside.Transcripts["chat-135"] = "[2026-03-23 13:12:51] end_user: short\n";
        Outside.Documents["chat-135"] = (MetadataText.Of("chat-135"), 1);
        await PublishAsync(Ended("chat", 135, Now));
        await FilesAsync("chat-135", SessionFileState.Stored);

        Assert.Single(Stored(), name => name.EndsWith(".part", StringComparison.Ordinal));
        _proxy.BytesPerSecond = null;
        await Eventually.TrueAsync(() => File.Exists(PathOf("ujet-voice-recordings/call-103646.mp3")));
        Assert.Equal(bytes.Length, new FileInfo(PathOf("ujet-voice-recordings/call-103646.mp3")).Length);
    }

    [Fact]
    [Rule("STO-59"), Rule("STO-61")]
    public async Task A_file_that_the_store_refuses_is_a_dead_letter_after_its_tries_and_is_stored_once_it_is_replayed()
    {
        await ConfigureAsync();
        Directory.CreateDirectory(PathOf(""));
        await File.WriteAllTextAsync(PathOf("ujet-chat-transcripts"), "a file where a folder should be", Cancellation);
        List<SessionFileFailed> failed = [];
        using var listening = await ListenAsync(failed);
        Outside.Transcripts["chat-135"] = "[2026-03-23 13:12:51] end_user: hello\n";
        Outside.Documents["chat-135"] = (MetadataText.Of("chat-135"), 1);

        await PublishAsync(Ended("chat", 135, Now));
        var files = await FilesAsync("chat-135", SessionFileState.Stored, SessionFileState.Failed);
        Assert.Equal((SessionFileState.Stored, SessionFileState.Failed, "STORE_REFUSED"), (files["chat-135.json"].State, files["chat-135.txt"].State, files["chat-135.txt"].Reason));
        await Eventually.TrueAsync(() => failed.Count == 1);
        Assert.Equal(("transcript", "STORE_REFUSED"), (failed[0].Kind, failed[0].Reason));
        DeadLetter? letter = null;
        await Eventually.TrueAsync(async () => (letter = (await Operations.ListDeadLettersAsync(new(), cancellationToken: Cancellation)).DeadLetters.SingleOrDefault()) is not null);
        Assert.Equal(("files.upload", Attempts), (letter!.Kind, letter.Attempts));

        File.Delete(PathOf("ujet-chat-transcripts"));
        await Operations.ReplayDeadLetterAsync(new() { DeadLetterId = letter.Id }, cancellationToken: Cancellation);
        await FilesAsync("chat-135", SessionFileState.Stored);
        Assert.Equal(Outside.Transcripts["chat-135"], await File.ReadAllTextAsync(PathOf("ujet-chat-transcripts/chat-135.txt"), Cancellation));
    }

    [Fact]
    [Rule("STO-22"), Rule("STO-62")]
    public async Task A_server_with_another_key_gets_nothing_until_five_minutes_have_passed_or_its_settings_are_mended()
    {
        await ConfigureAsync(pin: "SHA256:" + new string('A', 43));
        Outside.Transcripts["chat-135"] = "[2026-03-23 13:12:51] end_user: hello\n";
        Outside.Documents["chat-135"] = (MetadataText.Of("chat-135"), 1);
        await PublishAsync(Ended("chat", 135, Now));

        StoreHealth? health = null;
        await Eventually.TrueAsync(async () => (health = (await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Health) is { Healthy: false, WaitingFiles: 2 });
        Assert.Equal("HOST_KEY_MISMATCH", health!.Reason);
        Assert.Contains("SHA256:" + new string('A', 43), health.Detail, StringComparison.Ordinal);
        Assert.InRange(health.NextProbeTime.ToDateTimeOffset() - Now, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
        Assert.Empty(Stored());
        await Eventually.TrueAsync(async () => await QueryAsync<bool>("SELECT count(*) = 2 AND max(attempt) = 0 FROM durable.jobs WHERE kind = 'files.upload' AND state <> 'LEASED'"));

        await ConfigureAsync();
        await FilesAsync("chat-135", SessionFileState.Stored);
    }

    [Fact]
    [Rule("STO-20"), Rule("STO-24"), Rule("STO-26"), Rule("STO-64")]
    public async Task A_process_that_is_killed_in_the_middle_is_replaced_by_another_that_goes_on_at_the_checkpoint()
    {
        await ConfigureAsync();
        await StopAsync();
        var start = new ProcessStartInfo("dotnet", [typeof(StorageExportHost).Assembly.Location, .. Arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        byte[] bytes;
        int killed;
        using (var first = Process.Start(start)!)
        {
            try
            {
                _ = first.StandardOutput.ReadToEndAsync(Cancellation);
                _ = first.StandardError.ReadToEndAsync(Cancellation);
                bytes = await BeginRecordingAsync(40);
                await Eventually.TrueAsync(async () => await QueryAsync<bool>("SELECT coalesce(max(upload_offset), 0) > 8000000 FROM storage.files"));
            }
            finally
            {
                killed = first.Id;
                var clients = SshProcesses.Of(killed);
                first.Kill();
                await first.WaitForExitAsync(CancellationToken.None);
                foreach (var client in clients)
                    client.Kill();
            }
        }

        Assert.Single(Stored(), name => name.EndsWith(".part", StringComparison.Ordinal));
        await StartAsync();
        Assert.DoesNotContain(Directory.GetDirectories("/dev/shm", "contactcenter-ssh-*"), path => path.Contains($"-{killed}-", StringComparison.Ordinal));
        await CompleteAsync(bytes);
    }

    /// <summary>Stages a recording and has it uploaded through a slow network.</summary>
    private async Task<byte[]> BeginRecordingAsync(int mebibytes)
    {
        _proxy.BytesPerSecond = 12_000_000;
        byte[] bytes = [.. "ID3"u8, .. Content.Random(mebibytes << 20).Bytes];
        Outside.Media["/recording"] = ("audio/mpeg", bytes);
        await PublishAsync(Added("call", 103646, "recording", "RE1", new(Outside.Http, "/recording")));
        return bytes;
    }

    private long PartLength() => Stored().Where(name => name.EndsWith(".part", StringComparison.Ordinal)).Select(name => new FileInfo(PathOf(name))).Where(file => file.Exists).Sum(file => file.Length);

    private async Task CompleteAsync(byte[] bytes)
    {
        Assert.False(File.Exists(PathOf("ujet-voice-recordings/call-103646.mp3")));
        _proxy.BytesPerSecond = null;
        await Eventually.TrueAsync(async () => (await FilesAsync("call-103646", SessionFileState.Stored, SessionFileState.Uploading, SessionFileState.Pending)).Values.Single().State == SessionFileState.Stored);
        Assert.Equal(["ujet-voice-recordings/call-103646.mp3"], Stored());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(PathOf("ujet-voice-recordings/call-103646.mp3"), Cancellation));
    }
}
