using System.Data.Common;
using System.Net.Sockets;

namespace ContactCenter.ServiceDefaults;

/// <summary>Tells a server that is away for a while from a defect: the caller of the first may simply try again.</summary>
public static class TransientFailure
{
    /// <summary>
    /// True for a database, socket or time-out failure that a later attempt may not meet, also when it is the cause of
    /// the exception given. Loss of Postgres is one (DUR-24); a broken constraint is not.
    /// </summary>
    /// <param name="failure">What was thrown.</param>
    public static bool Is(Exception failure) => failure switch
    {
        DbException { IsTransient: true } or SocketException or TimeoutException => true,
        AggregateException { InnerExceptions: var all } => all.Any(Is),
        { InnerException: { } cause } => Is(cause),
        _ => false,
    };
}
