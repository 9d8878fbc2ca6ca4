using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Insights.V1;
using ContactCenter.StorageExport.Files;

namespace ContactCenter.StorageExport.Documents;

/// <summary>Asks Insights for a metadata document or a transcript and stages its bytes, unchanged (STO-40, STO-43, STO-46).</summary>
/// <param name="sessions">Insights.</param>
/// <param name="files">The catalogue.</param>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Now.</param>
internal sealed class DocumentTaker(SessionService.SessionServiceClient sessions, FileStore files, DurableDatabase database, TimeProvider timeProvider) : IJobHandler
{
    private const string NoEntries = "NO_ENTRIES";

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var order = job.Payload<TakeOrder>();
        var file = await files.FindAsync(order.FileId, cancellationToken);
        // A later message was taken with an earlier one; what is off stays off; what comes as a medium is not rendered.
        if (file is null || file.Taken >= order.Wanted || file is { State: "SKIPPED", Reason: not NoEntries } || file.SourceUrl is not null)
            return;
        var asked = timeProvider.GetUtcNow();
        var (bytes, type, version) = await AskAsync(file, cancellationToken);

        await using var transaction = await database.BeginAsync(cancellationToken);
        if (bytes.Length == 0)
            await FileStore.SkipAsync(transaction.Connection, file, NoEntries, asked);
        else if (file.Kind == "metadata" && !IsDocument(bytes, file.SessionId))
            throw await RefuseAsync(transaction, file, cancellationToken);
        else
            await StageAsync(transaction, file, bytes, new(FileDigests.Of(bytes), type, file.Extension!, asked) { RecordVersion = version }, asked);
        await job.CommitAsync(transaction, cancellationToken);
    }

    private async Task<(byte[] Bytes, string Type, long Version)> AskAsync(CatalogueFile file, CancellationToken cancellationToken)
    {
        if (file.Kind == "metadata")
        {
            var metadata = (await sessions.GetSessionMetadataAsync(new() { Name = file.SessionName }, cancellationToken: cancellationToken)).Metadata;
            return (metadata.Document.ToByteArray(), metadata.ContentType, metadata.RecordVersion);
        }

        var transcript = await sessions.GetSessionTranscriptAsync(new() { Name = file.SessionName, Format = TranscriptFormat.Text }, cancellationToken: cancellationToken);
        return (transcript.Content.ToByteArray(), transcript.ContentType, transcript.RecordVersion);
    }

    private static async Task StageAsync(DurableTransaction transaction, CatalogueFile file, byte[] bytes, TakenContent content, DateTimeOffset now)
    {
        foreach (var (piece, part) in bytes.Chunk(StagedFiles.PieceLength).Index())
            await StagedFiles.AddAsync(transaction.Connection, file.FileId, file.Revision + 1, piece, part);
        await StagedFiles.TakeAsync(transaction, file, content, now);
    }

    /// <summary>Whether bytes are the metadata document of a session (STO-80).</summary>
    private static bool IsDocument(byte[] bytes, long sessionId)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("id", out var id) && id.TryGetInt64(out var number) && number == sessionId;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private async Task<JobFailedException> RefuseAsync(DurableTransaction transaction, CatalogueFile file, CancellationToken cancellationToken)
    {
        await FileStore.MarkAsync(transaction.Connection, file.FileId, FileState.Failed, StorageErrors.DocumentInvalid, timeProvider.GetUtcNow());
        await transaction.CommitAsync(cancellationToken);
        return new("document_invalid", $"The metadata of {file.SessionName} are no document of this session.") { Kind = JobFailureKind.Final };
    }
}
