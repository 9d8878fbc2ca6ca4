using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>Who decides something about customers or conversations, and why.</summary>
/// <param name="Actor">Such as <c>apikey:7m3k9q2x5c8v</c>.</param>
/// <param name="Reason">As the caller said.</param>
/// <param name="DryRun">Whether only to tell what would happen.</param>
public sealed record Instruction(string Actor, string Reason, bool DryRun)
{
    /// <summary>Reads what a request says.</summary>
    /// <param name="context">The call.</param>
    /// <param name="reason">Its field of that name.</param>
    /// <param name="dryRun">Its field dry_run.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>REASON_REQUIRED</c>: it does not say why.</exception>
    public static Instruction Of(ServerCallContext context, string reason, bool dryRun) => new(
        context.GetCaller().Actor,
        reason.Length > 0 ? reason : throw RpcErrors.InvalidArgument(InsightsErrors.Domain, InsightsErrors.ReasonRequired, "reason", "must say why"),
        dryRun);

    /// <summary>Enters the decision in the audit log, unless it is only tried.</summary>
    /// <param name="transaction">Carries it out.</param>
    /// <param name="action">What is done.</param>
    /// <param name="resource">To what.</param>
    /// <param name="requestId">The request's id, or empty.</param>
    /// <param name="customerId">The customer that things move to; null if the resource says it.</param>
    public void Audit(DurableTransaction transaction, string action, string resource, string requestId, string? customerId = null)
    {
        if (!DryRun)
            transaction.Audit(new AuditEntry(Actor, action, resource, requestId, Details: customerId is null ? null : new() { ["customer"] = customerId }));
    }
}
