using ContactCenter.FollowUpScheduler.Notifications;

namespace ContactCenter.FollowUpScheduler.Records;

/// <summary>An attempt to be planned.</summary>
/// <param name="RecordId">The record.</param>
/// <param name="Episode">Its episode.</param>
/// <param name="UserId">The recipient.</param>
/// <param name="Attempt">From 1.</param>
public sealed record PlannedAttempt(Guid RecordId, int Episode, string UserId, int Attempt);

/// <summary>A record as a poll leaves it.</summary>
/// <param name="RecordId">Identity.</param>
/// <param name="Episode">Its episode.</param>
/// <param name="Matched">What was fetched.</param>
public sealed record ReconciledRecord(Guid RecordId, int Episode, MatchedRecord Matched);

/// <summary>A record that leaves the matched set.</summary>
/// <param name="Record">The record.</param>
/// <param name="Reason">LEFT_RESULT_SET or CONDITION_NOT_MET.</param>
public sealed record ClosedRecord(TrackedRecord Record, string Reason);

/// <summary>What a successful poll changes: a pure function of what is tracked and what was fetched (FUP-37 to FUP-44).</summary>
public sealed record Reconciliation
{
    /// <summary>The id is no longer in the result set.</summary>
    public const string LeftResultSet = "LEFT_RESULT_SET";

    /// <summary>The id is there, but the condition no longer holds.</summary>
    public const string ConditionNotMet = "CONDITION_NOT_MET";

    /// <summary>Records that become tracked, or are again.</summary>
    public required IReadOnlyList<ReconciledRecord> New { get; init; }

    /// <summary>Records that stay; their episodes go on.</summary>
    public required IReadOnlyList<ReconciledRecord> Continued { get; init; }

    /// <summary>Records that stay but begin a new episode, as none of their recipients' sources remains (FUP-44).</summary>
    public required IReadOnlyList<ReconciledRecord> Restarted { get; init; }

    /// <summary>Records that are closed.</summary>
    public required IReadOnlyList<ClosedRecord> Closed { get; init; }

    /// <summary>Attempts to be planned at the poll's time.</summary>
    public required IReadOnlyList<PlannedAttempt> Attempts { get; init; }

    /// <summary>Works out the changes.</summary>
    /// <param name="tracked">Open records, and closed ones whose ids are in the matched set.</param>
    /// <param name="matched">The matched set.</param>
    /// <param name="resultIds">Ids of the whole result set.</param>
    /// <param name="attempts">Attempts per recipient.</param>
    /// <param name="newId">Makes ids of records.</param>
    public static Reconciliation Of(IReadOnlyCollection<TrackedRecord> tracked, IReadOnlyList<MatchedRecord> matched, IReadOnlySet<string> resultIds, int attempts, Func<Guid> newId)
    {
        var known = tracked.ToDictionary(record => record.ReconciliationId, StringComparer.Ordinal);
        var (fresh, continued, restarted, planned) = (new List<ReconciledRecord>(), new List<ReconciledRecord>(), new List<ReconciledRecord>(), new List<PlannedAttempt>());
        foreach (var record in matched)
        {
            var before = known.GetValueOrDefault(record.ReconciliationId);
            if (before is { State: not RecordStates.Closed } && (record.HasLookUpFailed || !HasOtherSources(before, record)))
            {
                continued.Add(new(before.RecordId, before.Episode, record.HasLookUpFailed ? Blocked(before, record) : record));
                if (before.State == RecordStates.Active)
                    planned.AddRange(Unplanned(before, record, attempts));
                continue;
            }

            var next = new ReconciledRecord(before?.RecordId ?? newId(), (before?.Episode ?? 0) + 1, record);
            (before is { State: not RecordStates.Closed } ? restarted : fresh).Add(next);
            planned.AddRange(record.Recipients.Where(IsReachable).Select(recipient => new PlannedAttempt(next.RecordId, next.Episode, recipient.UserId, 1)));
        }

        var ids = matched.Select(record => record.ReconciliationId).ToHashSet(StringComparer.Ordinal);
        return new()
        {
            New = fresh,
            Continued = continued,
            Restarted = restarted,
            Closed = [.. tracked.Where(record => record.State != RecordStates.Closed && !ids.Contains(record.ReconciliationId))
                .Select(record => new ClosedRecord(record, resultIds.Contains(record.ReconciliationId) ? ConditionNotMet : LeftResultSet))],
            Attempts = planned,
        };
    }

    private static bool HasOtherSources(TrackedRecord before, MatchedRecord record) =>
        before.Sources.Count > 0 && record.Sources.Count > 0 && !before.Sources.Intersect(record.Sources, StringComparer.Ordinal).Any();

    /// <summary>A record whose recipients could not be looked up: those it has stay, but are told nothing until they can (FUP-49).</summary>
    private static MatchedRecord Blocked(TrackedRecord before, MatchedRecord record)
    {
        var known = before.Recipients.Where(recipient => !recipient.IsRemoved).Select(recipient => new MatchedRecipient(recipient.UserId, recipient.GroupIds, HoldReasons.LookUpFailed)).ToList();
        return known.Count > 0 ? record with { Sources = before.Sources, Recipients = known } : record;
    }

    private static bool IsReachable(MatchedRecipient recipient) => recipient.BlockedReason.Length == 0;

    /// <summary>First attempts of recipients who were added or can be told now, and the next one of those who are back.</summary>
    private static IEnumerable<PlannedAttempt> Unplanned(TrackedRecord before, MatchedRecord record, int attempts)
    {
        var known = before.Recipients.ToDictionary(recipient => recipient.UserId, StringComparer.Ordinal);
        return from recipient in record.Recipients
               where IsReachable(recipient)
               let earlier = known.GetValueOrDefault(recipient.UserId)
               where earlier is null or { IsRemoved: true } or { Planned: 0 }
               let attempt = (earlier?.Settled ?? 0) + 1
               where attempt <= attempts
               select new PlannedAttempt(before.RecordId, before.Episode, recipient.UserId, attempt);
    }
}
