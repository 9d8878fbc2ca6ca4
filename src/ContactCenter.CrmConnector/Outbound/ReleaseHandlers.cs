using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Durable;
using Microsoft.Extensions.Options;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>Lets operations of a session go: those of a lane that is free again (CRM-104), or those that waited for too long (CRM-106).</summary>
/// <param name="database">The service's database.</param>
/// <param name="connectors">The connectors.</param>
/// <param name="timeProvider">Now.</param>
public sealed class ReleaseHandler(DurableDatabase database, ConnectorLoader connectors, TimeProvider timeProvider) : IJobHandler
{
    /// <summary>An operation waits no longer for another (CRM-106).</summary>
    internal static readonly TimeSpan LongestBlock = TimeSpan.FromDays(30);

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var (name, lane) = job.Payload<ReleasedLane>();
        await using var transaction = await database.BeginAsync(cancellationToken);
        var now = timeProvider.GetUtcNow();
        if (await SessionStore.LockAsync(transaction.Connection, name) is { } session && SessionWork.Of(transaction, session, connectors, now) is { } work)
        {
            work.ReleaseBlocked(lane, lane is null ? now - LongestBlock : null);
            await work.SaveAsync();
        }

        await job.CommitAsync(transaction, cancellationToken);
    }
}

/// <summary>Once an hour: looks for operations that waited for too long, and removes sessions that are over for long (CRM-106).</summary>
/// <param name="database">The service's database.</param>
/// <param name="options">For how long they are kept.</param>
/// <param name="timeProvider">Now.</param>
public sealed class SessionKeeper(DurableDatabase database, IOptions<CrmOptions> options, TimeProvider timeProvider) : IJobHandler
{
    /// <summary>Kind of the job.</summary>
    public const string Kind = "crm.keep-sessions";

    private const int Portion = 1_000;

    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        int removed;
        do
        {
            await using var portion = await database.BeginAsync(cancellationToken);
            removed = await OperationStore.ForgetAsync(portion.Connection, now - TimeSpan.FromDays(options.Value.HistoryDays), Portion);
            await portion.CommitAsync(cancellationToken);
        }
        while (removed == Portion);

        await using var transaction = await database.BeginAsync(cancellationToken);
        foreach (var session in await OperationStore.OverdueAsync(transaction.Connection, now - ReleaseHandler.LongestBlock, Portion))
            transaction.Enqueue(SessionWork.Release, new ReleasedLane(session, null), new() { DeduplicationKey = session });
        await job.CommitAsync(transaction, cancellationToken);
    }
}
