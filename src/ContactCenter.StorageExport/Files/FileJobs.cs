using ContactCenter.Durable;

namespace ContactCenter.StorageExport.Files;

/// <summary>
/// Kinds of jobs, and how they share what runs. Of one file content is taken by one job at a time, and it is uploaded or deleted by
/// one at a time; content is also taken while an upload waits.
/// </summary>
internal static class FileJobs
{
    /// <summary>Asks Insights for a document.</summary>
    public const string TakeDocument = "documents.take";

    /// <summary>Downloads a medium.</summary>
    public const string TakeMedium = "media.take";

    /// <summary>Writes a revision of a file to the store.</summary>
    public const string Upload = "files.upload";

    /// <summary>Deletes a file.</summary>
    public const string Delete = "files.delete";

    /// <summary>Clears away what is left of old uploads and what the store has confirmed.</summary>
    public const string Sweep = "files.sweep";

    /// <summary>Looks how long files have waited.</summary>
    public const string Watch = "files.watch";

    private const string Documents = "documents";
    private const string Media = "media";
    private const string Sources = "sources";

    // Beyond that files follow as their pauses end.
    private const int MostWoken = 5_000;

    // Most jobs that a process holds are documents' then, and what media need of memory is bounded.
    private const int MediaRunning = 16;

    /// <summary>What follows a failure to store a file (STO-61).</summary>
    /// <param name="attempts">How often it is tried.</param>
    public static RetryPolicy UploadPolicy(int attempts) =>
        new("uploads", attempts, null, TimeSpan.FromSeconds(1), 2, TimeSpan.FromMinutes(5), 0.2, [new("*", RetryAction.Retry)]);

    /// <summary>What follows a failure to get a document: Insights is there again at some time.</summary>
    public static RetryPolicy DocumentPolicy { get; } =
        new("documents", null, TimeSpan.FromDays(7), TimeSpan.FromSeconds(1), 2, TimeSpan.FromMinutes(5), 0.2, [new("exception", RetryAction.Retry)]);

    /// <summary>What follows a failure to download: recordings appear late (STO-47).</summary>
    public static RetryPolicy SourcePolicy { get; } = new(
        "sources", null, TimeSpan.FromHours(25), TimeSpan.FromSeconds(2), 2, TimeSpan.FromMinutes(5), 0.2,
        [new("dns, connect, timeout, reset, exception, file_empty, incomplete", RetryAction.Retry), new("status 404, 408, 425, 429, 5xx", RetryAction.Retry)]);

    /// <summary>What follows a failure to delete a file: the time that a store is away does not count (STO-42).</summary>
    public static RetryPolicy DeletionPolicy { get; } = new("deletions", null, TimeSpan.FromDays(30), TimeSpan.FromSeconds(1), 2, TimeSpan.FromMinutes(5), 0.2, [new("*", RetryAction.Retry)]);

    /// <summary>Enqueues the deletion of a file; after the uploads that it has already.</summary>
    /// <param name="transaction">Commits it.</param>
    /// <param name="file">The file.</param>
    public static void EnqueueDeletion(DurableTransaction transaction, CatalogueFile file) => transaction.Enqueue(
        Delete, new DeletionOrder(file.FileId), new() { Key = StoreKey(file), Group = Media, DeduplicationKey = file.FileId.ToString() });

    /// <summary>Enqueues the upload of a file's present revision, unless one waits that will find it.</summary>
    /// <param name="transaction">Commits it.</param>
    /// <param name="file">The file.</param>
    /// <param name="due">Not before.</param>
    /// <param name="movesExisting">Whether one that waits is due then too.</param>
    public static void EnqueueUpload(DurableTransaction transaction, CatalogueFile file, DateTimeOffset due, bool movesExisting) => transaction.Enqueue(
        Upload,
        new UploadOrder(file.FileId, file.QueuedRevision),
        new()
        {
            Key = StoreKey(file),
            Group = file.Kind is "metadata" or "transcript" ? Documents : Media,
            DeduplicationKey = $"{file.FileId}/{file.QueuedRevision}",
            DueTime = due,
            MovesExisting = movesExisting,
        });

    /// <summary>Lets the files that wait for the store go on at once, in the order in which they came to wait (STO-45, STO-62).</summary>
    /// <param name="transaction">Commits it.</param>
    /// <param name="now">The time.</param>
    public static async Task WakeAsync(DurableTransaction transaction, DateTimeOffset now)
    {
        // All of one time: then those that were enqueued first come first, whenever they last tried.
        foreach (var file in await FileStore.WaitingAsync(transaction.Connection, MostWoken))
            EnqueueUpload(transaction, file, now, movesExisting: true);
    }

    /// <summary>Enqueues the taking of content that a notice tells of.</summary>
    /// <param name="transaction">Of the notice.</param>
    /// <param name="notice">The notice.</param>
    /// <param name="kind"><see cref="TakeDocument"/> or <see cref="TakeMedium"/>.</param>
    /// <param name="due">Not before.</param>
    public static void EnqueueTake(DurableTransaction transaction, Notice notice, string kind, DateTimeOffset due) => transaction.Enqueue(
        kind,
        new TakeOrder(notice.FileId, notice.Wanted),
        new()
        {
            Key = notice.FileId.ToString(),
            Group = kind == TakeDocument ? Documents : Sources,
            DeduplicationKey = $"{notice.FileId}/{notice.Wanted}",
            DueTime = due,
        });

    /// <summary>Lets documents overtake media (STO-45), unless operators decide otherwise later.</summary>
    /// <param name="transaction">Commits it.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public static async Task ShareAsync(DurableTransaction transaction, CancellationToken cancellationToken)
    {
        await JobDesk.SetGroupAsync(transaction, Documents, weight: 20, maxRunning: null, cancellationToken);
        await JobDesk.SetGroupAsync(transaction, Media, weight: 1, MediaRunning, cancellationToken);
        await JobDesk.SetGroupAsync(transaction, Sources, weight: 1, MediaRunning, cancellationToken);
    }

    private static string StoreKey(CatalogueFile file) => $"{file.FileId}/store";
}

/// <summary>Payload of the jobs that take content.</summary>
/// <param name="FileId">The file.</param>
/// <param name="Wanted">Number of the message that there is other content.</param>
internal sealed record TakeOrder(Guid FileId, int Wanted);

/// <summary>Payload of the jobs that delete.</summary>
/// <param name="FileId">The file.</param>
internal sealed record DeletionOrder(Guid FileId);

/// <summary>Payload of the jobs that upload.</summary>
/// <param name="FileId">The file.</param>
/// <param name="Revision">The revision, or an older one.</param>
internal sealed record UploadOrder(Guid FileId, int Revision);
