using System.Collections.Concurrent;
using System.Diagnostics;

namespace ContactCenter.Testing;

/// <summary>Keeps the finished activities (spans) of the named sources while it lives.</summary>
public sealed class ActivityCollector : IDisposable
{
    private readonly ConcurrentQueue<Activity> _finished = new();
    private readonly ActivityListener _listener;

    /// <summary>Starts listening.</summary>
    /// <param name="sources">Names of activity sources, such as <c>Npgsql</c>.</param>
    public ActivityCollector(params string[] sources)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Contains(source.Name),
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _finished.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The activities finished so far, in the order of their ends.</summary>
    public IReadOnlyList<Activity> Finished => [.. _finished];

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();
}
