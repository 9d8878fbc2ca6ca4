using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.Events.FollowUps;
using ContactCenter.FollowUpScheduler.Polls;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Npgsql;
using V1 = ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>Keeps follow-ups; <c>follow_up_service.proto</c> is its specification.</summary>
/// <param name="store">Where the follow-ups are.</param>
/// <param name="references">Checks definitions and what they refer to.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="options">Settings of the deployment.</param>
/// <param name="timeProvider">Now.</param>
public sealed partial class FollowUpService(
    FollowUpStore store,
    ReferenceCheck references,
    IdempotentCalls calls,
    IOptions<FollowUpOptions> options,
    TimeProvider timeProvider) : V1.FollowUpService.FollowUpServiceBase
{
    private const string Domain = FollowUpErrors.Domain;
    private const string NameConstraint = "ux_follow_ups_name";

    private static readonly Paging Pages = new(Domain);

    private static string Required(string value, string field) =>
        value.Length > 0 ? value : throw RpcErrors.InvalidArgument(Domain, FollowUpErrors.FieldRequired, field, "is required");

    private static V1.FollowUp Required(V1.FollowUp? followUp) =>
        followUp ?? throw RpcErrors.InvalidArgument(Domain, FollowUpErrors.FieldRequired, "follow_up", "is required");

    private static RpcException NotFound(string id) => RpcErrors.NotFound(Domain, FollowUpErrors.FollowUpNotFound, "follow-up", id);

    private static void Audit(DurableTransaction transaction, ServerCallContext context, string action, string id, string requestId, IEnumerable<string>? changed = null) =>
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, action, $"followUps/{id}", requestId, Details: changed is null ? null : AuditEntry.Changed(changed)));

    private static async Task<StoredFollowUp> LockAsync(DurableTransaction transaction, string id) =>
        await FollowUpStore.LockAsync(transaction.Connection, id) ?? throw NotFound(id);

    private static async Task<StoredFollowUp> LockAsync(DurableTransaction transaction, string id, string etag)
    {
        var stored = await LockAsync(transaction, id);
        return etag == stored.Etag ? stored : throw RpcErrors.Aborted(Domain, FollowUpErrors.EtagMismatch, $"The follow-up was changed: its revision is {stored.Revision} now.");
    }

    private async Task<StoredFollowUp> FindAsync(string id, ServerCallContext context) =>
        await store.FindAsync(Required(id, "follow_up_id"), context.CancellationToken) ?? throw NotFound(id);

    /// <summary>Refuses a definition that cannot be saved.</summary>
    private async Task CheckAsync(V1.FollowUp followUp, ServerCallContext context)
    {
        (await references.CheckAsync(followUp, V1.Section.Unspecified, context.CancellationToken)).ThrowIfRefused();
        if (followUp.Status == V1.FollowUpStatus.Active && await references.MissingAsync(followUp, context.CancellationToken) is { Count: > 0 } missing)
            throw RpcErrors.FailedPrecondition(Domain, FollowUpErrors.ReferenceMissing, $"An ACTIVE follow-up needs what is missing: {string.Join("; ", missing)}.");
    }

    /// <summary>What is stored of a definition that has been checked: without what the service sets.</summary>
    private static V1.FollowUp DefinitionOf(V1.FollowUp followUp)
    {
        var definition = followUp.Clone();
        definition.DisplayName = definition.DisplayName.Trim();
        (definition.FollowUpId, definition.Etag) = ("", "");
        definition.Status = definition.Status == V1.FollowUpStatus.Active ? V1.FollowUpStatus.Active : V1.FollowUpStatus.Inactive;
        (definition.CreateTime, definition.UpdateTime, definition.LastPollTime, definition.NextPollTime) = (null, null, null, null);
        return definition;
    }

    /// <summary>The follow-up with the plan that its definition asks for: a new one on activation or with another frequency (FUP-11, FUP-90).</summary>
    private static StoredFollowUp Planned(StoredFollowUp followUp, StoredFollowUp? before, DateTimeOffset now)
    {
        if (!followUp.IsActive)
            return followUp with { ActivationTime = null, PlanStart = null, NextPollTime = null, LastSuccessTime = null };
        var (extraction, previous) = (followUp.Definition.DataExtraction, before?.Definition.DataExtraction);
        var planned = before is { IsActive: true }
            ? followUp with { PlanStart = extraction.PollingFrequencyMinutes == previous!.PollingFrequencyMinutes ? before.PlanStart : now }
            : followUp with { ActivationTime = now, PlanStart = now, LastSuccessTime = null };
        return planned with { NextPollTime = planned.Plan.From(now) };
    }

    private static void Plan(DurableTransaction transaction, StoredFollowUp followUp)
    {
        if (followUp.NextPollTime is { } next)
            PollJob.Plan(transaction, followUp.Id, next);
    }

    private static void Tell(DurableTransaction transaction, StoredFollowUp followUp, DateTimeOffset now, string? status = null) => transaction.Publish(
        new FollowUpChanged
        {
            EventId = Guid.CreateVersion7(now),
            OccurredTime = now,
            RecordedTime = now,
            FollowUpId = followUp.Id,
            DisplayName = followUp.Definition.DisplayName,
            Status = status ?? followUp.Definition.Status.ToString().ToUpperInvariant(),
            Revision = followUp.Revision,
        },
        followUp.Id,
        mandatory: false);

    private static bool IsNameTaken(PostgresException exception) => exception is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: NameConstraint };

    private static RpcException NameTaken(string name) => RpcErrors.AlreadyExists(Domain, FollowUpErrors.NameTaken, $"Another follow-up is named '{name}'.");
}
