using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.InsightsEnrichment.Hipaa;
using ContactCenter.InsightsEnrichment.TaskRouter;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>Compares what the events say of a session now with what is stored, and writes and publishes the difference.</summary>
/// <param name="store">The sessions.</param>
/// <param name="accounts">Says which account is the default, and which are test environments.</param>
/// <param name="options">Settings of the sessions.</param>
/// <param name="hipaa">Says what of customers is published.</param>
public sealed class SessionChanges(SessionStore store, TwilioAccounts accounts, IOptions<SessionRecordOptions> options, IOptions<HipaaOptions> hipaa)
{
    /// <summary>How long further changes are waited for before readers are told of one (INS-127).</summary>
    private static readonly TimeSpan Coalescing = TimeSpan.FromSeconds(30);

    /// <summary>How long a start is waited for (INS-29).</summary>
    private static readonly TimeSpan StartWait = TimeSpan.FromHours(1);

    /// <summary>The sessions.</summary>
    internal SessionStore Store => store;

    /// <summary>The accounts.</summary>
    internal TwilioAccounts Accounts => accounts;

    /// <summary>Whether dispositions and the end of a session tell its segments their outcome (INS-33).</summary>
    internal bool MapsDispositions => options.Value.MapDispositions;

    /// <summary>Compares one session.</summary>
    /// <param name="transaction">Takes rows, messages and jobs.</param>
    /// <param name="record">What its events say now.</param>
    /// <param name="before">What is stored; null if nothing is.</param>
    /// <param name="events">All its events.</param>
    /// <param name="added">Those that are new.</param>
    /// <param name="now">Time of the change.</param>
    /// <returns>The session as it is stored now; null if it is as it was.</returns>
    internal async Task<StoredSession?> CompareAsync(
        DurableTransaction transaction, SessionRecord record, StoredSession? before, IReadOnlyList<SessionEvent> events, IReadOnlyList<SessionEvent> added, DateTimeOffset now)
    {
        var accountSid = record.AccountSid ?? accounts.Default;
        var published = added.Where(current => SessionPublisher.Publishes(current.Type) && !record.AfterEnd.Contains(current.Key)).Order(SessionEvent.InOrder).ToList();
        var hasEnded = record.EndTime is not null && before?.EndTime is null;
        var session = StoredSession.Of(record, before, accountSid, options.Value.FileDelay, now) with
        {
            ForTask = record.TaskSid is null && record.CallSid is null ? null : SessionForTask.Of(record, accountSid, events),
        };
        var changes = before is null ? [] : session.Changes(before);
        var first = session.Sequence;
        session = session with { Sequence = first + published.Count + (hasEnded ? 1 : 0) };
        if (before is not null && changes.Count == 0)
        {
            if (session.Sequence == first && JsonSerializer.Serialize(session.ForTask) == JsonSerializer.Serialize(before.ForTask))
                return null;
            session = session with { RecordVersion = before.RecordVersion, UpdateTime = before.UpdateTime };
        }

        // Readers are told of changes once they may have read the record; before, it is known to be unfinished.
        var isLate = before?.EndTime is not null && session.ReadyTime <= now && changes.Count > 0 && accounts.Publishes(accountSid);
        var conversationId = await store.WriteAsync(transaction.Connection, session, isLate ? changes : []);
        var named = new SessionReference(session.Name.ToString());
        if (isLate)
            transaction.Enqueue(SessionJobs.TellUpdate, named, new() { DeduplicationKey = named.Name, DueTime = now + Coalescing });
        if (before is null && !record.HasStart)
            transaction.Enqueue(SessionJobs.CheckStart, named, new() { DeduplicationKey = named.Name, DueTime = now + StartWait });
        var different = before is null || changes.Count > 0 ? session : null;
        if (!accounts.Publishes(accountSid))
            return different;

        var knowledge = new SessionKnowledge(record.Name, events, hipaa.Value.Enabled);
        var publisher = new SessionPublisher(transaction, accountSid, named.Name, now);
        foreach (var (index, current) in published.Index())
            publisher.Publish(current, knowledge.FactsAt(current, record.SessionType, conversationId, first + index + 1), knowledge);
        if (hasEnded)
            publisher.PublishEnd(session, knowledge.FactsAt(null, record.SessionType, conversationId, session.Sequence));
        return different;
    }

    /// <summary>Publishes that an agent signed in or out.</summary>
    /// <param name="transaction">Takes the message.</param>
    /// <param name="current">The event.</param>
    /// <param name="now">Time of the change.</param>
    internal void PublishSignIn(DurableTransaction transaction, SessionEvent current, DateTimeOffset now)
    {
        var accountSid = current.AccountSid ?? accounts.Default;
        if (accounts.Publishes(accountSid))
            new SessionPublisher(transaction, accountSid, $"agent:{current.AgentId}", now).PublishSignIn(current);
    }
}
