using System.Security.Cryptography;
using System.Text;
using ContactCenter.Crm.V1;
using LinkState = ContactCenter.CrmConnector.Sessions.LinkState;

namespace ContactCenter.CrmConnector.Outbound;

// What an operation waits for, and when it goes on.
internal sealed partial class SessionWork
{
    /// <summary>Kind of the job of an operation.</summary>
    public const string Call = "crm.call";

    /// <summary>Kind of the job that lets operations of a session go.</summary>
    public const string Release = "crm.release";

    /// <summary>Waits for an agent to be assigned (CRM-77).</summary>
    public const string NotAssigned = "SESSION_NOT_ASSIGNED";

    /// <summary>Waits for an operation of its lane that needs a person (CRM-104).</summary>
    public const string LaneStuck = "LANE_STUCK";

    private const string Predecessor = "PREDECESSOR_UNRESOLVED";
    private const int LongestLane = 200;

    /// <summary>Lets every blocked operation go whose needs are met, in the order of their places (CRM-76).</summary>
    /// <param name="lane">A lane that is free again; null for none.</param>
    /// <param name="overdue">Made before this time: it goes in any case, to become DEAD (CRM-106).</param>
    public void ReleaseBlocked(string? lane = null, DateTimeOffset? overdue = null)
    {
        foreach (var operation in Operations.Where(operation => operation.State == WorkState.Blocked))
        {
            if (operation.CreateTime < overdue?.UtcDateTime)
                operation.Reason = Predecessor;
            else if (operation.Reason == LaneStuck ? operation.Lane != lane : Need(operation) is not null)
                continue;
            else
                operation.Reason = "";
            Queue(operation);
        }
    }

    /// <summary>After a person has set an id: what is held or blocked goes on with it (CRM-92).</summary>
    public void Resume()
    {
        foreach (var operation in Operations.Where(operation => operation.State == WorkState.Held && Need(operation) is null))
        {
            operation.Restart(reRender: true);
            Queue(operation);
        }

        ReleaseBlocked();
    }

    /// <summary>Why an operation cannot go on yet; null if it can.</summary>
    /// <param name="operation">The operation.</param>
    public string? Need(StoredOperation operation) => operation.Kind switch
    {
        WorkKind.Account => operation.Step == EndpointKind.CreateAccount && !Session.Triggered ? NotAssigned : null,
        WorkKind.Record => Session.Account.State == LinkState.Open ? "ACCOUNT_UNRESOLVED" : null,
        _ => Session.Record.State == LinkState.Open ? "RECORD_UNRESOLVED" : null,
    };

    /// <summary>Whether an operation waited too long for another (CRM-106).</summary>
    /// <param name="operation">The operation.</param>
    public static bool IsOverdue(StoredOperation operation) => operation.Reason == Predecessor;

    /// <summary>Ends an operation. If others of its lane wait for that, they go on.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="state">Succeeded, skipped or cancelled.</param>
    /// <param name="reason">Why; empty for no reason.</param>
    public void End(StoredOperation operation, WorkState state, string reason = "")
    {
        operation.End(state, reason, now);
        Change(operation);
        if (operation.Lane is { } lane && connector.Definition.Ordering == Ordering.Strict)
            _freed.Add(lane);
    }

    /// <summary>Gives an operation a job in its lane.</summary>
    /// <param name="operation">The operation.</param>
    public void Queue(StoredOperation operation)
    {
        operation.State = WorkState.Queued;
        operation.Lane = LaneOf(operation.Kind, operation.ConnectorId);
        operation.JobId = transaction.Enqueue(Call, new CallReference(operation.OperationId), new() { Key = operation.Lane }).Id;
        Change(operation);
    }

    /// <summary>Whether an operation that was never sent belongs in another lane by what is known now; it is then given a job there.</summary>
    /// <param name="operation">The operation.</param>
    public bool ChangesLane(StoredOperation operation)
    {
        if (!operation.IsUnsent || LaneOf(operation.Kind, operation.ConnectorId) == operation.Lane)
            return false;
        Queue(operation);
        return true;
    }

    // Account creation is single-flight per end user (CRM-84); sessions that share a record share its lanes (CRM-103).
    private string LaneOf(WorkKind kind, string connectorId)
    {
        var owner = kind switch
        {
            WorkKind.Account => Session.EndUser,
            WorkKind.Record => Session.Name.ToString(),
            _ => $"{(kind switch { WorkKind.Comment => "comments", WorkKind.File => "files", _ => "record" })}:{(Session.Record.State == LinkState.Resolved ? Session.Record.Id.Text : Session.Name)}",
        };
        return $"{connectorId}:{(owner.Length <= LongestLane ? owner : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner))))}";
    }
}

/// <summary>Payload of the job of an operation; the operation is found by its job.</summary>
/// <param name="OperationId">The operation that the job was made for, for people.</param>
internal sealed record CallReference(Guid OperationId);

/// <summary>Payload of <see cref="SessionWork.Release"/>.</summary>
/// <param name="Session">Whose operations may go on.</param>
/// <param name="Lane">The lane that is free again; null if they waited too long.</param>
internal sealed record ReleasedLane(string Session, string? Lane);
