namespace ContactCenter.Durable;

/// <summary>Joins what many ask for at once into one piece of work: while one batch is under way, the next one gathers.</summary>
/// <typeparam name="TItem">What is asked for.</typeparam>
/// <typeparam name="TResult">What comes of it.</typeparam>
/// <param name="most">Most items of a batch.</param>
/// <param name="run">Does a batch; a result for each item, in their order.</param>
public sealed class Batches<TItem, TResult>(int most, Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> run)
{
    private readonly Lock _gate = new();
    private List<(TItem Item, TaskCompletionSource<TResult> Result)> _waiting = [];
    private bool _isRunning;

    /// <summary>Asks for something.</summary>
    /// <param name="item">What.</param>
    /// <returns>What came of it; fails if its batch does.</returns>
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

            try
            {
                var results = await run([.. batch.Select(entry => entry.Item)]);
                for (var i = 0; i < batch.Count; i++)
                    batch[i].Result.SetResult(results[i]);
            }
            catch (Exception failure)
            {
                foreach (var (_, result) in batch)
                    result.TrySetException(failure);
            }
        }
    }
}
