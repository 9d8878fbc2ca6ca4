using ContactCenter.Durable.Jobs;

namespace ContactCenter.Durable.Retries;

/// <summary>What operators do with retry policies (DUR-34, DUR-35). A change applies to the next failure of existing jobs, in each process within 5 s.</summary>
/// <param name="database">The service's database.</param>
/// <param name="jobs">The kinds whose policies are in use.</param>
/// <param name="timeProvider">Time of changes.</param>
public sealed class PolicyDesk(DurableDatabase database, JobQueue jobs, TimeProvider timeProvider)
{
    /// <summary>All policies: the built-in ones, then the others in the order of their names.</summary>
    public async Task<IReadOnlyList<StoredPolicy>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. RetryPolicy.BuiltIn.Select(BuiltIn), .. await PolicyStore.ListAsync(connection)];
    }

    /// <summary>One policy, or null if there is none of this name.</summary>
    public async Task<StoredPolicy?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (RetryPolicy.BuiltIn.FirstOrDefault(policy => policy.Name == name) is { } builtIn)
            return BuiltIn(builtIn);
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await PolicyStore.ListAsync(connection, name)).SingleOrDefault();
    }

    /// <summary>Adds a policy, in the caller's transaction.</summary>
    /// <exception cref="PolicyException"><see cref="PolicyError.Invalid"/> with the field, or <see cref="PolicyError.Exists"/>.</exception>
    public async Task<StoredPolicy> CreateAsync(DurableTransaction transaction, RetryPolicy policy)
    {
        Check(policy);
        var now = timeProvider.GetUtcNow();
        return !IsBuiltIn(policy.Name) && await PolicyStore.AddAsync(transaction.Connection, policy, now) is { } version
            ? new StoredPolicy(policy, PolicyOrigin.Operator, version, now)
            : throw new PolicyException(PolicyError.Exists, $"There is a policy {policy.Name}.");
    }

    /// <summary>Replaces a policy, in the caller's transaction; from then on it is the operators', and no release changes it.</summary>
    /// <param name="transaction">Commits the change.</param>
    /// <param name="policy">What the policy of this name shall say.</param>
    /// <param name="version">The version that the change is based on.</param>
    /// <exception cref="PolicyException">
    /// <see cref="PolicyError.Invalid"/> with the field, <see cref="PolicyError.ReadOnly"/>, <see cref="PolicyError.NotFound"/> or <see cref="PolicyError.Changed"/>.
    /// </exception>
    public async Task<StoredPolicy> UpdateAsync(DurableTransaction transaction, RetryPolicy policy, long version)
    {
        Check(policy);
        RefuseBuiltIn(policy.Name);
        var now = timeProvider.GetUtcNow();
        return await PolicyStore.ReplaceAsync(transaction.Connection, policy, version, now) is { } next
            ? new StoredPolicy(policy, PolicyOrigin.Operator, next, now)
            : throw await MissedAsync(transaction, policy.Name);
    }

    /// <summary>Removes a policy, in the caller's transaction.</summary>
    /// <param name="transaction">Commits the change.</param>
    /// <param name="name">The policy.</param>
    /// <param name="version">The version that the decision is based on.</param>
    /// <exception cref="PolicyException">
    /// <see cref="PolicyError.ReadOnly"/>, <see cref="PolicyError.InUse"/>, <see cref="PolicyError.NotFound"/> or <see cref="PolicyError.Changed"/>.
    /// </exception>
    public async Task DeleteAsync(DurableTransaction transaction, string name, long version)
    {
        RefuseBuiltIn(name);
        if (jobs.Kinds.FirstOrDefault(kind => jobs[kind].Policy == name) is { } user)
            throw new PolicyException(PolicyError.InUse, $"Policy {name} is in use by jobs of kind {user}.");
        if (!await PolicyStore.RemoveAsync(transaction.Connection, name, version))
            throw await MissedAsync(transaction, name);
    }

    private static async Task<PolicyException> MissedAsync(DurableTransaction transaction, string name) =>
        (await PolicyStore.ListAsync(transaction.Connection, name)).Count == 0
            ? new PolicyException(PolicyError.NotFound, $"There is no policy {name}.")
            : new PolicyException(PolicyError.Changed, $"Policy {name} was changed since it was read.");

    private static void Check(RetryPolicy policy)
    {
        if (PolicyProblem.Of(policy) is { } problem)
            throw new PolicyException(PolicyError.Invalid, $"{problem.Field} {problem.Reason}.", problem.Field);
    }

    private static void RefuseBuiltIn(string name)
    {
        if (IsBuiltIn(name))
            throw new PolicyException(PolicyError.ReadOnly, $"Policy {name} is built in.");
    }

    private static bool IsBuiltIn(string name) => RetryPolicy.BuiltIn.Any(policy => policy.Name == name);

    private static StoredPolicy BuiltIn(RetryPolicy policy) => new(policy, PolicyOrigin.BuiltIn, 0, null);
}
