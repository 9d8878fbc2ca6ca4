using System.Threading.Channels;

namespace ContactCenter.Durable.Tests.Setup;

public sealed class RepeatTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Work_that_fails_is_tried_again_after_pauses_that_double_up_to_five_seconds_and_at_its_interval_once_it_succeeds()
    {
        var time = new ManualTimeProvider();
        var (start, fails, turns) = (time.GetUtcNow(), true, Channel.CreateUnbounded<double>());
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var repeating = Repeat.EveryAsync(TimeSpan.FromSeconds(1), time, WorkAsync, _ => { }, stopping.Token);

        Assert.Equal(0, await TurnAsync());
        foreach (var (pause, at) in ((double, double)[])[(1, 1), (2, 3), (4, 7), (5, 12), (5, 17)])
            Assert.Equal(at, await TurnAfterAsync(pause));
        fails = false;
        Assert.Equal(22, await TurnAfterAsync(5));
        Assert.Equal(23, await TurnAfterAsync(1));
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => repeating);

        Task WorkAsync(CancellationToken cancellation)
        {
            turns.Writer.TryWrite((time.GetUtcNow() - start).TotalSeconds);
            return fails ? throw new TimeoutException() : Task.CompletedTask;
        }

        async Task<double> TurnAfterAsync(double seconds)
        {
            // The timer gets its new period after the turn; before that it would fire too early or not at all.
            await Eventually.TrueAsync(() => Task.FromResult(time.UntilNextTimer == TimeSpan.FromSeconds(seconds)));
            time.Advance(TimeSpan.FromSeconds(seconds));
            return await TurnAsync();
        }

        Task<double> TurnAsync() => turns.Reader.ReadAsync(CancellationToken.None).AsTask().WaitAsync(Limit, CancellationToken.None);
    }
}
