using ContactCenter.Durable;

namespace ContactCenter.Egress.OAuth;

/// <summary>No grant has this id; nothing was changed.</summary>
/// <param name="id">The id asked for.</param>
public sealed class GrantNotFoundException(string id) : Exception($"There is no grant {id}.");

/// <summary>The grant is not authorised by a person, so there is nothing to begin.</summary>
/// <param name="id">The grant.</param>
/// <param name="kind">How it gets its tokens.</param>
public sealed class GrantKindException(string id, GrantKind kind) : Exception($"Grant {id} is of kind {kind}; only {GrantKind.AuthorizationCode} is authorised by a person.");

/// <summary>What operators do with OAuth2 grants: see them, have one authorised, revoke one.</summary>
public sealed class GrantDesk
{
    private readonly GrantStore _store;
    private readonly AuthorizationFlow _flow;
    private readonly TokenCache _cache;

    internal GrantDesk(GrantStore store, AuthorizationFlow flow, TokenCache cache)
    {
        _store = store;
        _flow = flow;
        _cache = cache;
    }

    /// <summary>Lists all grants by id, without secrets (SEC-3).</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The grants.</returns>
    public Task<IReadOnlyList<GrantView>> ListAsync(CancellationToken cancellationToken) => _store.ListAsync(cancellationToken);

    /// <summary>Begins the authorisation of a grant by a person (EGR-25).</summary>
    /// <param name="transaction">The caller's; not committed here.</param>
    /// <param name="id">A grant of kind <see cref="GrantKind.AuthorizationCode"/>.</param>
    /// <param name="caller">Who begins it, such as <c>apikey:{id}</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The provider's address to open in a browser; it carries the state, works once and for 10 minutes.</returns>
    /// <exception cref="GrantNotFoundException">There is no such grant.</exception>
    /// <exception cref="GrantKindException">The grant is of another kind, or has no authorisation endpoint.</exception>
    public Task<string> StartAuthorizationAsync(DurableTransaction transaction, string id, string caller, CancellationToken cancellationToken) =>
        _flow.StartAsync(transaction, id, caller, cancellationToken);

    /// <summary>Forgets the tokens of a grant; its configuration stays. Replicas stop using it within 5 s of the commit.</summary>
    /// <param name="transaction">The caller's; not committed here.</param>
    /// <param name="id">The grant.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The grant after the change.</returns>
    /// <exception cref="GrantNotFoundException">There is no such grant.</exception>
    public async Task<GrantView> RevokeAsync(DurableTransaction transaction, string id, CancellationToken cancellationToken)
    {
        var grant = await GrantStore.RevokeAsync(transaction.Connection, id, cancellationToken) ?? throw new GrantNotFoundException(id);
        await _cache.ForgetAsync(id);
        return grant.View();
    }
}
