using System.Text.Json.Nodes;
using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Durable.Idempotency;
using ContactCenter.Durable.Outbox;
using ContactCenter.Durable.Retries;
using ContactCenter.Egress.Destinations;
using ContactCenter.Egress.OAuth;
using ContactCenter.Egress.Secrets;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Google.Protobuf;
using Grpc.Core;

namespace ContactCenter.Operations;

/// <summary>What the people do who run a service; <c>operations_service.proto</c> is its specification. The same in all services.</summary>
/// <param name="calls">Runs each change once per request_id.</param>
/// <param name="database">The service's database.</param>
/// <param name="auditLog">Who did what.</param>
/// <param name="migrations">What was applied to the database.</param>
/// <param name="outbox">How far the relay is behind.</param>
/// <param name="jobs">Work that waits or runs.</param>
/// <param name="deadLetters">Work that failed for good.</param>
/// <param name="replays">Bulk replays of it.</param>
/// <param name="policies">What follows a failure.</param>
/// <param name="destinations">Where outbound calls go.</param>
/// <param name="secrets">Stored secrets.</param>
/// <param name="rotation">The keys that encrypt them.</param>
/// <param name="grants">OAuth2 grants.</param>
/// <param name="apiKeys">Who may call.</param>
/// <param name="deniedCalls">Counts calls that lack a scope.</param>
/// <param name="mask">Hides secrets and personal data in what is shown of jobs.</param>
/// <param name="area">What the service answers for.</param>
public sealed partial class OperationsService(
    IdempotentCalls calls,
    DurableDatabase database,
    AuditLog auditLog,
    MigrationHistory migrations,
    OutboxBacklog outbox,
    JobDesk jobs,
    DeadLetterDesk deadLetters,
    ReplayDesk replays,
    PolicyDesk policies,
    DestinationDesk destinations,
    SecretDesk secrets,
    SecretRotation rotation,
    GrantDesk grants,
    ApiKeyDesk apiKeys,
    DeniedCalls deniedCalls,
    IDeadLetterMask mask,
    ServiceArea area) : V1.OperationsService.OperationsServiceBase
{
    private const string Domain = OperationsErrors.Domain;

    private static readonly Paging Pages = new(Domain);

    /// <summary>Runs a change once per request_id, in one transaction with its audit entry (DUR-20, DUR-59).</summary>
    private Task<TResponse> ChangeAsync<TRequest, TResponse>(
        TRequest request, ServerCallContext context, Func<DurableTransaction, Task<Deed<TResponse>>> change)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>, new()
    {
        var actor = context.GetCaller().Actor;
        return calls.RunAsync(context, request, RunAsync);

        async Task<TResponse> RunAsync(DurableTransaction transaction)
        {
            var deed = await change(transaction);
            var requestId = (string)request.Descriptor.FindFieldByName("request_id").Accessor.GetValue(request);
            transaction.Audit(new AuditEntry(actor, deed.Action, deed.Resource, requestId, Details: deed.Details));
            return deed.Response;
        }
    }

    /// <summary>Enters what a call without request_id does, before it does it.</summary>
    private async Task EnterAsync(ServerCallContext context, string action, string resource, JsonObject? details = null)
    {
        await using var transaction = await database.BeginAsync(context.CancellationToken);
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, action, resource, Details: details));
        await transaction.CommitAsync(context.CancellationToken);
    }

    /// <summary>What a change did.</summary>
    /// <param name="Response">Its answer.</param>
    /// <param name="Action">What was done, such as <c>deadLetters.replay</c>.</param>
    /// <param name="Resource">What it was done to.</param>
    /// <param name="Details">What else matters.</param>
    private sealed record Deed<TResponse>(TResponse Response, string Action, string Resource, JsonObject? Details = null);
}
