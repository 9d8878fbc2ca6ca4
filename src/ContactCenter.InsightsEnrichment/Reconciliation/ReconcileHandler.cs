using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.InsightsEnrichment.WriteBack;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Reconciliation;

/// <summary>
/// Reads the list of events of each workspace and stores those that are missing: TaskRouter promises no re-sending of
/// callbacks (INS-19).
/// </summary>
/// <param name="accounts">The workspaces.</param>
/// <param name="credentials">Accounts without REST API key are left out.</param>
/// <param name="client">The REST API.</param>
/// <param name="store">Tells what is there.</param>
/// <param name="writer">Stores what is not.</param>
/// <param name="options">How far back.</param>
/// <param name="timeProvider">Now.</param>
/// <param name="logger">Told what was missing.</param>
public sealed partial class ReconcileHandler(
    TwilioAccounts accounts,
    RestCredentials credentials,
    TaskRouterClient client,
    RawEventStore store,
    RawEventWriter writer,
    IOptions<ReconcileOptions> options,
    TimeProvider timeProvider,
    ILogger<ReconcileHandler> logger) : IJobHandler
{
    /// <summary>Name of the recurring job.</summary>
    public const string JobName = "raw-events.reconcile";

    private const int PageSize = 1_000;
    private const int MostPages = 1_000;

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        List<Exception> failures = [];
        foreach (var (accountSid, workspaceSid) in accounts.Workspaces.Where(pair => credentials.HasKey(pair.AccountSid)))
        {
            try
            {
                await ReconcileAsync(accountSid, workspaceSid, job, cancellationToken);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                // The others must not miss their events for this one.
                failures.Add(failure);
            }
        }

        if (failures.Count > 0)
            throw failures[0];
    }

    private async Task ReconcileAsync(string accountSid, string workspaceSid, JobRun job, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var query = $"StartDate={now - options.Value.Window:yyyy-MM-ddTHH:mm:ssZ}&EndDate={now:yyyy-MM-ddTHH:mm:ssZ}&PageSize={PageSize}";
        var missing = 0;
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await client.ListEventsAsync(accountSid, workspaceSid, query, job, cancellationToken);
            if (answer.Status != StatusCodes.Status200OK)
                throw new JobFailedException("404", "The list of events cannot be read.");
            using var document = JsonDocument.Parse(answer.Body);
            missing += await StoreMissingAsync(document.RootElement.GetProperty("events"u8), cancellationToken);

            // Only what follows the question mark is taken: the next page is on the same server, whatever the answer says.
            if (document.RootElement.GetProperty("meta"u8).GetProperty("next_page_url"u8).GetString() is not { } next || next.Split('?') is not [_, var further])
                break;
            query = further;
        }

        if (missing > 0)
            LogMissing(missing, workspaceSid);
    }

    private async Task<int> StoreMissingAsync(JsonElement events, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var listed = events.EnumerateArray().Select(item => RawEventIntake.OfListed(Guid.CreateVersion7(now), now, item)).ToList();
        var stored = (await store.StoredAsync([.. listed.Select(raw => raw.EventKey)], cancellationToken)).Select(found => found.Key).ToHashSet(StringComparer.Ordinal);
        var missing = listed.Where(raw => !stored.Contains(raw.EventKey)).ToList();
        if (missing.Count > 0 && !await writer.StoreAsync(missing, cancellationToken))
            throw new JobFailedException("timeout", "The missing events could not be stored in time.");
        return missing.Count;
    }

    [LoggerMessage(LogLevel.Warning, "{Events} events of workspace {WorkspaceSid} had not arrived and were read from the list")]
    private partial void LogMissing(int events, string workspaceSid);
}
