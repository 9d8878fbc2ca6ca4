using ContactCenter.Durable;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.ServiceDefaults;

namespace ContactCenter.InsightsEnrichment.Enrichment;

/// <summary>Payload of the job of an event whose processing failed.</summary>
/// <param name="RawEventId">The event.</param>
public sealed record FailedEvent(Guid RawEventId);

/// <summary>
/// Tries again to process an event that failed for itself: five times from one second to five minutes, then it is a dead
/// letter (INS-20). It holds up no other event.
/// </summary>
/// <param name="database">The service's database.</param>
/// <param name="run">Processes the event.</param>
internal sealed class FailedEventHandler(DurableDatabase database, EnrichmentRun run) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "raw-events.process";

    private const int MostAttempts = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>When it is tried.</summary>
    public static RetryPolicy Policy { get; } = new("raw-events", MostAttempts, null, FirstPause * 4, 4, TimeSpan.FromMinutes(5), 0, [new("*", RetryAction.Retry)]);

    /// <summary>Notes that an event failed, and begins to try it again.</summary>
    /// <param name="transaction">Takes the job.</param>
    /// <param name="id">The event, which waits.</param>
    /// <param name="error">What went wrong.</param>
    /// <param name="now">Time of the failure.</param>
    public static async Task BeginAsync(DurableTransaction transaction, Guid id, string error, DateTimeOffset now)
    {
        await RawEventStore.SetFailureAsync(transaction.Connection, id, error, final: false);
        transaction.Enqueue(Kind, new FailedEvent(id), new() { Key = KeyOf(id), DeduplicationKey = id.ToString(), DueTime = now + FirstPause });
    }

    /// <summary>Closes the dead letters of events that are processed in another way.</summary>
    /// <param name="transaction">Processes them.</param>
    /// <param name="letters">The dead letters.</param>
    /// <param name="ids">The events.</param>
    public static async Task SupersedeAsync(DurableTransaction transaction, DeadLetterDesk letters, IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
            await letters.SupersedeAsync(transaction, new() { Kind = Kind, Key = KeyOf(id) });
    }

    /// <summary>What an exception says of an event.</summary>
    /// <param name="exception">Thrown while it was processed.</param>
    public static string ErrorOf(Exception exception) => $"{exception.GetType().Name}: {exception.Message}";

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var id = job.Payload<FailedEvent>().RawEventId;
        try
        {
            while (!await TryAsync(job, id, cancellationToken))
                await run.GiveWayAsync(cancellationToken);
        }
        catch (Exception exception) when (!TransientFailure.Is(exception) && !cancellationToken.IsCancellationRequested)
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            await RawEventStore.SetFailureAsync(connection, id, ErrorOf(exception), final: job.Attempt >= MostAttempts);
            throw;
        }
    }

    private async Task<bool> TryAsync(JobRun job, Guid id, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        // Somebody may have seen to it meanwhile.
        if (await RawEventStore.ClaimFailedAsync(transaction.Connection, [id]) is [var failed] && await run.TryAsync(transaction, [failed], EarlierResults.None) is null)
            return false;
        await job.CommitAsync(transaction, cancellationToken);
        return true;
    }

    private static string KeyOf(Guid id) => $"rawEvents/{id}";
}
