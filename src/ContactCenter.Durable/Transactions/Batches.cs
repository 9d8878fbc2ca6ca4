namespace ContactCenter.Durable;

/// <summary>
/// Joins what many ask for at once into one piece of work: while one batch is under way, the next one gathers. A batch that fails
/// for another reason than the loss of the database is done again item by item, so that one bad item stops no other.
/// </summary>
/// <typeparam name="TItem">What is asked for.</typeparam>
/// <typeparam name="TResult">What comes of it.</typeparam>
/// <param name="most">Most items of a batch.</param>
/// <param name="run">Does a batch, all of it or nothing; a result for each item, in their order.</param>
public sealed class Batches<TItem, TResult>(int most, Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> run)
{
    private readonly Lock _gate = new();
    private List<(TItem Item, TaskCompletionSource<TResult> Result)> _waiting = [];
    private bool _isRunning;

    /// <summary>Asks for something.</summary>
    /// <param name="item">What.</param>
    /// <returns>What came of it; fails as the item does, or as its batch does if the database is lost.</returns>
    public Task<TResult> AddAsync(TItem item)
    {
        var result = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Add((item, result));
            if (_isRunning)
                return result.Task;
            _isRunning = true;
        }

        _ = Task.Run(RunAsync);
        return result.Task;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            List<(TItem Item, TaskCompletionSource<TResult> Result)> batch;
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _isRunning = false;
                    return;
                }

                batch = _waiting.Count <= most ? _waiting : _waiting[..most];
                _waiting = _waiting.Count <= most ? [] : _waiting[most..];
            }

            await RunAsync(batch);
        }
    }

    private async Task RunAsync(List<(TItem Item, TaskCompletionSource<TResult> Result)> batch)
    {
        try
        {
            var results = await run([.. batch.Select(entry => entry.Item)]);
            foreach (var ((_, result), value) in batch.Zip(results))
                result.SetResult(value);
        }
        catch (Exception failure) when (batch.Count == 1 || DatabaseLoss.Is(failure))
        {
            foreach (var (_, result) in batch)
                result.TrySetException(failure);
        }
        catch (Exception)
        {
            foreach (var entry in batch)
                await RunAsync([entry]);
        }
    }
}
