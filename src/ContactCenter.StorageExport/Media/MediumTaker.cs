using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.Egress.Http;
using ContactCenter.StorageExport.Files;
using ContactCenter.StorageExport.Uploads;
using Microsoft.Extensions.Options;

namespace ContactCenter.StorageExport.Media;

/// <summary>Downloads a recording, photo, video or voicemail from where a message says it is, and stages it (STO-44, STO-47, STO-48).</summary>
/// <param name="egress">The one way out.</param>
/// <param name="files">The catalogue.</param>
/// <param name="database">The service's database.</param>
/// <param name="options">The largest file.</param>
/// <param name="timeProvider">Now.</param>
internal sealed class MediumTaker(EgressClient egress, FileStore files, DurableDatabase database, IOptions<UploadOptions> options, TimeProvider timeProvider) : IJobHandler
{
    private const string DestinationName = "session-media";

    /// <summary>How long a medium may be missing at its source.</summary>
    private static readonly TimeSpan MissingLimit = TimeSpan.FromHours(24);

    /// <summary>How long it may be empty there.</summary>
    private static readonly TimeSpan EmptyLimit = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan EmptyPause = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var order = job.Payload<TakeOrder>();
        var file = await files.FindAsync(order.FileId, cancellationToken);
        if (file?.SourceUrl is not { } url || file.Taken >= order.Wanted || file.State is "SKIPPED" or "HELD" || file.Deletion is not null)
            return;
        try
        {
            var content = await DownloadAsync(job, file, url, cancellationToken);
            await using var transaction = await database.BeginAsync(cancellationToken);
            await StagedFiles.TakeAsync(transaction, file, content, timeProvider.GetUtcNow());
            await job.CommitAsync(transaction, cancellationToken);
        }
        catch (EgressException failed)
        {
            var isGone = failed.Failure.Status == 404 && Since(file) > MissingLimit;
            var isFinal = isGone || failed.Kind == JobFailureKind.Final || failed.Failure.Class is ErrorClass.Denied or ErrorClass.Redirect or ErrorClass.Tls or ErrorClass.BadContent
                || failed.Failure is { Class: ErrorClass.Status, Status: < 500 and not (404 or 408 or 425 or 429) };
            var reason = isGone ? StorageErrors.SourceGone : failed.Failure.Reason;
            await MarkAsync(file, isFinal ? FileState.Failed : FileState.Fetching, reason, cancellationToken);
            throw isFinal ? new JobFailedException(failed.ErrorClass, $"{reason}: {failed.Failure.Detail}", failed) { Kind = JobFailureKind.Final } : failed;
        }
        catch (JobFailedException failed)
        {
            await MarkAsync(file, FileState.Fetching, failed.ErrorClass.ToUpperInvariant(), cancellationToken);
            throw;
        }
        catch (RefusedMediumException refused)
        {
            await MarkAsync(file, refused.State, refused.Reason, cancellationToken);
            if (refused.State != FileState.Held)
                throw new JobFailedException(refused.Reason.ToLowerInvariant(), refused.Message, refused) { Kind = JobFailureKind.Final };
        }
    }

    private async Task<TakenContent> DownloadAsync(JobRun job, CatalogueFile file, string url, CancellationToken cancellationToken)
    {
        var destination = Destination.For(DestinationName, url) with { MaxResponseBytes = null, Timeouts = EgressTimeouts.Transfer };
        var asked = timeProvider.GetUtcNow();
        TakenContent? content = null;
        var outcome = await egress.DownloadAsync(
            new EgressRequest(destination, HttpMethod.Get, url).Of(job),
            async (head, body, token) => content = await StageAsync(file, head, body, asked, token),
            cancellationToken);
        outcome.EnsureSuccess();
        return content!;
    }

    private async Task<TakenContent> StageAsync(CatalogueFile file, EgressResponse head, Stream body, DateTimeOffset asked, CancellationToken cancellationToken)
    {
        var type = MediaType.Of(Words.FileKind(file.Kind)!.Value, file.ContentType ?? head.Headers.GetValueOrDefault("Content-Type"))
            ?? throw new RefusedMediumException(FileState.Held, StorageErrors.ContentMismatch, "It is of a type that such files do not have.");
        using var digests = new FileDigests();
        await using var connection = await database.OpenAsync(cancellationToken);
        await StagedFiles.ForgetAsync(connection, file.FileId, file.Revision + 1);
        var buffer = new byte[StagedFiles.PieceLength];
        long size = 0;
        for (var piece = 0; await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var read; piece++)
        {
            if (piece == 0 && !type.Fits(buffer.AsSpan(0, Math.Min(read, MediaType.MagicLength))))
                throw new RefusedMediumException(FileState.Held, StorageErrors.ContentMismatch, $"Its first bytes are not those of {type.ContentType}.");
            if ((size += read) > options.Value.MaxFileBytes)
                throw new RefusedMediumException(FileState.Failed, StorageErrors.FileTooLarge, $"It has more than {options.Value.MaxFileBytes} bytes.");
            digests.Add(buffer.AsSpan(0, read));
            await StagedFiles.AddAsync(connection, file.FileId, file.Revision + 1, piece, buffer[..read]);
        }

        CheckSize(file, head, size);
        return new(digests.Finish(), type.ContentType, type.Extension, asked) { Warning = type.IsStandard ? "" : "NON_STANDARD_TYPE" };
    }

    private void CheckSize(CatalogueFile file, EgressResponse head, long size)
    {
        if (size == 0)
        {
            throw Since(file) > EmptyLimit
                ? new RefusedMediumException(FileState.Failed, StorageErrors.FileEmpty, "It is still empty at its source.")
                : new JobFailedException("file_empty", "It is empty at its source.") { Delay = EmptyPause };
        }

        var declared = file.DeclaredSize ?? (long.TryParse(head.Headers.GetValueOrDefault("Content-Length"), out var length) ? length : size);
        if (declared != size)
            throw new JobFailedException("incomplete", $"{size} of {declared} bytes came.");
    }

    private TimeSpan Since(CatalogueFile file) => timeProvider.GetUtcNow() - new DateTimeOffset(file.StateTime);

    private async Task MarkAsync(CatalogueFile file, FileState state, string reason, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var now = timeProvider.GetUtcNow();
        // What is stored stays so, when another version of it cannot be had.
        if (file.Revision == 0)
            await FileStore.MarkAsync(transaction.Connection, file.FileId, state, reason, now);
        if (state == FileState.Failed)
            transaction.Publish(FileMessages.Failed(file, reason, now), file.SessionName, mandatory: false);
        await transaction.CommitAsync(cancellationToken);
    }
}

/// <summary>What came is not taken.</summary>
/// <param name="state">The state of the file then.</param>
/// <param name="reason">Why.</param>
/// <param name="detail">The same in words.</param>
internal sealed class RefusedMediumException(FileState state, string reason, string detail) : Exception(detail)
{
    /// <summary>The state of the file then.</summary>
    public FileState State { get; } = state;

    /// <summary>Why.</summary>
    public string Reason { get; } = reason;
}
