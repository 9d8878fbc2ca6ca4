using System.Security.Cryptography;
using System.Text;
using ContactCenter.Events.Crm;
using ContactCenter.Events.Storage;
using ContactCenter.ServiceDefaults;
using ContactCenter.Storage.V1;
using ContactCenter.StorageExport.Tests.Sftp;
using Grpc.Core;

namespace ContactCenter.StorageExport.Tests.Export;

/// <summary>Files that the CRM gets too: who is told of them, how their bytes are read, and how long they can be.</summary>
[Collection(nameof(SshServer))]
public sealed class CrmCopyTests(TestServers servers, SshServer server) : ExportTest(servers, server)
{
    [Fact]
    [Rule("STO-51"), Rule("STO-52")]
    public async Task Files_are_sent_to_the_crm_too_once_that_is_switched_on()
    {
        List<SessionFileReady> ready = [];
        using var listening = await ListenAsync(ready);
        await ConfigureAsync();
        await StoreChatAsync(1, "one\n");
        await SendToCrmAsync();
        await StoreChatAsync(2, "two\n");
        await Eventually.TrueAsync(() => ready.Count == 2);
        Assert.Equal([(1L, false), (2L, true)], ready.OrderBy(file => file.SessionId).Select(file => (file.SessionId, file.SendToCrm)));

        // It exists only while files are stored at all.
        var store = (await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Store;
        store.Enabled = false;
        await FailsAsync(StatusCode.FailedPrecondition, "STORAGE_DISABLED", Stores.UpdateStoreAsync(new() { Store = store }, cancellationToken: Cancellation));
    }

    [Fact]
    [Rule("STO-52")]
    public async Task The_bytes_of_a_file_are_read_whole_and_only_those_of_its_present_revision()
    {
        await ConfigureAsync();
        var text = string.Concat(Enumerable.Repeat("[2026-03-23 13:12:51] end_user: Grüße\n", 60_000));
        await StoreChatAsync(135, text);
        var listed = (await FilesAsync("chat-135", SessionFileState.Stored, SessionFileState.Expected))["chat-135.txt"];

        var (file, bytes) = await ReadAsync(listed.Id, 1);
        Assert.Equal(listed, file);
        Assert.Equal(text, Encoding.UTF8.GetString(bytes));
        Assert.Equal(listed.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));

        await StoreChatAsync(135, "another\n", late: true);
        Assert.Equal("another\n", Encoding.UTF8.GetString((await ReadAsync(listed.Id, 0)).Bytes));
        await RefusedAsync(StatusCode.FailedPrecondition, "FILE_REPLACED", new() { FileId = listed.Id, Revision = 1 });
        await RefusedAsync(StatusCode.NotFound, "FILE_NOT_FOUND", new() { FileId = Guid.CreateVersion7(Now).ToString() });
        await RefusedAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", new());
        await RefusedAsync(StatusCode.InvalidArgument, "FIELD_INVALID", new() { FileId = "chat-135.txt" });
        await RefusedAsync(StatusCode.InvalidArgument, "FIELD_INVALID", new() { FileId = listed.Id, Revision = -1 });
        var expected = (await Files.ListSessionFilesAsync(new() { Session = "chat-135" }, cancellationToken: Cancellation)).Files.Single(one => one.Kind == SessionFileKind.SessionMetadata);
        await RefusedAsync(StatusCode.FailedPrecondition, "CONTENT_NOT_STAGED", new() { FileId = expected.Id });
    }

    [Fact]
    [Rule("STO-49")]
    public async Task Bytes_stay_until_the_crm_has_them_too_for_at_most_seven_days()
    {
        await ConfigureAsync();
        await StoreChatAsync(1, "not for the CRM\n");
        await SendToCrmAsync();
        await StoreChatAsync(2, "the CRM has it\n");
        await StoreChatAsync(3, "the CRM waits\n");
        await StoreChatAsync(4, "the CRM waited too long\n");
        await PublishAsync(Uploaded(await IdAsync(2)));
        await ExecuteAsync("UPDATE storage.files SET stored_time = stored_time - CASE session_id WHEN 4 THEN interval '7 days 1 minute' ELSE interval '2 hours' END");

        await SweepAsync();

        await RefusedAsync(StatusCode.FailedPrecondition, "CONTENT_NOT_STAGED", new() { FileId = await IdAsync(1) });
        await RefusedAsync(StatusCode.FailedPrecondition, "CONTENT_NOT_STAGED", new() { FileId = await IdAsync(2) });
        Assert.Equal("the CRM waits\n", Encoding.UTF8.GetString((await ReadAsync(await IdAsync(3), 1)).Bytes));
        await RefusedAsync(StatusCode.FailedPrecondition, "CONTENT_NOT_STAGED", new() { FileId = await IdAsync(4) });
    }

    private async Task SendToCrmAsync()
    {
        var store = (await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Store;
        store.AlsoSendToCrm = true;
        Assert.True((await Stores.UpdateStoreAsync(new() { Store = store }, cancellationToken: Cancellation)).Store.AlsoSendToCrm);
    }

    private async Task StoreChatAsync(long id, string text, bool late = false)
    {
        Outside.Transcripts[$"chat-{id}"] = text;
        await PublishAsync(late ? Sent("chat", id) : Ended("chat", id, Now.AddMinutes(15)));
        var path = PathOf($"ujet-chat-transcripts/chat-{id}.txt");
        await Eventually.TrueAsync(async () => File.Exists(path) && await File.ReadAllTextAsync(path, Cancellation) == text);
        await Eventually.TrueAsync(async () => await QueryAsync<long>($"SELECT count(*) FROM storage.files WHERE session_id = {id} AND kind = 'transcript' AND state = 'STORED'") == 1);
    }

    private async Task<string> IdAsync(long id) => (await QueryAsync<Guid>($"SELECT file_id FROM storage.files WHERE session_id = {id} AND kind = 'transcript'")).ToString();

    private async Task SweepAsync()
    {
        var job = (await Operations.ListJobsAsync(new() { Filter = new() { Kind = "files.sweep" } }, cancellationToken: Cancellation)).Jobs.Single();
        await Operations.RunJobNowAsync(new() { JobId = job.Id }, cancellationToken: Cancellation);
        await Eventually.TrueAsync(async () => (await Operations.ListJobsAsync(new() { Filter = new() { Kind = "files.sweep" } }, cancellationToken: Cancellation)).Jobs.Any(next => next.Id != job.Id));
    }

    private async Task<(SessionFile File, byte[] Bytes)> ReadAsync(string id, int revision)
    {
        using var call = Files.ReadFile(new() { FileId = id, Revision = revision }, cancellationToken: Cancellation);
        using var bytes = new MemoryStream();
        SessionFile? file = null;
        await foreach (var part in call.ResponseStream.ReadAllAsync(Cancellation))
        {
            Assert.Equal(file is null, part.PartCase == ReadFileResponse.PartOneofCase.File);
            file ??= part.File;
            part.Data.WriteTo(bytes);
        }

        return (file!, bytes.ToArray());
    }

    private async Task RefusedAsync(StatusCode code, string reason, ReadFileRequest request)
    {
        using var call = Files.ReadFile(request, cancellationToken: Cancellation);
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal((code, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
    }

    private static CrmFileUploaded Uploaded(string fileId) => new()
    {
        EventId = Guid.CreateVersion7(Now),
        OccurredTime = Now,
        RecordedTime = Now,
        AccountSid = "AC1",
        SessionKind = "chat",
        SessionId = 2,
        FileId = fileId,
        Kind = "transcript",
        Revision = 1,
    };
}
