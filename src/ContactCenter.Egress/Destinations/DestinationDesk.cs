using System.Diagnostics;
using ContactCenter.Durable;
using ContactCenter.Egress.Limits;
using Npgsql;

namespace ContactCenter.Egress.Destinations;

/// <summary>What operators do with destinations: see them, set their limits, close a breaker.</summary>
/// <remarks>A change holds in every replica within 5 s of its commit.</remarks>
public sealed class DestinationDesk
{
    private readonly DestinationStore _store;
    private readonly DestinationGate _gate;
    private readonly Secrets.SecretKeyRing _keys;
    private readonly string _service;
    private readonly TimeProvider _time;

    internal DestinationDesk(
        DestinationStore store, DestinationGate gate, Secrets.SecretKeyRing keys, string service, TimeProvider time)
    {
        _store = store;
        _gate = gate;
        _keys = keys;
        _service = service;
        _time = time;
    }

    /// <summary>Lists the destinations that any replica has ever called, by name and origin.</summary>
    /// <param name="afterId">The last destination of the page before, or null for the first page.</param>
    /// <param name="limit">Most destinations to return, 1 to 1,001: one more than a page, which tells whether another follows.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The page.</returns>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<IReadOnlyList<DestinationView>> ListAsync(string? afterId, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(Math.Clamp(limit, 1, 1_001), limit);
        return await Task.WhenAll((await _store.ListAsync(afterId, limit, cancellationToken)).Select(ViewAsync));
    }

    /// <summary>Reads a destination, which nobody else changes until the end of the transaction.</summary>
    /// <param name="transaction">The caller's.</param>
    /// <param name="id">The destination.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The destination.</returns>
    /// <exception cref="DestinationNotFoundException">There is no such destination.</exception>
    public async Task<DestinationView> GetAsync(DurableTransaction transaction, string id, CancellationToken cancellationToken) =>
        await ViewAsync(await DestinationStore.LockAsync(transaction.Connection, id, cancellationToken) ?? throw new DestinationNotFoundException(id));

    /// <summary>Replaces the settings of a destination.</summary>
    /// <param name="transaction">The caller's; not committed here.</param>
    /// <param name="id">The destination.</param>
    /// <param name="settings">All settings; an empty client key keeps the stored one while a client certificate is set.</param>
    /// <param name="etag">As read; empty to overwrite whatever is there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The destination after the change.</returns>
    /// <exception cref="DestinationNotFoundException">There is no such destination.</exception>
    /// <exception cref="DestinationChangedException">The etag is not the present one.</exception>
    /// <exception cref="DestinationInvalidException">A setting is out of range; names each field.</exception>
    public async Task<DestinationView> UpdateAsync(
        DurableTransaction transaction, string id, DestinationSettings settings, string etag, CancellationToken cancellationToken)
    {
        var stored = await DestinationStore.LockAsync(transaction.Connection, id, cancellationToken) ?? throw new DestinationNotFoundException(id);
        if (etag.Length > 0 && etag != stored.Etag)
            throw new DestinationChangedException(id, stored.Etag);
        if (settings.Tls is { ClientKey.Length: 0, ClientCertificate.Length: > 0 } && stored.ClientKey is { } key)
            settings = settings with { Tls = settings.Tls with { ClientKey = _keys.Decrypt(StoredDestination.Place(id), key) } };

        var violations = settings.ApplyTo(stored.Destination()).Violations().ToList();
        if (settings.Timeouts.Whole is null && stored.Destination().Timeouts.Whole is not null)
            violations.Add(new("timeouts.whole", "timeouts.whole is empty; it has to be 1 to 300 s, as the program has a limit too."));
        if (violations.Count > 0)
            throw new DestinationInvalidException(violations);
        return await ViewAsync(await _store.UpdateAsync(transaction.Connection, id, settings, cancellationToken));
    }

    /// <summary>Closes a destination's breaker in all replicas (EGR-23); it may open again by the failures that follow.</summary>
    /// <param name="transaction">The caller's; not committed here.</param>
    /// <param name="id">The destination.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The destination after the change.</returns>
    /// <exception cref="DestinationNotFoundException">There is no such destination.</exception>
    /// <exception cref="OutboxFullException">The event cannot be stored now; nothing was changed.</exception>
    public async Task<DestinationView> ResetBreakerAsync(DurableTransaction transaction, string id, CancellationToken cancellationToken)
    {
        var stored = await DestinationStore.LockAsync(transaction.Connection, id, cancellationToken) ?? throw new DestinationNotFoundException(id);
        var before = await _gate.StatusAsync(stored.Destination());
        var reset = await DestinationStore.ResetBreakerAsync(transaction.Connection, id, cancellationToken);
        if (before.OpenFor is not null)
        {
            var change = new BreakerChanged(stored.Destination(), false, before.LastError, before.ExampleItemId, Activity.Current?.TraceId.ToHexString());
            transaction.Publish(change.Closed(_service, _time.GetUtcNow()), id, mandatory: false);
        }

        return await ViewAsync(reset);
    }

    private async Task<DestinationView> ViewAsync(StoredDestination row)
    {
        var destination = row.Destination();
        var status = await _gate.StatusAsync(destination);
        return new DestinationView(
            row.Id,
            row.Name,
            row.Origin,
            row.Effective,
            row.Settings is not null,
            row.ClientKey is null ? null : Secrets.SecretKeyRing.KeyIdOf(row.ClientKey),
            row.Etag,
            new DateTimeOffset(row.UpdatedTime, TimeSpan.Zero),
            status.OpenFor switch { null => BreakerState.Closed, { Ticks: > 0 } => BreakerState.Open, _ => BreakerState.HalfOpen },
            status.OpenFor ?? TimeSpan.Zero,
            status.LastError,
            status.TokensLeft,
            destination.Rate.DayBudget is { } budget ? Math.Max(0, budget - status.BudgetUsed) : null,
            _gate.CallsInFlight(destination));
    }
}
