using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Storage.V1;

namespace ContactCenter.StorageExport.Files;

/// <summary>Tells where files are, and deletes them; <c>file_service.proto</c> is its specification.</summary>
/// <param name="files">The catalogue.</param>
/// <param name="database">The service's database.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="timeProvider">Now.</param>
internal sealed partial class FileService(FileStore files, DurableDatabase database, IdempotentCalls calls, TimeProvider timeProvider) : V1.FileService.FileServiceBase
{
    private const string Domain = StorageErrors.Domain;
    private const int PositionParts = 2;

    private static readonly Paging Pages = new(Domain);

    /// <inheritdoc />
    public override async Task<V1.ListSessionFilesResponse> ListSessionFiles(V1.ListSessionFilesRequest request, ServerCallContext context)
    {
        if (request.Session.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, StorageErrors.FieldRequired, "session", "is required");
        if (request.Session.Split('-') is not [var kind, var id] || Words.Session(kind) is null || !SessionFile.TryParseId(id, out var sessionId))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "session", "must be a session such as call-103646");
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListSessionFilesRequest { Session = request.Session };
        var after = Pages.Position(request.PageToken, filter, PositionParts);
        var found = await files.ListAsync(kind, sessionId, after is null ? null : (after[0], Guid.Parse(after[1])), size + 1, context.CancellationToken);

        var response = new V1.ListSessionFilesResponse { Files = { found.Take(size).Select(MessageOf) } };
        if (found.Count > size)
            response.NextPageToken = Paging.Token(filter, found[size - 1].Kind, found[size - 1].FileId.ToString());
        return response;
    }

    /// <inheritdoc />
    public override async Task<V1.ListFilesResponse> ListFiles(V1.ListFilesRequest request, ServerCallContext context)
    {
        var state = (FileState)(request.State - 1);
        if (state is not (FileState.Expected or FileState.Fetching or FileState.Pending or FileState.Uploading or FileState.Held or FileState.Failed))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "state", "must be EXPECTED, FETCHING, PENDING, UPLOADING, HELD or FAILED");
        var before = RpcTimes.Read(request.StateTimeBefore, Domain, "state_time_before") ?? timeProvider.GetUtcNow();
        var size = Pages.Size(request.PageSize);
        var filter = new V1.ListFilesRequest { State = request.State, StateTimeBefore = request.StateTimeBefore };
        var after = Pages.Position(request.PageToken, filter, PositionParts) is { } position ? (position.Time(0), position.Id(1)) : ((DateTimeOffset, Guid)?)null;
        var found = await files.ListAsync(state, before, after, size + 1, context.CancellationToken);

        var response = new V1.ListFilesResponse { Files = { found.Take(size).Select(MessageOf) } };
        if (found.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(new(found[size - 1].StateTime)), found[size - 1].FileId.ToString());
        return response;
    }

    private static Guid FileIdOf(string fileId)
    {
        if (fileId.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, StorageErrors.FieldRequired, "file_id", "is required");
        return Guid.TryParseExact(fileId, "D", out var id) ? id : throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "file_id", "must be the UUID of a file");
    }

    private static V1.SessionFile MessageOf(CatalogueFile file) => new()
    {
        Id = file.FileId.ToString(),
        Session = file.SessionName,
        Kind = (V1.SessionFileKind)((int)Words.FileKind(file.Kind)!.Value + 1),
        Number = file.Number ?? 0,
        State = System.Enum.Parse<V1.SessionFileState>(file.State, ignoreCase: true),
        Reason = file.Reason,
        StateTime = file.StateTime.ToTimestamp(),
        FileName = file.Name?.Name ?? "",
        ContentType = file.ContentType ?? "",
        Revision = file.Revision,
        Size = file.Size ?? 0,
        Sha256 = Hex(file.Sha256),
        Md5 = Hex(file.Md5),
        Crc32C = file.Crc32C is { } crc ? crc.ToString("x8", System.Globalization.CultureInfo.InvariantCulture) : "",
        RecordVersion = file.RecordVersion ?? 0,
        Warning = file.Warning,
        Deleting = file is { Deletion: not null, IsDeleted: false, State: not "HELD" },
        Stored = file.StoredRevision == 0 ? null : new()
        {
            StoreId = file.StoreId!.Value.ToString(),
            Location = file.Location,
            Revision = file.StoredRevision,
            StoreTime = file.StoredTime!.Value.ToTimestamp(),
        },
    };

    private static string Hex(byte[]? bytes) => bytes is null ? "" : Convert.ToHexStringLower(bytes);
}
