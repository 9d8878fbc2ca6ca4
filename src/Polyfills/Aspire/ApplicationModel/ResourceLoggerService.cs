using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A line of a resource's console output.</summary>
/// <param name="LineNumber">Counts all lines of all resources.</param>
/// <param name="Content">The line without its end.</param>
/// <param name="IsErrorMessage">Whether it went to standard error.</param>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>Keeps the last lines of every resource's console output.</summary>
public class ResourceLoggerService
{
    /// <summary>How many lines are kept of each resource.</summary>
    internal const int Capacity = 10_000;

    private const int LongestLine = 16_384;
    private const int LargestBatch = 500;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<LogLine>> _kept = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string? Resource, Channel<(string Resource, LogLine Line)> Channel)> _watchers = [];
    private int _count;

    /// <summary>The lines kept so far in batches, then new ones as they come.</summary>
    /// <param name="resourceName">The resource's name.</param>
    /// <returns>The lines; a reader that is 10,000 lines behind misses the oldest.</returns>
    public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName)
    {
        await foreach (var batch in WatchAllAsync(resourceName, CancellationToken.None))
            yield return [.. batch.Select(entry => entry.Line)];
    }

    /// <inheritdoc cref="WatchAsync(string)" />
    /// <param name="resource">The resource.</param>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) => WatchAsync(resource.Name);

    internal async IAsyncEnumerable<IReadOnlyList<(string Resource, LogLine Line)>> WatchAllAsync(
        string? resource, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<(string, LogLine)>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        List<(string Resource, LogLine Line)> batch;
        lock (_lock)
        {
            batch = [.. _kept.Where(kept => resource is null || string.Equals(kept.Key, resource, StringComparison.OrdinalIgnoreCase))
                .SelectMany(kept => kept.Value.Select(line => (kept.Key, line)))
                .OrderBy(entry => entry.line.LineNumber)];
            _watchers.Add((resource, channel));
        }

        try
        {
            foreach (var chunk in batch.Chunk(LargestBatch))
                yield return chunk;
            while (await channel.Reader.WaitToReadAsync(cancellationToken))
            {
                batch = [];
                while (batch.Count < LargestBatch && channel.Reader.TryRead(out var entry))
                    batch.Add(entry);
                yield return batch;
            }
        }
        finally
        {
            lock (_lock)
                _watchers.RemoveAll(watcher => watcher.Channel == channel);
        }
    }

    internal void Append(string resource, string text, bool isError)
    {
        if (text.Length > LongestLine)
            text = text[..LongestLine];
        lock (_lock)
        {
            var line = new LogLine(++_count, text, isError);
            if (!_kept.TryGetValue(resource, out var lines))
                _kept[resource] = lines = new();
            lines.Enqueue(line);
            if (lines.Count > Capacity)
                lines.Dequeue();
            foreach (var watcher in _watchers)
            {
                if (watcher.Resource is null || string.Equals(watcher.Resource, resource, StringComparison.OrdinalIgnoreCase))
                    watcher.Channel.Writer.TryWrite((resource, line));
            }
        }
    }

    internal IReadOnlyList<string> Last(string resource, int count)
    {
        lock (_lock)
            return _kept.TryGetValue(resource, out var lines) ? [.. lines.TakeLast(count).Select(line => line.Content)] : [];
    }
}
