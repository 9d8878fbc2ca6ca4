namespace ContactCenter.FollowUpScheduler.Records;

/// <summary>How a tracked record stands; stored by name in upper case.</summary>
public static class RecordStates
{
    /// <summary>Attempts remain.</summary>
    public const string Active = "ACTIVE";

    /// <summary>All attempts were made.</summary>
    public const string Exhausted = "EXHAUSTED";

    /// <summary>A recipient has answered.</summary>
    public const string Answered = "ANSWERED";

    /// <summary>An operator has stopped it.</summary>
    public const string Stopped = "STOPPED";

    /// <summary>It is no longer followed up.</summary>
    public const string Closed = "CLOSED";
}

/// <summary>A tracked record before a poll.</summary>
/// <param name="RecordId">Identity.</param>
/// <param name="ReconciliationId">What identifies it in the source.</param>
/// <param name="Episode">Which of its lives, from 1.</param>
/// <param name="State">One of <see cref="RecordStates"/>.</param>
/// <param name="Sources">User and group ids that its recipients came from.</param>
/// <param name="Recipients">Who is told of it.</param>
public sealed record TrackedRecord(Guid RecordId, string ReconciliationId, int Episode, string State, IReadOnlyList<string> Sources, IReadOnlyList<TrackedRecipient> Recipients);

/// <summary>Someone who is told of a record, before a poll.</summary>
/// <param name="UserId">The user.</param>
/// <param name="GroupIds">Groups that brought him; empty if he is named himself.</param>
/// <param name="IsRemoved">Whether he is no longer.</param>
/// <param name="Planned">Attempts planned.</param>
/// <param name="Settled">Attempts that have ended.</param>
public sealed record TrackedRecipient(string UserId, IReadOnlyList<string> GroupIds, bool IsRemoved, int Planned, int Settled);

/// <summary>Someone who is to be told of a record.</summary>
/// <param name="UserId">The user; the reference as it was written if it was not resolved.</param>
/// <param name="GroupIds">Groups that brought him; empty if he is named himself.</param>
/// <param name="BlockedReason">Why he cannot be told; empty if he can.</param>
public sealed record MatchedRecipient(string UserId, IReadOnlyList<string> GroupIds, string BlockedReason);

/// <summary>A record of the matched set with its recipients.</summary>
/// <param name="ReconciliationId">What identifies it in the source.</param>
/// <param name="Data">Its data as JSON.</param>
/// <param name="Sources">User and group ids that its recipients came from.</param>
/// <param name="Recipients">Who is to be told of it, each once.</param>
/// <param name="HasLookUpFailed">Whether it is not known who is to be told, as looking it up has failed.</param>
public sealed record MatchedRecord(string ReconciliationId, string Data, IReadOnlyList<string> Sources, IReadOnlyList<MatchedRecipient> Recipients, bool HasLookUpFailed);
