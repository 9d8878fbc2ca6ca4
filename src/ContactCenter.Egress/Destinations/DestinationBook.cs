using System.Collections.Concurrent;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.Secrets;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Egress.Destinations;

/// <summary>
/// Knows what operators have set, so that a change holds in every replica within 5 s. It is read again when a call finds it
/// older than <see cref="Life"/>: one statement for all destinations, and none while nothing is called.
/// </summary>
internal sealed partial class DestinationBook(DestinationStore? store, SecretKeyRing keys, TimeProvider time, ILogger<DestinationBook> logger)
    : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(4);

    // Longer than a healthy database needs, short enough for a call: without an answer, what was known before holds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<string, Destination> _recorded = new(StringComparer.Ordinal);
    private volatile Dictionary<string, Change> _changes = [];
    private long _readEnd = long.MinValue;
    private long _pauseEnd = long.MinValue;

    /// <summary>The destination with what operators have set.</summary>
    /// <param name="destination">As the program gives it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Destination> CurrentAsync(Destination destination, CancellationToken cancellationToken) =>
        store is null || IsKnown(destination) || time.GetTimestamp() < Volatile.Read(ref _pauseEnd)
            ? new(Changed(destination))
            : CatchUpAsync(store, destination, cancellationToken);

    public void Dispose() => _turn.Dispose();

    private bool IsKnown(Destination destination) =>
        time.GetTimestamp() < Volatile.Read(ref _readEnd) && _recorded.TryGetValue(destination.Key, out var recorded) && recorded == destination;

    private Destination Changed(Destination destination)
    {
        if (!_changes.TryGetValue(destination.Key, out var change))
            return destination;
        destination = change.Settings?.ApplyTo(destination) ?? destination;
        return destination with { BreakerResets = change.BreakerResets };
    }

    private async ValueTask<Destination> CatchUpAsync(DestinationStore rows, Destination destination, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(Patience, cancellationToken))
            return Changed(destination);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Patience);
            if (!IsKnown(destination))
                await ReadAsync(rows, destination, limit.Token);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            Volatile.Write(ref _pauseEnd, Later());
            LogNotRead(error);
        }
        finally
        {
            _turn.Release();
        }

        return Changed(destination);
    }

    private async Task ReadAsync(DestinationStore rows, Destination destination, CancellationToken cancellationToken)
    {
        if (!_recorded.TryGetValue(destination.Key, out var recorded) || recorded != destination)
        {
            await rows.RecordAsync(destination, cancellationToken);
            _recorded[destination.Key] = destination;
        }

        if (time.GetTimestamp() < _readEnd)
            return;
        var end = Later();
        _changes = (await rows.ReadChangedAsync(cancellationToken))
            .ToDictionary(row => row.Destination().Key, row => new Change(row.Opened(keys), row.BreakerResets), StringComparer.Ordinal);
        Volatile.Write(ref _readEnd, end);
    }

    private long Later() => time.GetTimestamp() + (long)(Life.TotalSeconds * time.TimestampFrequency);

    [LoggerMessage(LogLevel.Warning, "What operators have set for destinations could not be read; what was known before holds")]
    private partial void LogNotRead(Exception error);

    private sealed record Change(DestinationSettings? Settings, long BreakerResets);
}
