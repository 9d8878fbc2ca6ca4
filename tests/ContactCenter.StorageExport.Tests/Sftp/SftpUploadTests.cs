using ContactCenter.StorageExport.Sftp;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Tests.Sftp;

public sealed class SftpUploadTests : IAsyncDisposable
{
    private const string Recordings = "acme/ujet-voice-recordings";
    private const string Target = "acme/ujet-voice-recordings/call-103646.mp3";
    private const int Write = 261_120;

    /// <summary>Packets of the server before the answers to writes: its version, its limits, the handle.</summary>
    private const int Before = 3;

    private readonly SftpServer _server = new();
    private readonly List<long> _checkpoints = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [Rule("STO-24"), Rule("STO-25"), Rule("STO-27"), Rule("STO-60")]
    [InlineData(0, null)]
    [InlineData(1, null)]
    [InlineData(Write, null)]
    [InlineData((3 * Write) + 1, null)]
    [InlineData(1_000_000, "posix-rename")]
    [InlineData(1_000_000, "fsync,limits")]
    public async Task A_file_is_written_whole_and_takes_the_place_of_the_one_before(int length, string? without)
    {
        await using var connection = await _server.ConnectAsync(without);
        foreach (var seed in new[] { 1, 2 })
        {
            var content = Content.Random(length, seed);
            var upload = Upload(content);
            await upload.RunAsync(connection, 0, Cancellation);

            Assert.Equal([Target], _server.Files());
            Assert.Equal(content.Bytes, await File.ReadAllBytesAsync(Path.Combine(_server.Folder, Target), Cancellation));
            Assert.Equal(without != "fsync,limits", upload.IsDurable);
        }
    }

    [Fact]
    [Rule("STO-24"), Rule("STO-29")]
    public async Task Folders_are_made_when_they_are_first_needed_and_permissions_are_narrow()
    {
        await using var connection = await _server.ConnectAsync();
        await Upload(Content.Random(10)).RunAsync(connection, 0, Cancellation);

        const UnixFileMode Group = UnixFileMode.GroupRead;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | Group, File.GetUnixFileMode(Path.Combine(_server.Folder, Target)));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | Group | UnixFileMode.GroupExecute,
            File.GetUnixFileMode(Path.Combine(_server.Folder, Recordings)));
    }

    [Fact]
    [Rule("STO-24")]
    public async Task A_reader_sees_the_old_file_or_the_new_one_and_nothing_else()
    {
        await using var connection = await _server.ConnectAsync();
        await Upload(Content.Random(3_000_000, 1)).RunAsync(connection, 0, Cancellation);
        using var end = new CancellationTokenSource();
        var path = Path.Combine(_server.Folder, Target);
        var reading = Task.Run(() =>
        {
            var lengths = new HashSet<long>();
            while (!end.IsCancellationRequested)
                lengths.Add(new FileInfo(path).Length);
            return lengths;
        }, Cancellation);

        for (var turn = 0; turn < 20; turn++)
            await Upload(Content.Random(turn % 2 == 0 ? 4_000_000 : 3_000_000, turn)).RunAsync(connection, 0, Cancellation);
        await end.CancelAsync();

        Assert.Subset(new HashSet<long> { 3_000_000, 4_000_000 }, await reading);
    }

    [Fact]
    [Rule("STO-26")]
    public async Task Example_7_3_the_same_process_goes_on_behind_the_last_answer()
    {
        var content = Content.Random(20_971_520);
        var upload = Upload(content);
        await CutAsync(upload, Before + 36);
        Assert.Equal((9_400_320, false), (upload.Acknowledged, File.Exists(Path.Combine(_server.Folder, Target))));

        content.Reads.Clear();
        await ResumeAsync(upload, upload.Acknowledged);
        Assert.Equal((9_334_784, 65_536), content.Reads[0]);
        Assert.Equal(9_400_320, content.Reads[1].Offset);
        await CompleteAsync(content);
    }

    [Fact]
    [Rule("STO-26")]
    public async Task Example_7_3_another_process_goes_on_at_the_checkpoint()
    {
        var content = Content.Random(20_971_520);
        // All 81 writes and the first checkpoint between them are answered, and the connection breaks.
        await CutAsync(Upload(content), Before + 82);
        Assert.Equal(8_616_960, _checkpoints[0]);

        content.Reads.Clear();
        await ResumeAsync(Upload(content), _checkpoints[0]);
        Assert.Equal(12_354_560, content.Reads.Skip(1).SkipLast(1).Sum(read => (long)read.Length));
        await CompleteAsync(content);
    }

    [Theory]
    [Rule("STO-26")]
    [InlineData(false, 5_000_000)]
    [InlineData(true, 0)]
    public async Task Example_7_3_a_shorter_part_is_gone_on_with_and_another_one_written_anew(bool isOther, long offset)
    {
        var content = Content.Random(20_971_520);
        var upload = Upload(content);
        await CutAsync(upload, Before + 36);
        await using (var part = File.OpenWrite(Path.Combine(_server.Folder, Recordings, ".call-103646.mp3.u1.part")))
        {
            part.SetLength(5_000_000);
            part.Position = 4_950_000;
            if (isOther)
                part.WriteByte((byte)(content.Bytes[4_950_000] + 1));
        }

        content.Reads.Clear();
        await ResumeAsync(upload, upload.Acknowledged);
        Assert.Equal(offset, content.Reads[1].Offset);
        await CompleteAsync(content);
    }

    [Fact]
    [Rule("STO-28")]
    public async Task What_the_server_refuses_is_told_in_terms_of_the_store()
    {
        File.WriteAllText(Path.Combine(_server.Folder, "acme"), "a file where a folder should be");
        await using var connection = await _server.ConnectAsync();

        var failure = await Assert.ThrowsAsync<StoreException>(() => Upload(Content.Random(10)).RunAsync(connection, 0, Cancellation));

        Assert.Equal(("STORE_REFUSED", false), (failure.Reason, failure.ConcernsStore));
        await Upload(Content.Random(10), "elsewhere").RunAsync(connection, 0, Cancellation);
        await using var readOnly = await _server.ConnectAsync(without: "open");
        failure = await Assert.ThrowsAsync<StoreException>(() => Upload(Content.Random(10), "elsewhere").RunAsync(readOnly, 0, Cancellation));
        Assert.Equal(("STORE_PERMISSION_DENIED", false), (failure.Reason, failure.ConcernsStore));
        Assert.Contains("elsewhere", failure.Detail, StringComparison.Ordinal);
    }

    private SftpUpload Upload(Content content, string folder = Recordings) => new(content, folder, "call-103646.mp3", new("u1"), (offset, _) =>
    {
        _checkpoints.Add(offset);
        return Task.CompletedTask;
    });

    private async Task CutAsync(SftpUpload upload, int packets)
    {
        // The folders are there: they would be packets too.
        Directory.CreateDirectory(Path.Combine(_server.Folder, Recordings));
        await using var connection = await _server.ConnectAsync(packets: packets);
        await Assert.ThrowsAsync<SftpConnectionLostException>(() => upload.RunAsync(connection, 0, Cancellation));
    }

    private async Task ResumeAsync(SftpUpload upload, long offset)
    {
        await using var connection = await _server.ConnectAsync();
        await upload.RunAsync(connection, offset, Cancellation);
    }

    private async Task CompleteAsync(Content content)
    {
        Assert.Equal([Target], _server.Files());
        Assert.Equal(content.Bytes, await File.ReadAllBytesAsync(Path.Combine(_server.Folder, Target), Cancellation));
    }
}
