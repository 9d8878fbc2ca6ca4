using Npgsql;

namespace ContactCenter.Durable.Tests.Transactions;

public sealed class BatchesTests
{
    private const int LimitMilliseconds = 10_000;

    private readonly List<int[]> _batches = [];
    private readonly TaskCompletionSource _isUnderWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _isGathered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact(Timeout = LimitMilliseconds)]
    public async Task What_is_asked_while_a_batch_is_under_way_shares_the_next_and_each_gets_its_own_result()
    {
        var results = await AskAsync(6, _ => { });

        var answers = await Task.WhenAll(results);
        Assert.Equal([0, 10, 20, 30, 40, 50], answers);
        Assert.Equal([[0], [1, 2, 3, 4], [5]], _batches);
    }

    [Fact(Timeout = LimitMilliseconds)]
    public async Task One_bad_item_fails_alone()
    {
        var results = await AskAsync(4, items =>
        {
            if (items.Contains(2))
                throw new InvalidOperationException("Two is bad.");
        });

        Assert.Equal("Two is bad.", (await Assert.ThrowsAsync<InvalidOperationException>(() => results[2])).Message);
        var answers = await Task.WhenAll(results[0], results[1], results[3]);
        Assert.Equal([0, 10, 30], answers);
        Assert.Equal([[0], [1, 2, 3], [1], [2], [3]], _batches);
    }

    [Fact(Timeout = LimitMilliseconds)]
    public async Task The_loss_of_the_database_fails_all_of_a_batch_and_the_next_is_tried()
    {
        var results = await AskAsync(6, items =>
        {
            if (items.Contains(2))
                throw new NpgsqlException("Gone", new IOException());
        });

        foreach (var result in results[1..5])
            await Assert.ThrowsAsync<NpgsqlException>(() => result);
        var answers = await Task.WhenAll(results[0], results[5]);
        Assert.Equal([0, 50], answers);
        Assert.Equal([[0], [1, 2, 3, 4], [5]], _batches);
    }

    // The first is under way until all others are asked for.
    private async Task<Task<int>[]> AskAsync(int number, Action<IReadOnlyList<int>> check)
    {
        var batches = new Batches<int, int>(4, async items =>
        {
            _batches.Add([.. items]);
            _isUnderWay.TrySetResult();
            await _isGathered.Task;
            check(items);
            return [.. items.Select(item => item * 10)];
        });
        var first = batches.AddAsync(0);
        await _isUnderWay.Task;
        Task<int>[] results = [first, .. Enumerable.Range(1, number - 1).Select(batches.AddAsync)];
        _isGathered.SetResult();
        return results;
    }
}
