namespace ContactCenter.Durable;

/// <summary>What a process does again and again beside its calls: to count, to clean up, to tell others.</summary>
public static class Repeat
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    // What is done many times a second does not say so often that its database is away.
    private static readonly TimeSpan GrownPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Does the work now and at each interval until the process stops. Whatever it throws is reported and tried again, after
    /// the interval or a minute, whichever is shorter, and after twice as long each time up to five seconds where the interval is short:
    /// no defect beside the calls may stop the host.
    /// </summary>
    /// <param name="interval">From one turn to the next.</param>
    /// <param name="timeProvider">Measures it.</param>
    /// <param name="work">One turn.</param>
    /// <param name="failed">Told what a turn threw.</param>
    /// <param name="stoppingToken">Ends the work.</param>
    /// <returns>A task that ends only by the token.</returns>
    /// <exception cref="OperationCanceledException">The process stops.</exception>
    public static async Task EveryAsync(TimeSpan interval, TimeProvider timeProvider, Func<CancellationToken, Task> work, Action<Exception> failed, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, timeProvider);
        var grown = interval;
        do
        {
            var pause = interval;
            try
            {
                await work(stoppingToken);
                grown = interval;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                failed(exception);
                pause = grown < LongestPause ? grown : LongestPause;
                if (grown < GrownPause)
                    grown = grown * 2 < GrownPause ? grown * 2 : GrownPause;
            }

            if (timer.Period != pause)
                timer.Period = pause;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
