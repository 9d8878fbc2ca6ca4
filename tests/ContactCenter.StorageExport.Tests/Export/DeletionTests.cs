using ContactCenter.Events.Storage;
using ContactCenter.Storage.V1;
using ContactCenter.StorageExport.Tests.Documents;
using ContactCenter.StorageExport.Tests.Sftp;
using Grpc.Core;

namespace ContactCenter.StorageExport.Tests.Export;

/// <summary>Files that are deleted by hand, and do not come back.</summary>
[Collection(nameof(SshServer))]
public sealed class DeletionTests(TestServers servers, SshServer server) : ExportTest(servers, server)
{
    private const string Document = "ujet-metadata/call-7.json";
    private const string WrongPin = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    [Rule("STO-42")]
    public async Task A_deleted_file_is_gone_from_the_store_and_here_and_later_changes_do_not_bring_it_back()
    {
        await ConfigureAsync();
        List<SessionFileDeleted> deleted = [];
        using var listening = await ListenAsync(deleted);
        var file = await StoreDocumentAsync();
        Outside.Media["/photo"] = ("image/jpeg", [0xFF, 0xD8, 0xFF, 0xE0, 1]);
        await PublishAsync(Added("call", 8, "photo", "1", new(Outside.Http, "/photo")));
        var photo = (await FilesAsync("call-8", SessionFileState.Stored)).Values.Single();

        await DeleteAsync(file);
        await DeleteAsync(photo);
        await DeletedAsync("call-7", "call-8");

        Assert.Empty(Stored());
        var gone = (await FilesAsync("call-7", SessionFileState.Deleted)).Values.Single();
        Assert.Equal(("BY_HAND", false, null, file.Sha256), (gone.Reason, gone.Deleting, gone.Stored, gone.Sha256));
        Assert.Equal(0L, await QueryAsync<long>("SELECT count(*) FROM storage.staged_pieces"));
        await Eventually.TrueAsync(() => deleted.Count == 2);
        Assert.Equal(("metadata", file.Id, "BY_HAND", $"{Folder}/{Document}"), deleted.Where(one => one.SessionId == 7).Select(one => (one.Kind, one.FileId, one.Cause, one.Location)).Single());
        Assert.Equal(
            "files.delete OK asked by the owner,files.remove OK",
            await QueryAsync<string>($"SELECT string_agg(concat_ws(' ', action, result, details ->> 'reason'), ',' ORDER BY action) FROM durable.audit_entries WHERE resource = 'files/{file.Id}'"));

        Outside.Documents["call-7"] = (MetadataText.Of("call-7", ("rating", 5)), 2);
        var asked = Outside.Asked.Count;
        await PublishAsync(Updated("call", 7, "rating"), Added("call", 8, "photo", "1", new(Outside.Http, "/photo")), Updated("call", 7, "rating"), Ended("call", 7, Now));
        Assert.Equal("DELETED_BEFORE", (await FilesAsync("call-7", SessionFileState.Skipped)).Values.Single().Reason);
        Assert.Equal("DELETED_BEFORE", (await FilesAsync("call-8", SessionFileState.Skipped)).Values.Single().Reason);
        Assert.Equal(0L, await QueryAsync<long>("SELECT count(*) FROM durable.jobs WHERE kind IN ('documents.take', 'media.take', 'files.upload', 'files.delete')"));
        Assert.Equal(asked, Outside.Asked.Count);
        Assert.Empty(Stored());

        // It is deleted already.
        Assert.Equal(SessionFileState.Skipped, (await DeleteAsync(file)).State);
        Assert.Equal(2L, await QueryAsync<long>($"SELECT count(*) FROM durable.audit_entries WHERE resource = 'files/{file.Id}'"));
    }

    [Fact]
    [Rule("STO-42")]
    public async Task A_file_is_deleted_once_its_store_is_there_again_and_what_was_to_come_of_it_does_not()
    {
        await ConfigureAsync();
        var file = await StoreDocumentAsync();
        await ConfigureAsync(WrongPin);
        Outside.Documents["call-7"] = (MetadataText.Of("call-7", ("rating", 5)), 2);
        await PublishAsync(Updated("call", 7, "rating"));
        await Eventually.TrueAsync(async () => (await FilesAsync("call-7", SessionFileState.Stored, SessionFileState.Uploading, SessionFileState.Pending)).Values.Single().Revision == 2);

        Assert.True((await DeleteAsync(file)).Deleting);
        await Eventually.TrueAsync(async () => await QueryAsync<bool>("SELECT EXISTS (SELECT FROM durable.jobs WHERE kind = 'files.delete')"));
        Assert.Equal([Document], Stored());
        await ConfigureAsync();

        await DeletedAsync("call-7");
        Assert.Empty(Stored());
        Assert.Equal(0L, await QueryAsync<long>("SELECT count(*) FROM durable.dead_letters"));
    }

    [Fact]
    [Rule("STO-42"), Rule("STO-68")]
    public async Task What_the_store_refuses_to_delete_is_held_until_it_does_not()
    {
        await ConfigureAsync();
        var file = await StoreDocumentAsync();
        File.Delete(PathOf(Document));
        Directory.CreateDirectory(PathOf(Document + "/in the way"));

        await DeleteAsync(file);
        Assert.Equal(("STORE_REFUSED", false), (await FilesAsync("call-7", SessionFileState.Held)).Values.Select(held => (held.Reason, held.Deleting)).Single());

        // Somebody has removed it, which is as good.
        Directory.Delete(PathOf(Document), recursive: true);
        await DeleteAsync(file);
        await DeletedAsync("call-7");
        Assert.Equal("OK,STORE_REFUSED", await QueryAsync<string>("SELECT string_agg(result, ',' ORDER BY result) FROM durable.audit_entries WHERE action = 'files.remove'"));
    }

    [Fact]
    [Rule("STO-1"), Rule("STO-5"), Rule("STO-42")]
    public async Task A_file_is_deleted_where_it_is_and_not_while_storage_is_off()
    {
        await ConfigureAsync();
        var file = await StoreDocumentAsync();
        await ConfigureAsync(enabled: false);
        await FailsAsync(StatusCode.FailedPrecondition, "STORAGE_DISABLED", Files.DeleteFileAsync(new() { FileId = file.Id, Reason = "r" }, cancellationToken: Cancellation));
        Assert.Equal([Document], Stored());

        await ConfigureElsewhereAsync();
        await DeleteAsync(file);
        await DeletedAsync("call-7");
        Assert.Empty(Stored());
    }

    [Fact]
    public async Task A_file_and_a_reason_have_to_be_named()
    {
        await PublishAsync(Ended("call", 7, Now));
        var file = (await FilesAsync("call-7", SessionFileState.Skipped)).Values.Single();
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", Files.DeleteFileAsync(new() { Reason = "r" }, cancellationToken: Cancellation), "file_id");
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", Files.DeleteFileAsync(new() { FileId = "call-7", Reason = "r" }, cancellationToken: Cancellation), "file_id");
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", Files.DeleteFileAsync(new() { FileId = file.Id, Reason = " " }, cancellationToken: Cancellation), "reason");
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", Files.DeleteFileAsync(new() { FileId = file.Id, Reason = new('r', 501) }, cancellationToken: Cancellation), "reason");
        await FailsAsync(StatusCode.NotFound, "FILE_NOT_FOUND", Files.DeleteFileAsync(new() { FileId = $"{Guid.CreateVersion7(Now)}", Reason = "r" }, cancellationToken: Cancellation));

        // Nothing is stored of it, so that it does not matter that storage is off.
        await DeleteAsync(file);
        await DeletedAsync("call-7");
    }

    private async Task<SessionFile> StoreDocumentAsync()
    {
        Outside.Documents["call-7"] = (MetadataText.Of("call-7"), 1);
        await PublishAsync(Ended("call", 7, Now));
        return (await FilesAsync("call-7", SessionFileState.Stored)).Values.Single();
    }

    private async Task<SessionFile> DeleteAsync(SessionFile file) =>
        (await Files.DeleteFileAsync(new() { RequestId = $"{Guid.CreateVersion7(Now)}", FileId = file.Id, Reason = "asked by the owner" }, cancellationToken: Cancellation)).File;

    private async Task DeletedAsync(params string[] sessions)
    {
        foreach (var session in sessions)
            await FilesAsync(session, SessionFileState.Deleted);
    }

    /// <summary>Makes another folder the store.</summary>
    private async Task ConfigureElsewhereAsync()
    {
        var store = (await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Store;
        (store.Enabled, store.Sftp.FolderPath) = (true, $"{Folder}-elsewhere");
        await Stores.UpdateStoreAsync(new() { Store = store }, cancellationToken: Cancellation);
    }
}
