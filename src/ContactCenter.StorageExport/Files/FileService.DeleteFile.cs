using System.Text.Json.Nodes;
using ContactCenter.Contracts;
using ContactCenter.Durable.Audit;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.StorageExport.Stores;
using Grpc.Core;
using V1 = ContactCenter.Storage.V1;

namespace ContactCenter.StorageExport.Files;

/// <content>Deleting by hand.</content>
internal sealed partial class FileService
{
    private const int LongestReason = 500;

    /// <inheritdoc />
    public override async Task<V1.DeleteFileResponse> DeleteFile(V1.DeleteFileRequest request, ServerCallContext context)
    {
        var fileId = FileIdOf(request.FileId);
        if (request.Reason.Trim().Length == 0)
            throw RpcErrors.InvalidArgument(Domain, StorageErrors.FieldRequired, "reason", "is required");
        if (request.Reason.Length > LongestReason)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "reason", $"must have at most {LongestReason} characters");
        return await calls.RunAsync(context, request, async transaction =>
        {
            var file = await FileStore.LockFileAsync(transaction.Connection, fileId)
                ?? throw RpcErrors.NotFound(Domain, StorageErrors.FileNotFound, "file", request.FileId);
            if (file.IsDeleted)
                return new V1.DeleteFileResponse { File = MessageOf(file) };
            if (file.StoredRevision > 0 && await SettingsStore.FindAsync(transaction.Connection) is not { Definition.Enabled: true })
                throw RpcErrors.FailedPrecondition(Domain, StorageErrors.StorageDisabled, "External storage is off, so that nothing is touched there; switch it on to delete files.");
            file = await FileStore.DoomAsync(transaction.Connection, fileId, "BY_HAND");
            FileJobs.EnqueueDeletion(transaction, file);
            var details = new JsonObject { ["reason"] = request.Reason, ["session"] = file.SessionName, ["kind"] = file.Kind, ["location"] = file.Location, ["sha256"] = Hex(file.Sha256) };
            transaction.Audit(new AuditEntry(context.GetCaller().Actor, "files.delete", $"files/{fileId}", request.RequestId, Details: details));
            return new V1.DeleteFileResponse { File = MessageOf(file) };
        });
    }
}
