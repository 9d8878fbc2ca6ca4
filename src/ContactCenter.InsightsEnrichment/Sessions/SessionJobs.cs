using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.InsightsEnrichment.TaskRouter;
using ContactCenter.InsightsEnrichment.Warnings;
using Dapper;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>Payload of the jobs of a session.</summary>
/// <param name="Name">The session.</param>
public sealed record SessionReference(string Name);

/// <summary>Kinds of jobs.</summary>
internal static class SessionJobs
{
    /// <summary>Tells readers that a record has changed.</summary>
    public const string TellUpdate = "sessions.tell-update";

    /// <summary>Looks whether the start of a session has come.</summary>
    public const string CheckStart = "sessions.check-start";
}

/// <summary>Publishes <see cref="SessionRecordUpdated"/>: once for all changes of half a minute (INS-127).</summary>
/// <param name="database">The service's database.</param>
/// <param name="timeProvider">Time of the message.</param>
public sealed class SessionUpdateTeller(DurableDatabase database, TimeProvider timeProvider) : IJobHandler
{
    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        var name = job.Payload<SessionReference>().Name;
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await SessionStore.TakeUpdateAsync(transaction.Connection, name) is { } update)
        {
            var session = SessionName.Parse(name);
            var now = timeProvider.GetUtcNow();
            transaction.Publish(
                new SessionRecordUpdated
                {
                    EventId = Guid.CreateVersion7(now),
                    OccurredTime = new(update.UpdateTime),
                    RecordedTime = now,
                    AccountSid = update.AccountSid,
                    SessionKind = session.KindWord,
                    SessionId = session.Id,
                    RecordVersion = update.RecordVersion,
                    ChangedParts = update.ChangedParts,
                },
                name,
                mandatory: false);
        }

        await job.CommitAsync(transaction, cancellationToken);
    }
}

/// <summary>Raises the warning <c>session_start_missing</c> for a session whose start has not come within an hour (INS-29).</summary>
/// <param name="database">The service's database.</param>
/// <param name="accounts">Which accounts are test environments.</param>
/// <param name="timeProvider">Time of the warning.</param>
public sealed class SessionStartChecker(DurableDatabase database, TwilioAccounts accounts, TimeProvider timeProvider) : IJobHandler
{
    /// <inheritdoc />
    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        var account = await transaction.Connection.QuerySingleOrDefaultAsync<string>(
            "SELECT account_sid FROM insights.sessions WHERE session_name = @Name AND NOT has_start", job.Payload<SessionReference>());
        if (account is not null)
            await WarningStore.AddAsync(transaction, accounts, [new(account, "session_start_missing", "", null, null)], timeProvider.GetUtcNow());
        await job.CommitAsync(transaction, cancellationToken);
    }
}
