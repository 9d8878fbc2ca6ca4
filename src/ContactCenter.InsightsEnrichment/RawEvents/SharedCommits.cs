using System.Threading.Channels;
using ContactCenter.ServiceDefaults;

namespace ContactCenter.InsightsEnrichment.RawEvents;

/// <summary>
/// Stores what requests bring: those that come while a statement is under way share the next one and its commit, so that many
/// senders cost few commits. Whoever awaits <see cref="StoreAsync"/> knows that its items are committed.
/// </summary>
/// <param name="store">Stores items of several requests: all or none.</param>
/// <param name="notStored">Told of a failure, and of how many requests it concerns.</param>
/// <typeparam name="T">What is stored.</typeparam>
internal sealed class SharedCommits<T>(Func<IReadOnlyList<T>, CancellationToken, Task> store, Action<Exception, int> notStored)
{
    private const int MaxWaiting = 512;
    private const int MaxItemsPerStatement = 1_000;

    /// <summary>Longest wait for one statement; with the wait for the one before it an answer takes less than 5 s (INS-3).</summary>
    private static readonly TimeSpan StatementLimit = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait of a request for its commit.</summary>
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(4.5);

    private readonly Channel<Arrival> _arrivals = Channel.CreateBounded<Arrival>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    /// <summary>Stores the items of one request: all or none.</summary>
    /// <param name="items">At least one.</param>
    /// <param name="cancellationToken">Gives up waiting; the items may be stored all the same.</param>
    /// <returns>False if the store did not confirm them in time.</returns>
    public async Task<bool> StoreAsync(IReadOnlyList<T> items, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(WaitLimit);
        var arrival = new Arrival(items);
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

    /// <summary>Stores what comes, until <see cref="Complete"/> and all that came before it is stored.</summary>
    public async Task RunAsync()
    {
        var batch = new List<Arrival>();
        while (await _arrivals.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            for (var items = 0; items < MaxItemsPerStatement && _arrivals.Reader.TryRead(out var arrival); items += arrival.Items.Count)
                batch.Add(arrival);
            await WriteAsync(batch);
        }
    }

    /// <summary>Takes nothing more.</summary>
    public void Complete() => _arrivals.Writer.TryComplete();

    private async Task WriteAsync(List<Arrival> batch)
    {
        using var limit = new CancellationTokenSource(StatementLimit);
        var stored = false;
        try
        {
            await store(batch.Count == 1 ? batch[0].Items : batch.SelectMany(arrival => arrival.Items).ToList(), limit.Token);
            stored = true;
        }
        catch (Exception exception) when (batch.Count == 1 || TransientFailure.Is(exception) || limit.IsCancellationRequested)
        {
            notStored(exception, batch.Count);
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

    private sealed record Arrival(IReadOnlyList<T> Items)
    {
        public TaskCompletionSource<bool> Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
