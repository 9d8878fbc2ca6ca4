using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Operations;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Google.Protobuf;
using Grpc.Core;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>What callers may do with integrations, and with channels alike: each change in the caller's transaction with its audit entry.</summary>
/// <typeparam name="T">Integration or channel.</typeparam>
/// <param name="store">Where they are.</param>
/// <param name="noun">The noun in the singular.</param>
/// <param name="exists">Reason of an error: there is one of this id.</param>
/// <param name="notFound">Reason of an error: there is none.</param>
public sealed class DefinitionDesk<T>(DefinitionStore<T> store, string noun, string exists, string notFound)
    where T : class, IMessage<T>
{
    private const string Domain = FollowUpErrors.Domain;
    private const int MostUsersNamed = 20;

    private static readonly Paging Pages = new(Domain);

    /// <summary>Finds one.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="context">The call.</param>
    public async Task<StoredDefinition<T>> GetAsync(string id, ServerCallContext context) =>
        (await store.FindAsync([Required(id)], context.CancellationToken)).GetValueOrDefault(id) ?? throw NotFound(id);

    /// <summary>Lists them by id.</summary>
    /// <param name="filter">The request without its page.</param>
    /// <param name="pageSize">The request's page_size.</param>
    /// <param name="pageToken">The request's page_token.</param>
    /// <param name="context">The call.</param>
    /// <returns>A page, and the token of the next; empty if there is none.</returns>
    public async Task<(IEnumerable<StoredDefinition<T>> Page, string NextPageToken)> ListAsync(IMessage filter, int pageSize, string pageToken, ServerCallContext context)
    {
        var size = Pages.Size(pageSize);
        var found = await store.ListAsync(Pages.Position(pageToken, filter, 1)?[0] ?? "", size + 1, context.CancellationToken);
        return (found.Take(size), found.Count > size ? Paging.Token(filter, found[size - 1].Id) : "");
    }

    /// <summary>Stores a new one.</summary>
    /// <param name="transaction">The call's.</param>
    /// <param name="id">Its id.</param>
    /// <param name="definition">What is configured, without what the service sets.</param>
    /// <param name="context">The call.</param>
    /// <param name="requestId">The call's request_id.</param>
    public async Task<StoredDefinition<T>> CreateAsync(DurableTransaction transaction, string id, T definition, ServerCallContext context, string requestId)
    {
        var created = new StoredDefinition<T>(id, 1, definition);
        if (!await store.AddAsync(transaction.Connection, created))
            throw RpcErrors.AlreadyExists(Domain, exists, $"There is a {noun} '{id}'.");
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, $"{noun}s.create", $"{noun}s/{id}", requestId));
        return created;
    }

    /// <summary>Replaces one.</summary>
    /// <param name="transaction">The call's.</param>
    /// <param name="id">Its id.</param>
    /// <param name="etag">As read.</param>
    /// <param name="definition">What is configured, without what the service sets.</param>
    /// <param name="context">The call.</param>
    /// <param name="requestId">The call's request_id.</param>
    public async Task<StoredDefinition<T>> UpdateAsync(DurableTransaction transaction, string id, string etag, T definition, ServerCallContext context, string requestId)
    {
        var stored = await LockAsync(transaction, id, etag);
        var updated = stored with { Revision = stored.Revision + 1, Definition = definition };
        await store.ReplaceAsync(transaction.Connection, updated);
        var changed = AuditEntry.Changed(FieldPaths.Changed(stored.Definition, definition));
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, $"{noun}s.update", $"{noun}s/{id}", requestId, Details: changed));
        return updated;
    }

    /// <summary>Removes one that no follow-up uses.</summary>
    /// <param name="transaction">The call's.</param>
    /// <param name="id">Its id.</param>
    /// <param name="etag">As read.</param>
    /// <param name="context">The call.</param>
    /// <param name="requestId">The call's request_id.</param>
    public async Task DeleteAsync(DurableTransaction transaction, string id, string etag, ServerCallContext context, string requestId)
    {
        await LockAsync(transaction, id, etag);
        if (await FollowUpStore.UsersOfAsync(transaction.Connection, $"{noun}s/{id}", MostUsersNamed) is { Count: > 0 } users)
            throw RpcErrors.FailedPrecondition(Domain, FollowUpErrors.InUse, $"The {noun} is used by {string.Join(", ", users)}.");
        await store.DeleteAsync(transaction.Connection, id);
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, $"{noun}s.delete", $"{noun}s/{id}", requestId));
    }

    private string Required(string id) => id.Length > 0 ? id : throw RpcErrors.InvalidArgument(Domain, FollowUpErrors.FieldRequired, $"{noun}_id", "is required");

    private RpcException NotFound(string id) => RpcErrors.NotFound(Domain, notFound, noun, id);

    private async Task<StoredDefinition<T>> LockAsync(DurableTransaction transaction, string id, string etag)
    {
        var stored = await store.LockAsync(transaction.Connection, Required(id)) ?? throw NotFound(id);
        return etag == stored.Etag ? stored : throw RpcErrors.Aborted(Domain, FollowUpErrors.EtagMismatch, $"The {noun} was changed: its revision is {stored.Revision} now.");
    }
}
