namespace ContactCenter.Benchmarks.Jobs;

/// <summary>Counts, in a worker process, the jobs of a run inside themselves, and says on standard output when the first has begun.</summary>
internal static class JobCounter
{
    private static TaskCompletionSource _done = new();
    private static int _expected;
    private static int _counted;

    /// <summary>Begins a run.</summary>
    /// <returns>Completes when that many jobs were counted.</returns>
    internal static Task Expect(int jobs)
    {
        (_done, _expected) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), jobs);
        Volatile.Write(ref _counted, 0);
        return _done.Task;
    }

    /// <summary>Called by every job as its work.</summary>
    internal static void Count()
    {
        var counted = Interlocked.Increment(ref _counted);
        if (counted == 1)
            Console.WriteLine("begun");
        if (counted == _expected)
            _done.SetResult();
    }
}
