namespace ContactCenter.Durable.Tests.Setup;

public sealed class FirstTurnsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_turns_come_one_after_the_other_even_if_one_fails_and_later_turns_wait_for_nobody()
    {
        var turns = new FirstTurns();
        var (open, begun) = (new TaskCompletionSource(), 0);
        var works = Enumerable.Range(0, 3).Select(_ => turns.Queue(async _ =>
        {
            Interlocked.Increment(ref begun);
            await open.Task;
            throw new TimeoutException();
        })).ToList();

        var first = works.ConvertAll(work => work(Cancellation));
        Assert.Equal(1, begun);
        open.SetResult();
        foreach (var turn in first)
            await Assert.ThrowsAsync<TimeoutException>(() => turn);
        Assert.Equal(3, begun);

        open = new TaskCompletionSource();
        var second = works.ConvertAll(work => work(Cancellation));
        Assert.Equal(6, begun);
        open.SetResult();
        foreach (var turn in second)
            await Assert.ThrowsAsync<TimeoutException>(() => turn);
    }
}
