using ContactCenter.Durable;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults.Callers;
using Google.Protobuf;
using Grpc.Core;

namespace ContactCenter.ServiceDefaults;

/// <summary>Runs a mutating method so that a repeated call gets the first one's answer and has no second effect (DUR-19 to DUR-25).</summary>
public static class IdempotentRpc
{
    /// <summary>Response metadata of an answer that was stored by an earlier call; its value is <c>true</c>.</summary>
    public const string ReplayedHeader = "idempotent-replayed";

    /// <summary>Runs the effect in a transaction with its answer, or returns the stored answer. Keys are private to the caller and the method.</summary>
    /// <param name="calls">The service's stored answers.</param>
    /// <param name="context">The call.</param>
    /// <param name="request">Its request; an empty <c>request_id</c> means without protection.</param>
    /// <param name="effect">Writes the effect with the transaction, which it does not commit, and returns the answer.</param>
    public static async Task<TResponse> RunAsync<TRequest, TResponse>(
        this IdempotentCalls calls, ServerCallContext context, TRequest request, Func<DurableTransaction, Task<TResponse>> effect)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>, new()
    {
        var answer = await calls.RunAsync(context.GetCaller().Actor, context.Method, request, effect, context.CancellationToken);
        if (answer.Replayed)
            await context.WriteResponseHeadersAsync(new Metadata { { ReplayedHeader, "true" } });
        return answer.Response;
    }
}
