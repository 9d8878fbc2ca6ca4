using ContactCenter.InsightsEnrichment.Hipaa;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>Stores raw events, see <see cref="SharedCommits{T}"/>.</summary>
public sealed partial class RawEventWriter : BackgroundService
{
    private readonly EntryFilter _filter;
    private readonly ILogger<RawEventWriter> _logger;
    private readonly SharedCommits<RawEvent> _commits;

    /// <summary>Takes nothing before it is started.</summary>
    /// <param name="store">Takes the events.</param>
    /// <param name="filter">What every event passes before.</param>
    /// <param name="backlog">Told of what was stored.</param>
    /// <param name="logger">Told when the store is away.</param>
    public RawEventWriter(RawEventStore store, EntryFilter filter, EnrichmentBacklog backlog, ILogger<RawEventWriter> logger)
    {
        (_filter, _logger) = (filter, logger);
        _commits = new(
            async (events, cancellationToken) =>
            {
                await store.AddAsync(events, cancellationToken);
                backlog.Add(events.Count);
            },
            LogNotStored);
    }

    /// <summary>Stores the events of one request: all or none.</summary>
    /// <param name="events">At least one event.</param>
    /// <param name="cancellationToken">Gives up waiting; the events may be stored all the same.</param>
    /// <returns>False if the store did not confirm them in time.</returns>
    public Task<bool> StoreAsync(IReadOnlyList<RawEvent> events, CancellationToken cancellationToken) =>
        _commits.StoreAsync([.. events.Select(_filter.Apply)], cancellationToken);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _commits.RunAsync();

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What was taken is stored before the host stops.
        _commits.Complete();
        await base.StopAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "{Requests} requests could not be stored; their senders are told so")]
    private partial void LogNotStored(Exception exception, int requests);
}
