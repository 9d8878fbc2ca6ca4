using ContactCenter.Events.Storage;
using ContactCenter.Storage.V1;
using ContactCenter.StorageExport.Tests.Documents;
using ContactCenter.StorageExport.Tests.Sftp;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.StorageExport.Tests.Export;

/// <summary>What depends on hours and days, in a time that the test lets pass.</summary>
[Collection(nameof(SshServer))]
public sealed class ClockTests(TestServers servers, SshServer server) : ExportTest(servers, server)
{
    private const string WrongPin = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    // Calls go by the system's clock, so that this one stays behind it and they may take as long as it lags.
    private readonly ManualTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().AddDays(-40).ToUnixTimeSeconds()));

    protected override TimeProvider Clock => _time;

    protected override IEnumerable<string> Settings => [.. base.Settings, "--Storage:Metadata:Debounce=00:01:00", "--ServiceClients:insights-enrichment:Deadline=60.00:00:00"];

    [Fact]
    [Rule("STO-3"), Rule("STO-59"), Rule("STO-63")]
    public async Task What_waits_is_shown_by_kind_and_age_and_told_of_after_an_hour_and_what_never_came_is_listed_after_a_day()
    {
        List<StoreHealthChanged> changes = [];
        using var listening = await ListenAsync(changes);
        await ConfigureAsync(WrongPin);
        AddChat(135);
        await PublishAsync(Ended("chat", 135, _time.GetUtcNow()), Added("call", 7, "recording", "RE1", null));
        await Eventually.TrueAsync(async () => (await HealthAsync()) is { Healthy: false, WaitingFiles: 2, Degraded: false });

        await PassAsync(TimeSpan.FromMinutes(16));
        var transcripts = await BacklogAsync(SessionFileKind.ChatTranscript);
        Assert.Equal((1, 1, 0, 0, null), (transcripts.WaitingFiles, transcripts.WaitingOver15Minutes, transcripts.WaitingOverHour, transcripts.MissingFiles, transcripts.ExpectedEndTime));
        Assert.Equal(_time.GetUtcNow().AddMinutes(-16), transcripts.OldestWaitingTime.ToDateTimeOffset());
        Assert.True(await HealthAsync() is { Degraded: true, Overdue: false });
        await PassAsync(TimeSpan.FromMinutes(45));
        Assert.Equal(1, (await BacklogAsync(SessionFileKind.SessionMetadata)).WaitingOverHour);
        await Eventually.TrueAsync(() => changes.Exists(change => change is { Healthy: false, Overdue: true, WaitingFiles: 2 }));

        await IdleAsync();
        await ConfigureAsync();
        await FilesAsync("chat-135", SessionFileState.Stored);
        await PassAsync(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => changes.Exists(change => change is { Healthy: true, Overdue: false, WaitingFiles: 0 }));

        // One was stored in the last ten minutes, so another one takes as long.
        await ConfigureAsync(WrongPin);
        AddChat(136);
        await PublishAsync(Ended("chat", 136, _time.GetUtcNow()));
        await Eventually.TrueAsync(async () => (await HealthAsync()).WaitingFiles == 2);
        Assert.Equal(_time.GetUtcNow().AddMinutes(10), (await BacklogAsync(SessionFileKind.ChatTranscript)).ExpectedEndTime.ToDateTimeOffset());

        await PassAsync(TimeSpan.FromHours(23));
        Assert.Equal(1, (await BacklogAsync(SessionFileKind.CallRecording)).MissingFiles);
        var missing = (await Files.ListFilesAsync(new() { State = SessionFileState.Expected, StateTimeBefore = _time.GetUtcNow().AddHours(-24).ToTimestamp() }, cancellationToken: Cancellation)).Files;
        Assert.Equal(("call-7", SessionFileKind.CallRecording), (Assert.Single(missing).Session, missing[0].Kind));
        // An upload that such a leap has cut short is tried again after some minutes.
        do
            await PassAsync(TimeSpan.FromMinutes(1));
        while ((await PendingAsync(100)).Files.Count < 2);
        await ListsInPagesAsync();
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", Files.ListFilesAsync(new() { State = SessionFileState.Stored }, cancellationToken: Cancellation), "state");
    }

    [Fact]
    [Rule("STO-40"), Rule("STO-41")]
    public async Task A_document_is_written_after_a_quarter_of_an_hour_again_a_minute_after_the_last_time_and_for_30_days()
    {
        await ConfigureAsync(kinds: SessionFileKind.SessionMetadata);
        Outside.Documents["call-7"] = (MetadataText.Of("call-7"), 1);
        await PublishAsync(Ended("call", 7, _time.GetUtcNow().AddMinutes(15)));
        await PassAsync(TimeSpan.FromSeconds(899));
        await IdleAsync();
        Assert.Empty(Stored());
        await PassAsync(TimeSpan.FromSeconds(1));
        await StoredAsync(1);

        Outside.Documents["call-7"] = (MetadataText.Of("call-7", ("rating", 5)), 2);
        await PublishAsync(Updated("call", 7, "rating"), Updated("call", 7, "dispositions"));
        await PassAsync(TimeSpan.FromSeconds(59));
        await IdleAsync();
        await StoredAsync(1);
        await PassAsync(TimeSpan.FromSeconds(1));
        await StoredAsync(2);

        await PassAsync(TimeSpan.FromDays(29));
        Outside.Documents["call-7"] = (MetadataText.Of("call-7", ("rating", 4)), 3);
        await PublishAsync(Updated("call", 7, "rating"));
        // Such a leap ends connections; an upload that has found one of them is tried again after a second.
        while (!await IsStoredAsync(3))
            await PassAsync(TimeSpan.FromSeconds(1));
        await PassAsync(TimeSpan.FromDays(1));
        Outside.Documents["call-7"] = (MetadataText.Of("call-7", ("rating", 3)), 4);
        await PublishAsync(Updated("call", 7, "rating"));
        await IdleAsync();
        await StoredAsync(3);
        Assert.Equal(MetadataText.Of("call-7", ("rating", 4)), await File.ReadAllTextAsync(PathOf("ujet-metadata/call-7.json"), Cancellation));
    }

    private void AddChat(int id) => (Outside.Documents[$"chat-{id}"], Outside.Transcripts[$"chat-{id}"]) = ((MetadataText.Of($"chat-{id}"), 1), "[2026-03-02 08:00:00] end_user: hello\n");

    private Task StoredAsync(int revision) => Eventually.TrueAsync(() => IsStoredAsync(revision));

    private async Task<bool> IsStoredAsync(int revision) =>
        (await FilesAsync("call-7", SessionFileState.Stored, SessionFileState.Pending, SessionFileState.Uploading))["call-7.json"].Stored?.Revision == revision;

    private async Task ListsInPagesAsync()
    {
        await IdleAsync();
        var first = await PendingAsync(1);
        var second = await PendingAsync(1, first.NextPageToken);
        Assert.Equal(["chat-136.json", "chat-136.txt"], first.Files.Concat(second.Files).Select(file => file.FileName).Order(StringComparer.Ordinal));
        Assert.Equal("", second.NextPageToken);
    }

    private async Task<ListFilesResponse> PendingAsync(int size, string page = "") =>
        await Files.ListFilesAsync(new() { State = SessionFileState.Pending, PageSize = size, PageToken = page }, cancellationToken: Cancellation);

    private async Task<StoreHealth> HealthAsync() => (await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Health;

    private async Task<KindBacklog> BacklogAsync(SessionFileKind kind) =>
        (await Stores.GetBacklogAsync(new(), cancellationToken: Cancellation)).Kinds.Single(backlog => backlog.Kind == kind);

    /// <summary>Lets time pass once nothing is under way that it would cut short.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        await IdleAsync();
        _time.Advance(time);
    }

    private Task IdleAsync() => Eventually.TrueAsync(async () =>
        (await Operations.ListQueuesAsync(new() { PageSize = 1_000 }, cancellationToken: Cancellation)).Queues.All(queue => queue is { Running: 0, OldestDueAge: null }));
}
