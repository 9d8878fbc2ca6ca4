using ContactCenter.Operations.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Operations.Tests;

public sealed class PolicyTests(TestServers servers) : OperationsTest(servers)
{
    private static Policy Slow => new()
    {
        Name = "slow",
        MaxAttempts = 3,
        InitialDelay = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)),
        Multiplier = 2,
        MaxDelay = Duration.FromTimeSpan(TimeSpan.FromHours(1)),
        Jitter = 0.1,
        Rules = { new PolicyRule { ErrorClass = "status 429, 5xx", Action = PolicyAction.Retry } },
    };

    [Fact]
    [Rule("DUR-34")]
    [Rule("DUR-59")]
    public async Task A_policy_is_added_changed_and_removed_by_its_etag()
    {
        var created = (await Operations.CreatePolicyAsync(new() { Policy = Slow }, cancellationToken: Cancellation)).Policy;
        var changed = new Policy(created) { Jitter = 0.5, MaxAge = Duration.FromTimeSpan(TimeSpan.FromDays(1)) };
        var updated = (await Operations.UpdatePolicyAsync(new() { Policy = changed }, cancellationToken: Cancellation)).Policy;
        var listed = (await Operations.ListPoliciesAsync(new(), cancellationToken: Cancellation)).Policies;
        await AssertFailsAsync(Operations.UpdatePolicyAsync(new() { Policy = changed }, cancellationToken: Cancellation), StatusCode.Aborted, "ETAG_MISMATCH");
        await AssertFailsAsync(Operations.DeletePolicyAsync(new() { Name = "slow", Etag = created.Etag }, cancellationToken: Cancellation), StatusCode.Aborted, "ETAG_MISMATCH");
        await Operations.DeletePolicyAsync(new() { Name = "slow", Etag = updated.Etag }, cancellationToken: Cancellation);

        Assert.Equal((PolicyOrigin.Operator, 0.5), (updated.Origin, updated.Jitter));
        Assert.Equal(["default", "fast", "week", "once", "slow"], listed.Select(policy => policy.Name));
        Assert.Equal(updated.Etag, listed[4].Etag);
        await AssertEnteredAsync("policies/slow", "policies.create", "{}");
        await AssertEnteredAsync("policies/slow", "policies.update", """{"fields":["max_age","jitter"]}""");
        await AssertEnteredAsync("policies/slow", "policies.delete", "{}");
    }

    [Fact]
    public async Task Policies_are_listed_in_pages()
    {
        var first = await Operations.ListPoliciesAsync(new() { PageSize = 3 }, cancellationToken: Cancellation);
        var second = await Operations.ListPoliciesAsync(new() { PageSize = 3, PageToken = first.NextPageToken }, cancellationToken: Cancellation);

        Assert.Equal(["default", "fast", "week"], first.Policies.Select(policy => policy.Name));
        Assert.Equal("once", Assert.Single(second.Policies).Name);
        Assert.Empty(second.NextPageToken);
    }

    [Fact]
    [Rule("DUR-34")]
    [Rule("DUR-35")]
    public async Task Wrong_policies_are_refused_with_the_field_or_the_reason()
    {
        await AssertFailsAsync(Operations.CreatePolicyAsync(new(), cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "policy");
        await AssertFailsAsync(Operations.CreatePolicyAsync(new() { Policy = new(Slow) { Name = "" } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "policy.name");
        await AssertFailsAsync(Operations.CreatePolicyAsync(new() { Policy = new(Slow) { Jitter = 2 } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "policy.jitter");
        await AssertFailsAsync(Operations.CreatePolicyAsync(new() { Policy = new(Slow) { InitialDelay = null } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "policy.initial_delay");
        await AssertFailsAsync(
            Operations.CreatePolicyAsync(new() { Policy = new(Slow) { MaxDelay = new() { Seconds = 1, Nanos = -1 } } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "policy.max_delay");
        var endless = new Policy(Slow);
        endless.ClearMaxAttempts();
        await AssertFailsAsync(Operations.CreatePolicyAsync(new() { Policy = endless }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "policy.max_attempts");
        var without = new Policy(Slow) { Rules = { new PolicyRule { ErrorClass = "dns" } } };
        await AssertFailsAsync(Operations.CreatePolicyAsync(new() { Policy = without }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "policy.rules[1].action");
        await AssertFailsAsync(Operations.CreatePolicyAsync(new() { Policy = new(Slow) { Name = "week" } }, cancellationToken: Cancellation), StatusCode.AlreadyExists, "POLICY_EXISTS");
        await AssertFailsAsync(Operations.UpdatePolicyAsync(new() { Policy = new(Slow) { Etag = "1" } }, cancellationToken: Cancellation), StatusCode.NotFound, "POLICY_NOT_FOUND");
        await AssertFailsAsync(Operations.UpdatePolicyAsync(new() { Policy = Slow }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "policy.etag");
        await AssertFailsAsync(Operations.UpdatePolicyAsync(new() { Policy = new(Slow) { Name = "fast", Etag = "1" } }, cancellationToken: Cancellation), StatusCode.FailedPrecondition, "POLICY_READ_ONLY");
        await AssertFailsAsync(Operations.DeletePolicyAsync(new() { Name = "once", Etag = "1" }, cancellationToken: Cancellation), StatusCode.FailedPrecondition, "POLICY_IN_USE");
        await AssertFailsAsync(Operations.DeletePolicyAsync(new() { Etag = "1" }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "name");
    }

    [Fact]
    [Rule("DUR-22")]
    public async Task A_request_id_used_for_another_policy_is_already_there()
    {
        var requestId = NewId();
        await Operations.CreatePolicyAsync(new() { RequestId = requestId, Policy = Slow }, cancellationToken: Cancellation);

        await AssertFailsAsync(Operations.CreatePolicyAsync(new() { RequestId = requestId, Policy = new(Slow) { Name = "other" } }, cancellationToken: Cancellation), StatusCode.AlreadyExists, "REQUEST_ID_REUSED");
    }
}
