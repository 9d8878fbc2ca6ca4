using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults.Load;
using Grpc.Core;

namespace ContactCenter.ServiceDefaults.Rpc;

/// <summary>The statuses of what ContactCenter.Durable refuses; none of these calls has changed anything.</summary>
internal static class DurableFailures
{
    /// <summary>The status of a refusal, or null if the exception is none.</summary>
    /// <param name="failure">What a method threw.</param>
    /// <param name="method">Its full name.</param>
    /// <param name="domain">The area of the error.</param>
    public static RpcException? StatusOf(Exception failure, string method, string domain)
    {
        var text = failure.Message;
        return failure switch
        {
            OutboxFullException or DatabaseBusyException => RpcErrors.ResourceExhausted(domain, SharedErrors.Overloaded, text, Overload.RetryDelay(failure)),
            InvalidRequestIdException => RpcErrors.InvalidArgument(domain, SharedErrors.RequestIdInvalid, "request_id", text),
            RequestIdReusedException when IsCreate(method) => RpcErrors.AlreadyExists(domain, SharedErrors.RequestIdReused, text),
            RequestIdReusedException => RpcErrors.InvalidArgument(domain, SharedErrors.RequestIdReused, "request_id", text),
            RequestInProgressException => RpcErrors.Aborted(domain, SharedErrors.RequestInProgress, text),
            MessageTooLargeException => RpcErrors.Create(StatusCode.InvalidArgument, domain, SharedErrors.MessageTooLarge, text),
            JobTooLargeException => RpcErrors.Create(StatusCode.InvalidArgument, domain, SharedErrors.JobTooLarge, text),
            UnknownJobKindException => RpcErrors.Create(StatusCode.InvalidArgument, domain, SharedErrors.UnknownJobKind, text),
            _ => null,
        };
    }

    private static bool IsCreate(string method) => method[(method.LastIndexOf('/') + 1)..].StartsWith("Create", StringComparison.Ordinal);
}
