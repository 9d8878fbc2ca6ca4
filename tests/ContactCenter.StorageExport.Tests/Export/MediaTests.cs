using ContactCenter.Events.Storage;
using ContactCenter.Storage.V1;
using ContactCenter.StorageExport.Tests.Sftp;

namespace ContactCenter.StorageExport.Tests.Export;

/// <summary>Recordings, voicemails, photos and videos, from where they lie to the store.</summary>
[Collection(nameof(SshServer))]
public sealed class MediaTests(TestServers servers, SshServer server) : ExportTest(servers, server)
{
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3];

    [Fact]
    [Rule("STO-8"), Rule("STO-9"), Rule("STO-10"), Rule("STO-12"), Rule("STO-44"), Rule("STO-47"), Rule("STO-48")]
    public async Task Media_are_downloaded_when_they_are_added_and_stored_under_their_names()
    {
        await ConfigureAsync();
        byte[] recording = [.. "ID3"u8, .. Content.Random(3_000_000).Bytes];
        Outside.Media["/a"] = ("audio/mpeg", recording);
        Outside.Media["/b"] = ("audio/x-wav; rate=8000", [.. "RIFF0000WAVE"u8, 1]);
        Outside.Media["/photo"] = ("image/jpeg", Jpeg);
        Outside.Media["/png"] = ("image/png", [0x89, 0x50, 0x4E, 0x47, 9]);
        List<SessionFileReady> ready = [];
        using var listening = await ListenAsync(ready);
        await PublishAsync(Added("call", 103646, "recording", "RE1", At("/a"), bytes: recording.Length));
        await PublishAsync(
            Added("call", 103646, "recording", "RE2", At("/b")),
            Added("call", 103646, "voicemail", "VM1", At("/a"), "audio/mpeg"),
            Added("call", 103646, "photo", "7", At("/photo")),
            Added("call", 103646, "photo", "8", At("/png")));

        var files = await FilesAsync("call-103646", SessionFileState.Stored);

        Assert.Equal(
            ["ujet-media/call-103646-photo-7.jpg", "ujet-media/call-103646-photo-8.png", "ujet-voice-recordings/call-103646-2.wav", "ujet-voice-recordings/call-103646.mp3", "ujet-voicemails/call-103646.mp3"],
            Stored());
        Assert.Equal(recording, await File.ReadAllBytesAsync(PathOf("ujet-voice-recordings/call-103646.mp3"), Cancellation));
        Assert.Equal(["call-103646-photo-8.png"], files.Values.Where(file => file.Warning == "NON_STANDARD_TYPE").Select(file => file.FileName));
        await Eventually.TrueAsync(() => ready.Count == 5);
        Assert.Equal([1, 2], ready.Where(one => one.Kind == "recording").Select(one => one.Number).Order());
    }

    [Fact]
    [Rule("STO-50")]
    public async Task Other_bytes_take_the_place_of_a_file_and_the_same_ones_change_nothing()
    {
        await ConfigureAsync();
        Outside.Media["/v"] = ("video/mp4", [.. "0000ftypisom"u8, 1]);
        await PublishAsync(Added("chat", 135, "video", "2", At("/v")));
        Assert.Equal(1, (await FilesAsync("chat-135", SessionFileState.Stored))["chat-135-video-2.mp4"].Revision);

        await PublishAsync(Added("chat", 135, "video", "2", At("/v")));
        await Eventually.TrueAsync(async () => await QueryAsync<bool>("SELECT taken = 2 FROM storage.files"));
        Assert.Equal(1, (await FilesAsync("chat-135", SessionFileState.Stored))["chat-135-video-2.mp4"].Revision);

        Outside.Media["/v"] = ("video/mp4", [.. "0000ftypisom"u8, 2, 3]);
        await PublishAsync(Added("chat", 135, "video", "2", At("/v")));
        await Eventually.TrueAsync(async () => (await FilesAsync("chat-135", SessionFileState.Stored))["chat-135-video-2.mp4"].Stored.Revision == 2);
        Assert.Equal(Outside.Media["/v"].Bytes, await File.ReadAllBytesAsync(PathOf("ujet-media/chat-135-video-2.mp4"), Cancellation));
    }

    [Fact]
    [Rule("STO-12"), Rule("STO-13"), Rule("STO-47"), Rule("STO-59")]
    public async Task What_cannot_be_taken_is_held_or_waits_and_says_why()
    {
        await ConfigureAsync();
        Outside.Media["/text"] = ("text/html", "<html>"u8.ToArray());
        Outside.Media["/other"] = ("image/jpeg", [.. "RIFF0000WAVE"u8]);
        Outside.Media["/short"] = ("image/jpeg", Jpeg);
        await PublishAsync(
            Added("call", 1, "recording", "RE1", At("/text")),
            Added("call", 1, "photo", "1", At("/other")),
            Added("call", 1, "photo", "../../x", At("/short")));
        Assert.Equal(["CONTENT_MISMATCH", "CONTENT_MISMATCH", "MEDIA_ID_INVALID"], await ReasonsAsync("call-1", SessionFileState.Held));

        await PublishAsync(Added("call", 2, "photo", "1", At("/short"), bytes: 99), Added("call", 2, "recording", "RE1", At("/late")), Added("call", 2, "photo", "3", null));
        await Eventually.TrueAsync(() => Outside.Asked.Contains("/late"));
        await Eventually.TrueAsync(async () => (await ReasonsAsync("call-2", SessionFileState.Fetching, SessionFileState.Expected)).Contains("HTTP_STATUS"));
        Outside.Media["/late"] = ("audio/mpeg", [.. "ID3"u8, 1]);
        await Eventually.TrueAsync(() => File.Exists(PathOf("ujet-voice-recordings/call-2.mp3")));

        await PublishAsync(Added("call", 3, "photo", "1", new("http://127.0.0.1:1/forbidden")));
        Assert.Equal(["EGRESS_DENIED"], await ReasonsAsync("call-3", SessionFileState.Failed));
        await Eventually.TrueAsync(async () => await QueryAsync<long>("SELECT count(*) FROM durable.dead_letters") == 1);
    }

    private Uri At(string path) => new(Outside.Http, path);

    private async Task<List<string>> ReasonsAsync(string session, params SessionFileState[] states)
    {
        IReadOnlyList<SessionFile> files = [];
        await Eventually.TrueAsync(async () =>
            (files = (await Files.ListSessionFilesAsync(new() { Session = session }, cancellationToken: Cancellation)).Files).Count > 0 && files.All(file => states.Contains(file.State)));
        return [.. files.Select(file => file.Reason).Order(StringComparer.Ordinal)];
    }
}
