using System.Globalization;
using ContactCenter.Durable;
using ContactCenter.Durable.Retries;
using ContactCenter.Operations.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Operations;

public sealed partial class OperationsService
{
    /// <inheritdoc />
    public override async Task<ListPoliciesResponse> ListPolicies(ListPoliciesRequest request, ServerCallContext context)
    {
        // The built-in ones come first.
        var (page, next) = PageOf(
            await policies.ListAsync(context.CancellationToken),
            stored => (stored.Origin == Durable.Retries.PolicyOrigin.BuiltIn ? "0" : "1") + stored.Policy.Name,
            request.PageSize,
            request.PageToken,
            new ListPoliciesRequest());
        var response = new ListPoliciesResponse { NextPageToken = next };
        response.Policies.AddRange(page.Select(MessageOf));
        return response;
    }

    /// <inheritdoc />
    public override Task<CreatePolicyResponse> CreatePolicy(CreatePolicyRequest request, ServerCallContext context)
    {
        var policy = PolicyOf(request.Policy);
        return ChangeAsync(request, context, async transaction =>
        {
            var stored = await policies.CreateAsync(transaction, policy);
            return new Deed<CreatePolicyResponse>(new() { Policy = MessageOf(stored) }, "policies.create", $"policies/{policy.Name}");
        });
    }

    /// <inheritdoc />
    public override Task<UpdatePolicyResponse> UpdatePolicy(UpdatePolicyRequest request, ServerCallContext context)
    {
        var policy = PolicyOf(request.Policy);
        var version = VersionOf(request.Policy.Etag, "policy.etag");
        return ChangeAsync(request, context, async transaction =>
        {
            var before = await policies.FindAsync(policy.Name, context.CancellationToken);
            var stored = await policies.UpdateAsync(transaction, policy, version);
            var fields = before is null ? [] : FieldPaths.Changed(SettingsOf(before.Policy), SettingsOf(policy));
            return new Deed<UpdatePolicyResponse>(new() { Policy = MessageOf(stored) }, "policies.update", $"policies/{policy.Name}", Durable.Audit.AuditEntry.Changed(fields));
        });
    }

    /// <inheritdoc />
    public override Task<DeletePolicyResponse> DeletePolicy(DeletePolicyRequest request, ServerCallContext context)
    {
        var name = Required(request.Name, "name");
        var version = VersionOf(request.Etag, "etag");
        return ChangeAsync(request, context, async transaction =>
        {
            await policies.DeleteAsync(transaction, name, version);
            return new Deed<DeletePolicyResponse>(new(), "policies.delete", $"policies/{name}");
        });
    }

    // What is no number is no etag of ours, and so not the present one.
    private static long VersionOf(string etag, string field) =>
        long.TryParse(Required(etag, field), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1;

    private static RetryPolicy PolicyOf(Policy? policy)
    {
        if (policy is null)
            throw Missing("policy");
        return new RetryPolicy(
            Required(policy.Name, "policy.name"),
            policy.HasMaxAttempts ? policy.MaxAttempts : null,
            SpanOf(policy.MaxAge, "policy.max_age"),
            SpanOf(policy.InitialDelay, "policy.initial_delay") ?? throw Missing("policy.initial_delay"),
            policy.Multiplier,
            SpanOf(policy.MaxDelay, "policy.max_delay") ?? throw Missing("policy.max_delay"),
            policy.Jitter,
            [.. policy.Rules.Select((rule, i) => new RetryRule(
                Required(rule.ErrorClass, $"policy.rules[{i}].error_class"),
                Chosen<RetryAction>((int)rule.Action, $"policy.rules[{i}].action") ?? throw Missing($"policy.rules[{i}].action")))]);
    }

    private static Policy MessageOf(StoredPolicy stored)
    {
        var message = SettingsOf(stored.Policy);
        message.Origin = (V1.PolicyOrigin)(stored.Origin + 1);
        message.Etag = stored.Version == 0 ? "" : stored.Version.ToString(CultureInfo.InvariantCulture);
        message.UpdateTime = stored.UpdateTime?.ToTimestamp();
        return message;
    }

    private static Policy SettingsOf(RetryPolicy policy)
    {
        var message = new Policy
        {
            Name = policy.Name,
            MaxAge = policy.MaxAge?.ToDuration(),
            InitialDelay = policy.InitialDelay.ToDuration(),
            Multiplier = policy.Multiplier,
            MaxDelay = policy.MaxDelay.ToDuration(),
            Jitter = policy.Jitter,
        };
        if (policy.MaxAttempts is { } attempts)
            message.MaxAttempts = attempts;
        message.Rules.AddRange(policy.Rules.Select(rule => new PolicyRule { ErrorClass = rule.ErrorClass, Action = (PolicyAction)(rule.Action + 1) }));
        return message;
    }
}
