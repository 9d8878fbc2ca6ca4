using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Insights.V1;
using ContactCenter.StorageExport.Files;

namespace ContactCenter.StorageExport.Documents;

/// <summary>Asks Insights for a metadata document or a transcript and stages its bytes, unchanged (STO-40, STO-43, STO-46, STO-80).</summary>
/// <param name="sessions">Insights.</param>
/// <param name="files">The catalogue.</param>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Now.</param>
internal sealed class DocumentTaker(SessionService.SessionServiceClient sessions, FileStore files, DurableDatabase database, TimeProvider timeProvider) : IJobHandler
{
    private const string NoEntries = "NO_ENTRIES";
    private const int MostPlaces = 20;

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var order = job.Payload<TakeOrder>();
        var file = await files.FindAsync(order.FileId, cancellationToken);
        // A later message was taken with an earlier one; what is off stays off; what comes as a medium is not rendered.
        if (file is null || file.Taken >= order.Wanted || file is { State: "SKIPPED", Reason: not NoEntries } || file.SourceUrl is not null || file.Deletion is not null)
            return;
        var asked = timeProvider.GetUtcNow();
        var (bytes, type, version) = await AskAsync(file, cancellationToken);

        await using var transaction = await database.BeginAsync(cancellationToken);
        if (bytes.Length == 0)
            await FileStore.SkipAsync(transaction.Connection, file, NoEntries, asked);
        else if (file.Kind == "metadata" && MetadataSchema.Of(Words.Session(file.SessionKind)!.Value).Check(bytes, file.SessionId) is { Count: > 0 } faults)
            throw await RefuseAsync(transaction, file, faults, cancellationToken);
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

    /// <summary>Leaves a document unwritten that is not what consumers were promised (STO-80); what is stored of it stays.</summary>
    private async Task<JobFailedException> RefuseAsync(DurableTransaction transaction, CatalogueFile file, IReadOnlyList<SchemaFault> faults, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        await FileStore.MarkAsync(transaction.Connection, file.FileId, FileState.Failed, StorageErrors.DocumentInvalid, now);
        transaction.Publish(FileMessages.Failed(file, StorageErrors.DocumentInvalid, now), file.SessionName, mandatory: false);
        await transaction.CommitAsync(cancellationToken);
        // Where, and not what: the document has personal data.
        var places = string.Join(", ", faults.Take(MostPlaces).Select(fault => $"{(fault.Pointer.Length == 0 ? "the whole" : fault.Pointer)} ({fault.Keyword})"));
        var more = faults.Count > MostPlaces ? $" and {faults.Count - MostPlaces} more" : "";
        return new("document_invalid", $"The metadata of {file.SessionName} do not follow their schema: {places}{more}.") { Kind = JobFailureKind.Final };
    }
}
