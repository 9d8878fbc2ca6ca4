using ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>One piece of outbound work as it is stored (CRM-80); guarded by the lock of its session's row.</summary>
public sealed class StoredOperation
{
    /// <summary>Identity, and its Idempotency-Key (CRM-43).</summary>
    public Guid OperationId { get; init; }
    /// <summary>The session.</summary>
    public string Session { get; init; } = "";
    /// <summary>The connector that it goes through.</summary>
    public string ConnectorId { get; init; } = "";
    /// <summary>What it does.</summary>
    public WorkKind Kind { get; init; }
    /// <summary>The event that it is the effect of.</summary>
    public string Source { get; init; } = "";
    /// <summary>When that happened.</summary>
    public DateTime PositionTime { get; set; }
    /// <summary>Its place among those of the same time.</summary>
    public short PositionRank { get; init; }
    /// <summary>One of a lane is under way at a time; null until it can be.</summary>
    public string? Lane { get; set; }
    /// <summary>Where it stands.</summary>
    public WorkState State { get; set; }
    /// <summary>Why; empty for no reason.</summary>
    public string Reason { get; set; } = "";
    /// <summary>What is called next, or was called last; unspecified before the first.</summary>
    public EndpointKind Step { get; set; }
    /// <summary>Which part of a long comment is sent next, from 1.</summary>
    public int Part { get; set; } = 1;
    /// <summary>Whether a create was sent whose outcome is unknown (CRM-85).</summary>
    public bool Uncertain { get; set; }
    /// <summary>Its job; null without one.</summary>
    public Guid? JobId { get; set; }
    /// <summary>What is sent, sealed; null before it is rendered and after it was sent.</summary>
    public string? Request { get; set; }
    /// <summary>SHA-256 of what was sent last.</summary>
    public byte[]? RequestSha256 { get; set; }
    /// <summary>Begin of the answer that holds it, sealed.</summary>
    public string? Response { get; set; }
    /// <summary>How often it was replayed.</summary>
    public int Generation { get; set; }
    /// <summary>The generation that was last rendered anew; 0 for none.</summary>
    public int ReRendered { get; set; }
    /// <summary>Calls since it was made or last replayed.</summary>
    public int AttemptCount { get; set; }
    /// <summary>The newest of all calls, as JSON.</summary>
    public string Attempts { get; set; } = "[]";
    /// <summary>When the first of <see cref="AttemptCount"/> was made.</summary>
    public DateTime? FirstAttemptTime { get; set; }
    /// <summary>When the next one is due.</summary>
    public DateTime? NextAttemptTime { get; set; }
    /// <summary>When it was made.</summary>
    public DateTime CreateTime { get; init; }
    /// <summary>When it was over.</summary>
    public DateTime? EndTime { get; set; }

    /// <summary>Whether nothing of it was ever sent.</summary>
    public bool IsUnsent => State is (WorkState.Queued or WorkState.Blocked) && AttemptCount == 0 && Generation == 0;

    /// <summary>Whether it waits for a person.</summary>
    public bool IsStuck => State is WorkState.Held or WorkState.Dead;

    /// <summary>Begins anew, with attempts and age from zero (CRM-105).</summary>
    /// <param name="reRender">Whether the request is rendered anew.</param>
    public void Restart(bool reRender)
    {
        Generation++;
        (State, Reason, AttemptCount, FirstAttemptTime, Response) = (WorkState.Queued, "", 0, null, null);
        if (reRender)
            (Request, ReRendered) = (null, Generation);
    }

    /// <summary>Ends it.</summary>
    /// <param name="state">Succeeded, skipped or cancelled.</param>
    /// <param name="reason">Why; empty for no reason.</param>
    /// <param name="now">When.</param>
    public void End(WorkState state, string reason, DateTimeOffset now) =>
        (State, Reason, Request, Response, JobId, NextAttemptTime, EndTime) = (state, reason, null, null, null, null, now.UtcDateTime);
}

/// <summary>What an operation does.</summary>
public enum WorkKind
{
    /// <summary>Finds or makes the account (CRM-81).</summary>
    Account,

    /// <summary>Finds or makes the record (CRM-82).</summary>
    Record,

    /// <summary>Updates the record (CRM-90).</summary>
    Update,

    /// <summary>Adds a comment to it (CRM-91).</summary>
    Comment,

    /// <summary>Attaches a file to it (CRM-91).</summary>
    File,
}

/// <summary>Where an operation stands (CRM-80).</summary>
public enum WorkState
{
    /// <summary>Waits for its turn.</summary>
    Queued,

    /// <summary>Waits for something else; has no job.</summary>
    Blocked,

    /// <summary>Is under way.</summary>
    Sending,

    /// <summary>Failed and is tried again.</summary>
    Waiting,

    /// <summary>Waits for a person; has no job.</summary>
    Held,

    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Not wanted or not possible by configuration.</summary>
    Skipped,

    /// <summary>Failed for good; its job is a dead letter.</summary>
    Dead,

    /// <summary>Given up by a person.</summary>
    Cancelled,
}
