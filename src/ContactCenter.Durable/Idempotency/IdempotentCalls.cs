using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.Durable.Idempotency;

/// <summary>Runs mutating calls so that a repeated call gets the first one's answer and has no second effect (DUR-19 to DUR-25).</summary>
/// <param name="database">The service's database.</param>
/// <param name="options">How long answers are kept.</param>
/// <param name="timeProvider">Age of answers.</param>
public sealed class IdempotentCalls(DurableDatabase database, IOptions<DurableOptions> options, TimeProvider timeProvider)
{
    private const string RequestIdField = "request_id";

    /// <summary>Runs the effect of a call in a transaction that also stores its answer, or returns the stored answer.</summary>
    /// <param name="caller">Who calls, such as the id of the API key.</param>
    /// <param name="method">The call's full name.</param>
    /// <param name="request">The request; its field <c>request_id</c>, if empty, means without protection.</param>
    /// <param name="effect">Writes the effect with the transaction, which it does not commit, and returns the answer.</param>
    /// <param name="cancellationToken">The caller's deadline.</param>
    /// <exception cref="InvalidRequestIdException">The request_id is not a UUID.</exception>
    /// <exception cref="RequestIdReusedException">The request_id came with another request before.</exception>
    /// <exception cref="RequestInProgressException">The deadline ended while another call with this request_id was running.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached; nothing was changed, or a repeated call will tell.</exception>
    public async Task<IdempotentAnswer<TResponse>> RunAsync<TRequest, TResponse>(
        string caller, string method, TRequest request, Func<DurableTransaction, Task<TResponse>> effect, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>, new()
    {
        var field = request.Descriptor.FindFieldByName(RequestIdField)
            ?? throw new ArgumentException($"{request.Descriptor.FullName} has no field {RequestIdField}.", nameof(request));
        if (ParseRequestId((string)field.Accessor.GetValue(request)) is not { } requestId)
        {
            await using var transaction = await database.BeginAsync(cancellationToken);
            var response = await effect(transaction);
            await transaction.CommitAsync(cancellationToken);
            return new IdempotentAnswer<TResponse>(response, Replayed: false);
        }

        var withoutId = request.Clone();
        field.Accessor.Clear(withoutId);
        var hash = SHA256.HashData(withoutId.ToByteArray());
        return await RunProtectedAsync(new CallKey(caller, method, requestId), hash, effect, cancellationToken);
    }

    private async Task<IdempotentAnswer<TResponse>> RunProtectedAsync<TResponse>(
        CallKey key, byte[] hash, Func<DurableTransaction, Task<TResponse>> effect, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>, new()
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (await LockAndFindAsync(transaction.Connection, key, cancellationToken) is { } stored)
            return Replay<TResponse>(key, hash, stored);
        var response = await effect(transaction);
        await IdempotencyStore.AddAsync(transaction.Connection, key, new StoredAnswer(hash, response.ToByteArray()), timeProvider.GetUtcNow());
        try
        {
            await transaction.CommitAsync(cancellationToken);
        }
        catch (NpgsqlException)
        {
            // The connection was lost during COMMIT: whether it happened is in the database (DUR-24).
            await using var again = await database.BeginAsync(cancellationToken);
            if (await LockAndFindAsync(again.Connection, key, cancellationToken) is null)
                throw;
        }

        return new IdempotentAnswer<TResponse>(response, Replayed: false);
    }

    private async Task<StoredAnswer?> LockAndFindAsync(NpgsqlConnection connection, CallKey key, CancellationToken cancellationToken)
    {
        try
        {
            var after = timeProvider.GetUtcNow() - TimeSpan.FromDays(options.Value.IdempotencyDays);
            return await IdempotencyStore.LockAndFindAsync(connection, key, after, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled })
        {
            throw new RequestInProgressException(key);
        }
    }

    private static IdempotentAnswer<TResponse> Replay<TResponse>(CallKey key, byte[] hash, StoredAnswer stored)
        where TResponse : class, IMessage<TResponse>, new()
    {
        if (!hash.AsSpan().SequenceEqual(stored.RequestHash))
            throw new RequestIdReusedException(key);
        var response = new TResponse();
        response.MergeFrom(stored.Response);
        return new IdempotentAnswer<TResponse>(response, Replayed: true);
    }

    private static Guid? ParseRequestId(string text)
    {
        if (text.Length == 0)
            return null;
        return Guid.TryParseExact(text, "D", out var id) && id != Guid.Empty ? id : throw new InvalidRequestIdException(text);
    }
}

/// <summary>The answer of a call.</summary>
/// <typeparam name="TResponse">The call's response.</typeparam>
/// <param name="Response">The response; if replayed, the first one byte for byte.</param>
/// <param name="Replayed">Whether it is the stored answer of an earlier call; sent as metadata <c>idempotent-replayed: true</c>.</param>
public sealed record IdempotentAnswer<TResponse>(TResponse Response, bool Replayed);
