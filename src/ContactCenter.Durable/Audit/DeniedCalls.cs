using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Durable.Audit;

/// <summary>
/// Counts calls that were refused for lack of scope, and enters them in the audit log as DENIED: over all processes at most
/// one entry a minute per caller and method, with the number of calls since the one before (DUR-59).
/// </summary>
/// <remarks>What a process counted in its last 10 seconds is lost if it is killed.</remarks>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Time of entries.</param>
/// <param name="logger">Told when the database cannot be reached; the counts are kept.</param>
public sealed partial class DeniedCalls(DurableDatabase database, TimeProvider timeProvider, ILogger<DeniedCalls> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(string Actor, string Method), int> _counts = [];

    /// <summary>Counts a refused call; it does not wait.</summary>
    /// <param name="actor">Who called, such as <c>apikey:7m3k9q2x5c8v</c>.</param>
    /// <param name="method">Full name, such as <c>/contactcenter.crm.v1.ProfileService/CreateProfile</c>.</param>
    public void Add(string actor, string method) => Add((actor, method), 1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Repeat.EveryAsync(Interval, timeProvider, WriteAsync, LogFailed, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await WriteAsync(limit.Token);
        }
    }

    private void Add((string, string) call, int count)
    {
        lock (_counts)
            _counts[call] = _counts.GetValueOrDefault(call) + count;
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        KeyValuePair<(string Actor, string Method), int>[] counts;
        lock (_counts)
        {
            counts = [.. _counts];
            _counts.Clear();
        }

        foreach (var ofActor in counts.GroupBy(count => count.Key.Actor))
        {
            try
            {
                await WriteAsync(ofActor.Key, [.. ofActor], cancellationToken);
            }
            catch (Exception exception)
            {
                foreach (var (call, count) in ofActor)
                    Add(call, count);
                LogFailed(exception);
            }
        }
    }

    private async Task WriteAsync(string actor, IReadOnlyList<KeyValuePair<(string Actor, string Method), int>> counts, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var entered = await AuditStore.LockAndReadDeniedAsync(transaction.Connection, actor, timeProvider.GetUtcNow() - Pause);
        foreach (var ((_, method), count) in counts.Where(count => !entered.Contains(count.Key.Method)))
            transaction.Audit(new AuditEntry(actor, method, "methods/" + method, Result: AuditEntry.Denied, Details: new JsonObject { ["count"] = count }));
        await transaction.CommitAsync(cancellationToken);
        foreach (var (call, count) in counts.Where(count => entered.Contains(count.Key.Method)))
            Add(call, count);
    }

    [LoggerMessage(LogLevel.Warning, "Refused calls could not be entered in the audit log; the next try is in 10 s")]
    private partial void LogFailed(Exception exception);
}
