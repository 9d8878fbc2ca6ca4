using System.Diagnostics;
using ContactCenter.Contracts;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace ContactCenter.ServiceDefaults.Rpc;

/// <summary>
/// Turns what a gRPC method throws into a typed status: loss of a backing server is UNAVAILABLE with RetryInfo (DUR-24),
/// anything unexpected INTERNAL with a trace id and no text of the exception. A call whose deadline has passed is not
/// begun (DUR-58).
/// </summary>
/// <param name="clock">Judges deadlines.</param>
/// <param name="logger">Where the exception itself goes.</param>
internal sealed partial class FailureInterceptor(TimeProvider clock, ILogger<FailureInterceptor> logger) : Interceptor
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, () => continuation(request, context), request as IMessage);

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, () => NoResultAsync(continuation(request, responseStream, context)), request as IMessage);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, () => NoResultAsync(continuation(requestStream, responseStream, context)));

    private static async Task<bool> NoResultAsync(Task call)
    {
        await call;
        return true;
    }

    private async Task<TResult> GuardAsync<TResult>(ServerCallContext context, Func<Task<TResult>> call, IMessage? request = null)
    {
        if (IsExpired(context))
            throw DeadlineExceeded(context);
        if (request is not null)
            UnstorableText.Refuse(request, Domain(context));
        try
        {
            return await call();
        }
        // What a client of another service throws when it does not get through says where that service is.
        catch (RpcException failure) when (!TransientFailure.Is(failure) || RpcErrors.ReasonOf(failure) is not null)
        {
            throw;
        }
        catch (Exception failure) when (failure is OperationCanceledException or RpcException && IsExpired(context))
        {
            throw DeadlineExceeded(context);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            throw RpcErrors.Create(StatusCode.Cancelled, Domain(context), "CANCELLED", "The caller cancelled the call.");
        }
        catch (Exception failure) when (DurableFailures.StatusOf(failure, context.Method, Domain(context)) is { } status)
        {
            LogRefused(context.Method, failure.Message);
            throw status;
        }
        catch (Exception failure) when (request is not null && UnstorableText.StatusOf(failure, request, Domain(context)) is { } status)
        {
            throw status;
        }
        catch (Exception failure) when (TransientFailure.Is(failure))
        {
            LogUnavailable(failure, context.Method);
            throw RpcErrors.Unavailable(
                Domain(context), SharedErrors.DependencyUnavailable, "A server that this call needs is not available.", RetryDelay);
        }
        catch (Exception failure)
        {
            LogFailed(failure, context.Method);
            throw Internal(context);
        }
    }

    private static RpcException Internal(ServerCallContext context)
    {
        var traceId = Activity.Current?.TraceId.ToHexString() ?? context.GetHttpContext().TraceIdentifier;
        var info = RpcErrors.Info(Domain(context), "INTERNAL");
        info.Metadata["trace_id"] = traceId;
        return RpcErrors.Create(StatusCode.Internal, info, $"An unexpected error occurred; trace id {traceId}.");
    }

    private bool IsExpired(ServerCallContext context) => context.Deadline <= clock.GetUtcNow().UtcDateTime;

    private static RpcException DeadlineExceeded(ServerCallContext context) =>
        RpcErrors.Create(StatusCode.DeadlineExceeded, Domain(context), "DEADLINE_EXCEEDED", "The call's deadline has passed.");

    private static string Domain(ServerCallContext context) => RpcErrors.DomainOf(context.Method.TrimStart('/').Split('/')[0]);

    [LoggerMessage(3, LogLevel.Information, "{Method} was refused: {Reason}")]
    private partial void LogRefused(string method, string reason);

    [LoggerMessage(1, LogLevel.Warning, "{Method} met a server that is not available")]
    private partial void LogUnavailable(Exception failure, string method);

    [LoggerMessage(2, LogLevel.Error, "{Method} failed unexpectedly")]
    private partial void LogFailed(Exception failure, string method);
}
