using System.Data.Common;
using System.Net.Sockets;
using ContactCenter.Durable;
using Grpc.Core;

namespace ContactCenter.ServiceDefaults;

/// <summary>Tells a server that is away for a while from a defect: the caller of the first may simply try again.</summary>
public static class TransientFailure
{
    /// <summary>
    /// True for a failed database, socket or gRPC call, or a time-out, that a later attempt may not meet, also when it is
    /// the cause of the exception given. Loss of Postgres is one (DUR-24); a broken constraint is not.
    /// </summary>
    /// <param name="failure">What was thrown.</param>
    public static bool Is(Exception failure) => failure switch
    {
        DbException { IsTransient: true } or SocketException or TimeoutException => true,
        RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded } => true,
        AggregateException { InnerExceptions: var all } => all.Any(Is),
        _ when DatabaseLoss.Is(failure) => true,
        { InnerException: { } cause } => Is(cause),
        _ => false,
    };
}
