using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ContactCenter.Events.Storage;
using ContactCenter.Operations.V1;
using ContactCenter.Storage.V1;
using ContactCenter.StorageExport.Tests.Documents;
using ContactCenter.StorageExport.Tests.Sftp;
using Grpc.Core;

namespace ContactCenter.StorageExport.Tests.Export;

/// <summary>Metadata documents and transcripts, from the end of a session to the store.</summary>
[Collection(nameof(SshServer))]
public sealed class DocumentTests(TestServers servers, SshServer server) : ExportTest(servers, server)
{
    private const string ChatMetadata = "ujet-metadata/chat-135.json";
    private const string ChatTranscript = "ujet-chat-transcripts/chat-135.txt";

    [Fact]
    [Rule("STO-40"), Rule("STO-43"), Rule("STO-46"), Rule("STO-65"), Rule("STO-8"), Rule("STO-48")]
    public async Task The_transcript_of_a_chat_is_stored_at_once_and_its_metadata_when_they_are_ready()
    {
        await ConfigureAsync();
        Outside.Transcripts["chat-135"] = "[2026-03-23 13:12:51] end_user: Grüße\n";
        Outside.Documents["chat-135"] = (MetadataText.Of("chat-135"), 7);
        List<SessionFileStored> stored = [];
        List<SessionMetadataWritten> written = [];
        using var first = await ListenAsync(stored);
        using var second = await ListenAsync(written);

        await PublishAsync(Ended("chat", 135, Now.AddMinutes(15)));
        await Eventually.TrueAsync(() => File.Exists(PathOf(ChatTranscript)));
        Assert.Equal(Outside.Transcripts["chat-135"], await File.ReadAllTextAsync(PathOf(ChatTranscript), Cancellation));
        Assert.Equal(
            1L, await QueryAsync<long>("SELECT count(*) FROM durable.jobs WHERE kind = 'documents.take' AND due_time > now() + interval '14 minutes 50 seconds' AND due_time <= now() + interval '15 minutes'"));
        Assert.Equal([ChatTranscript], Stored());

        // Another whose time has come, as at the end of a day that is played later.
        Outside.Documents["call-135"] = (MetadataText.Of("call-135", ("status", "failed")), 3);
        await PublishAsync(Ended("call", 135, Now));
        var files = await FilesAsync("call-135", SessionFileState.Stored);

        var file = files["call-135.json"];
        var bytes = Encoding.UTF8.GetBytes(Outside.Documents["call-135"].Text);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(PathOf("ujet-metadata/call-135.json"), Cancellation));
        Assert.Equal(
            (SessionFileKind.SessionMetadata, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), 3, 1, $"{Folder}/ujet-metadata/call-135.json"),
            (file.Kind, file.Size, file.Sha256, file.RecordVersion, file.Stored.Revision, file.Stored.Location));
        await Eventually.TrueAsync(() => stored.Count == 2 && written.Count == 1);
        Assert.Equal(("call", 135L, 3L), (written[0].SessionKind, written[0].SessionId, written[0].RecordVersion));
        Assert.Equal(["transcript", "metadata"], stored.Select(one => one.Kind).OrderDescending());
    }

    [Fact]
    [Rule("STO-41"), Rule("STO-50")]
    public async Task A_changed_record_is_written_again_under_the_same_name_and_equal_bytes_are_not()
    {
        await ConfigureAsync();
        Outside.Documents["call-7"] = (MetadataText.Of("call-7"), 1);
        await PublishAsync(Ended("call", 7, Now));
        await FilesAsync("call-7", SessionFileState.Stored);

        // Two changes soon after: one version, and not before the pause is over.
        Outside.Documents["call-7"] = (MetadataText.Of("call-7", ("rating", 5)), 2);
        await Operations.PauseQueueAsync(new() { Kind = "documents.take", Note = "so that both can be seen, however busy the machine is" }, cancellationToken: Cancellation);
        await PublishAsync(Updated("call", 7, "rating"), Updated("call", 7, "dispositions"));
        Assert.Equal(
            2L, await QueryAsync<long>("SELECT count(*) FROM durable.jobs j JOIN storage.files f ON j.key = f.file_id::text WHERE j.kind = 'documents.take' AND j.due_time BETWEEN f.taken_time + interval '2.9 seconds' AND f.taken_time + interval '3.1 seconds'"));
        await Operations.ResumeQueueAsync(new() { Kind = "documents.take" }, cancellationToken: Cancellation);
        await Eventually.TrueAsync(async () => (await FilesAsync("call-7", SessionFileState.Stored))["call-7.json"].Stored.Revision == 2);
        Assert.Equal(Outside.Documents["call-7"].Text, await File.ReadAllTextAsync(PathOf("ujet-metadata/call-7.json"), Cancellation));

        await PublishAsync(Updated("call", 7, "agents"));
        await Eventually.TrueAsync(async () => await QueryAsync<bool>("SELECT taken = wanted FROM storage.files"));
        Assert.Equal((2, 2), (await FilesAsync("call-7", SessionFileState.Stored))["call-7.json"] is { } file ? (file.Revision, file.Stored.Revision) : default);
        Assert.Equal(["ujet-metadata/call-7.json"], Stored());

        // After 30 days nobody waits for it any more.
        await ExecuteAsync("UPDATE storage.files SET end_time = end_time - interval '31 days'");
        var wanted = await QueryAsync<int>("SELECT wanted FROM storage.files");
        await PublishAsync(Updated("call", 7, "rating"));
        Assert.Equal(wanted, await QueryAsync<int>("SELECT wanted FROM storage.files"));
    }

    [Fact]
    [Rule("STO-43"), Rule("STO-11")]
    public async Task A_chat_without_entries_gets_no_transcript_until_one_arrives_late()
    {
        await ConfigureAsync(kinds: SessionFileKind.ChatTranscript);
        Outside.Documents["chat-135"] = (MetadataText.Of("chat-135"), 1);
        await PublishAsync(Ended("chat", 135, Now));
        var files = await FilesAsync("chat-135", SessionFileState.Skipped);
        Assert.Equal([("chat-135.json", "KIND_DISABLED"), ("chat-135.txt", "")], files.Values.Select(file => (file.FileName, file.FileName == "chat-135.txt" ? "" : file.Reason)).OrderBy(file => file.FileName, StringComparer.Ordinal));
        await Eventually.TrueAsync(async () => (await FilesAsync("chat-135", SessionFileState.Skipped))["chat-135.txt"].Reason == "NO_ENTRIES");

        Outside.Transcripts["chat-135"] = "[2026-03-23 13:12:51] end_user: late\n";
        await PublishAsync(Sent("chat", 135));
        await Eventually.TrueAsync(() => File.Exists(PathOf(ChatTranscript)));
        Outside.Transcripts["chat-135"] += "[2026-03-23 13:12:52] end_user: later\n";
        await PublishAsync(Sent("chat", 135));
        await Eventually.TrueAsync(async () => await File.ReadAllTextAsync(PathOf(ChatTranscript), Cancellation) == Outside.Transcripts["chat-135"]);

        // A call has a transcript if something was written in it.
        Outside.Transcripts["call-9"] = "[2026-03-23 13:12:51] end_user: a text in a call\n";
        await PublishAsync(Sent("call", 9));
        Assert.False(File.Exists(PathOf("ujet-chat-transcripts/call-9.txt")));
        await PublishAsync(Ended("call", 9, Now));
        await Eventually.TrueAsync(() => File.Exists(PathOf("ujet-chat-transcripts/call-9.txt")));
        Assert.DoesNotContain(ChatMetadata, Stored());
    }

    [Fact]
    [Rule("STO-1"), Rule("STO-2"), Rule("STO-59")]
    public async Task What_is_off_is_catalogued_and_not_fetched_and_switching_on_does_not_reach_back()
    {
        await PublishAsync(Ended("chat", 1, Now));
        Assert.All((await FilesAsync("chat-1", SessionFileState.Skipped)).Values, file => Assert.Equal("STORAGE_DISABLED", file.Reason));
        await ConfigureAsync(enabled: false);
        await PublishAsync(Ended("chat", 2, Now));
        Assert.All((await FilesAsync("chat-2", SessionFileState.Skipped)).Values, file => Assert.Equal("STORAGE_DISABLED", file.Reason));

        await ConfigureAsync(kinds: SessionFileKind.SessionMetadata);
        Outside.Documents["chat-2"] = (MetadataText.Of("chat-2"), 1);
        Outside.Documents["chat-3"] = (MetadataText.Of("chat-3"), 1);
        await PublishAsync(Updated("chat", 2, "rating"), Ended("chat", 3, Now));
        var files = await FilesAsync("chat-3", SessionFileState.Stored, SessionFileState.Skipped);
        Assert.Equal("KIND_DISABLED", files["chat-3.txt"].Reason);
        await Eventually.TrueAsync(async () => await QueryAsync<long>("SELECT count(*) FROM durable.jobs WHERE kind LIKE 'documents.%'") == 0);
        Assert.Equal(["ujet-metadata/chat-3.json"], Stored());
    }

    [Fact]
    [Rule("STO-80")]
    public async Task A_document_that_fails_its_schema_is_not_written_and_its_dead_letter_says_where()
    {
        await ConfigureAsync();
        List<SessionFileFailed> failed = [];
        using var listening = await ListenAsync(failed);
        Outside.Documents["call-8"] = (MetadataText.Of("call-8", ("rating", 9), ("email", "eve@example.com"), ("photos", JsonNode.Parse("""[{"id":"a secret"}]"""))), 1);
        Outside.Documents["call-9"] = (MetadataText.Of("call-10"), 1);
        await PublishAsync(Ended("call", 8, Now), Ended("call", 9, Now));

        Assert.Equal("DOCUMENT_INVALID", (await FilesAsync("call-8", SessionFileState.Failed))["call-8.json"].Reason);
        Assert.Equal("DOCUMENT_INVALID", (await FilesAsync("call-9", SessionFileState.Failed))["call-9.json"].Reason);
        IReadOnlyList<DeadLetter> letters = [];
        await Eventually.TrueAsync(async () => (letters = (await Operations.ListDeadLettersAsync(new(), cancellationToken: Cancellation)).DeadLetters).Count == 2);
        var letter = letters.Single(one => one.Error.Contains("call-8", StringComparison.Ordinal));
        Assert.Equal("document_invalid", letter.ErrorClass);
        Assert.Contains("/rating (maximum), /photos/0/url (required), /photos/0/created_at (required)", letter.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", letter.Error, StringComparison.Ordinal);
        Assert.Contains(letters, one => one.Error.Contains("call-9 do not follow their schema: /id (another session)", StringComparison.Ordinal));
        await Eventually.TrueAsync(() => failed.Count == 2);
        Assert.All(failed, one => Assert.Equal(("metadata", "DOCUMENT_INVALID"), (one.Kind, one.Reason)));
        Assert.Empty(Stored());

        Outside.Documents["call-8"] = (MetadataText.Of("call-8", ("rating", 5)), 2);
        await Operations.ReplayDeadLetterAsync(new() { DeadLetterId = letter.Id }, cancellationToken: Cancellation);
        await FilesAsync("call-8", SessionFileState.Stored);
        Assert.Equal(["ujet-metadata/call-8.json"], Stored());

        // What is stored stays, and is said to be behind.
        Outside.Documents["call-8"] = ("{}", 3);
        await PublishAsync(Updated("call", 8, "rating"));
        await Eventually.TrueAsync(async () => (await FilesAsync("call-8", SessionFileState.Stored, SessionFileState.Failed))["call-8.json"] is { State: SessionFileState.Failed, Stored.Revision: 1 });
        Outside.Documents["call-8"] = (MetadataText.Of("call-8", ("rating", 5)), 4);
        await PublishAsync(Updated("call", 8, "rating"));
        await Eventually.TrueAsync(async () => (await FilesAsync("call-8", SessionFileState.Stored, SessionFileState.Failed))["call-8.json"].State == SessionFileState.Stored);
    }

    [Fact]
    [Rule("STO-65"), Rule("STO-13")]
    public async Task The_files_of_a_session_come_in_pages_and_a_bad_session_is_refused()
    {
        await PublishAsync(Ended("chat", 5, Now));
        var first = await Files.ListSessionFilesAsync(new() { Session = "chat-5", PageSize = 1 }, cancellationToken: Cancellation);
        var second = await Files.ListSessionFilesAsync(new() { Session = "chat-5", PageSize = 1, PageToken = first.NextPageToken }, cancellationToken: Cancellation);
        Assert.Equal(("chat-5.json", "chat-5.txt", ""), (first.Files.Single().FileName, second.Files.Single().FileName, second.NextPageToken));
        Assert.Empty((await Files.ListSessionFilesAsync(new() { Session = "call-5" }, cancellationToken: Cancellation)).Files);

        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", Files.ListSessionFilesAsync(new(), cancellationToken: Cancellation), "session");
        foreach (var bad in new[] { "5", "call-007", "call--1", "mail-1", "call-1/2" })
            await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", Files.ListSessionFilesAsync(new() { Session = bad }, cancellationToken: Cancellation), "session");
        await FailsAsync(
            StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", Files.ListSessionFilesAsync(new() { Session = "call-6", PageToken = first.NextPageToken }, cancellationToken: Cancellation), "page_token");
    }
}
