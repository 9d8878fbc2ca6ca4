using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using ContactCenter.StorageExport.Files;
using Grpc.Core;
using V1 = ContactCenter.Storage.V1;

namespace ContactCenter.StorageExport.Documents;

/// <summary>Tells what exported documents look like; <c>export_service.proto</c> is its specification.</summary>
internal sealed class ExportService : V1.ExportService.ExportServiceBase
{
    /// <inheritdoc />
    public override Task<V1.GetMetadataSchemaResponse> GetMetadataSchema(V1.GetMetadataSchemaRequest request, ServerCallContext context) => Task.FromResult(new V1.GetMetadataSchemaResponse
    {
        Schema = MetadataSchema.Of(request.SessionKind switch
        {
            V1.SessionKind.Call => SessionKind.Call,
            V1.SessionKind.Chat => SessionKind.Chat,
            V1.SessionKind.Unspecified => throw RpcErrors.InvalidArgument(StorageErrors.Domain, StorageErrors.FieldRequired, "session_kind", "is required"),
            _ => throw RpcErrors.InvalidArgument(StorageErrors.Domain, SharedErrors.FieldInvalid, "session_kind", "must be CALL or CHAT"),
        }).Text,
    });
}
