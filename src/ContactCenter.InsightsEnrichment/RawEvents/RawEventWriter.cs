using System.Threading.Channels;
using ContactCenter.InsightsEnrichment.Hipaa;
using ContactCenter.ServiceDefaults;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>
/// Stores raw events: requests that come while a statement is under way share the next one and its commit, so that many
/// senders cost few commits. Whoever awaits <see cref="StoreAsync"/> knows that its events are committed.
/// </summary>
/// <param name="store">Takes the events.</param>
/// <param name="filter">What every event passes before.</param>
/// <param name="backlog">Told of what was stored.</param>
/// <param name="logger">Told when the store is away.</param>
public sealed partial class RawEventWriter(RawEventStore store, EntryFilter filter, EnrichmentBacklog backlog, ILogger<RawEventWriter> logger) : BackgroundService
{
    private const int MaxWaiting = 512;
    private const int MaxEventsPerStatement = 1_000;

    /// <summary>Longest wait for one statement; with the wait for the one before it an answer takes less than 5 s (INS-3).</summary>
    private static readonly TimeSpan StatementLimit = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait of a request for its commit.</summary>
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(4.5);

    private readonly Channel<Arrival> _arrivals = Channel.CreateBounded<Arrival>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    /// <summary>Stores the events of one request: all or none.</summary>
    /// <param name="events">At least one event.</param>
    /// <param name="cancellationToken">Gives up waiting; the events may be stored all the same.</param>
    /// <returns>False if the store did not confirm them in time.</returns>
    public async Task<bool> StoreAsync(IReadOnlyList<RawEvent> events, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(WaitLimit);
        var arrival = new Arrival([.. events.Select(filter.Apply)]);
        try
        {
            await _arrivals.Writer.WriteAsync(arrival, limit.Token);
            return await arrival.Stored.Task.WaitAsync(limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Arrival>();
        // Until the channel is completed, not until the host stops: what was taken is stored.
        while (await _arrivals.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            for (var events = 0; events < MaxEventsPerStatement && _arrivals.Reader.TryRead(out var arrival); events += arrival.Events.Count)
                batch.Add(arrival);
            await WriteAsync(batch);
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _arrivals.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    private async Task WriteAsync(List<Arrival> batch)
    {
        using var limit = new CancellationTokenSource(StatementLimit);
        var stored = false;
        try
        {
            var events = batch.Count == 1 ? batch[0].Events : batch.SelectMany(arrival => arrival.Events).ToList();
            await store.AddAsync(events, limit.Token);
            backlog.Add(events.Count);
            stored = true;
        }
        catch (Exception exception) when (batch.Count == 1 || TransientFailure.Is(exception) || limit.IsCancellationRequested)
        {
            LogNotStored(exception, batch.Count);
        }
        catch (Exception)
        {
            // One of them cannot be stored: it must not stop the others.
            foreach (var arrival in batch)
                await WriteAsync([arrival]);
            return;
        }

        foreach (var arrival in batch)
            arrival.Stored.TrySetResult(stored);
    }

    [LoggerMessage(LogLevel.Error, "{Requests} requests could not be stored; their senders are told so")]
    private partial void LogNotStored(Exception exception, int requests);

    private sealed record Arrival(IReadOnlyList<RawEvent> Events)
    {
        public TaskCompletionSource<bool> Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
