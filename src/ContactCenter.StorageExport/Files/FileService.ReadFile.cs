using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Google.Protobuf;
using Grpc.Core;
using V1 = ContactCenter.Storage.V1;

namespace ContactCenter.StorageExport.Files;

internal sealed partial class FileService
{
    /// <inheritdoc />
    public override async Task ReadFile(V1.ReadFileRequest request, IServerStreamWriter<V1.ReadFileResponse> responseStream, ServerCallContext context)
    {
        var fileId = FileIdOf(request.FileId);
        if (request.Revision < 0)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "revision", "must not be negative");
        var file = await files.FindAsync(fileId, context.CancellationToken) ?? throw RpcErrors.NotFound(Domain, StorageErrors.FileNotFound, "file", request.FileId);
        if (request.Revision > 0 && request.Revision != file.Revision)
            throw RpcErrors.FailedPrecondition(Domain, StorageErrors.FileReplaced, $"Revision {file.Revision} is the present one.");

        // The first piece before the first message: whoever gets the file gets its bytes too, unless they go meanwhile.
        var piece = await PieceAsync(file, 0, context.CancellationToken);
        await responseStream.WriteAsync(new() { File = MessageOf(file) }, context.CancellationToken);
        for (var (number, left) = (1, file.Size - piece.Length); piece.Length > 0; number++, left -= piece.Length)
        {
            await responseStream.WriteAsync(new() { Data = UnsafeByteOperations.UnsafeWrap(piece) }, context.CancellationToken);
            piece = left > 0 ? await PieceAsync(file, number, context.CancellationToken) : [];
        }
    }

    // A connection for each: one is not to be held for as long as a slow reader takes.
    private async Task<byte[]> PieceAsync(CatalogueFile file, int number, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await StagedFiles.ReadAsync(connection, file.FileId, file.Revision, number, 1, cancellationToken) is [var piece]
            ? piece
            : throw RpcErrors.FailedPrecondition(Domain, StorageErrors.ContentNotStaged, "The bytes of the file are not staged.");
    }
}
