using System.Diagnostics.CodeAnalysis;

namespace ContactCenter.Durable;

/// <summary>
/// Lets what a process repeats beside its calls begin one after the other: all of it begins when the process starts, and each
/// would open a connection of its own for a statement or two that nobody waits for.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore without a wait handle holds nothing.")]
public sealed class FirstTurns
{
    // What takes longer, such as a large clean-up, holds up nobody.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Has the first turn of some work wait for those of others.</summary>
    /// <param name="work">One turn, see <see cref="Repeat.EveryAsync"/>.</param>
    /// <returns>The same work, whose first turn waits.</returns>
    public Func<CancellationToken, Task> Queue(Func<CancellationToken, Task> work)
    {
        var isFirst = true;
        return async stoppingToken =>
        {
            var isMine = isFirst && await _turn.WaitAsync(LongestWait, stoppingToken);
            isFirst = false;
            try
            {
                await work(stoppingToken);
            }
            finally
            {
                if (isMine)
                    _turn.Release();
            }
        };
    }
}
