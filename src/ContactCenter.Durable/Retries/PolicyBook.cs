using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContactCenter.Durable.Retries;

/// <summary>What the policies say now. They are read again when a job fails and the last reading is 4 s old, so that idle and busy processes alike pay next to nothing.</summary>
internal sealed partial class PolicyBook(NpgsqlDataSource dataSource, IEnumerable<RetryPolicy> own, TimeProvider timeProvider, ILogger<PolicyBook> logger) : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(4);

    private readonly Dictionary<string, RetryPolicy> _own = own.ToDictionary(policy => policy.Name);
    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Reading? _last;

    /// <summary>The policies that the service's program defines.</summary>
    public IReadOnlyCollection<RetryPolicy> Own => _own.Values;

    /// <summary>Finds a built-in policy, or one that is stored; if it was removed or the database is away, what was known before.</summary>
    public async ValueTask<RetryPolicy> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (RetryPolicy.BuiltIn.FirstOrDefault(policy => policy.Name == name) is { } builtIn)
            return builtIn;
        var reading = _last;
        if (reading is null || timeProvider.GetElapsedTime(reading.Timestamp) >= Freshness)
            reading = await ReadAsync(cancellationToken);
        return reading.Policies.GetValueOrDefault(name) ?? _own[name];
    }

    /// <inheritdoc />
    public void Dispose() => _reading.Dispose();

    private async Task<Reading> ReadAsync(CancellationToken cancellationToken)
    {
        var before = _last;
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } other && other != before)
                return other;
            var timestamp = timeProvider.GetTimestamp();
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            return _last = new Reading((await PolicyStore.ListAsync(connection)).ToDictionary(stored => stored.Policy.Name, stored => stored.Policy), timestamp);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is: the failure of a job that asks must not become another one.
            LogStale(exception);
            return _last = new Reading(before?.Policies ?? [], timeProvider.GetTimestamp());
        }
        finally
        {
            _reading.Release();
        }
    }

    private sealed record Reading(Dictionary<string, RetryPolicy> Policies, long Timestamp);

    [LoggerMessage(LogLevel.Warning, "The retry policies could not be read again; the last known ones apply")]
    private partial void LogStale(Exception exception);
}
