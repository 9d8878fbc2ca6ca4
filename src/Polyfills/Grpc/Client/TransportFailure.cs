using System.Net.Sockets;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>The status of a call that the transport could not carry to its end.</summary>
internal static class TransportFailure
{
    /// <summary>The status for an exception.</summary>
    /// <param name="doing">What was being done, for people.</param>
    /// <param name="exception">What went wrong.</param>
    /// <param name="deadlinePassed">Whether the deadline is over: a server that knows it too may end the call before our own timer does.</param>
    internal static Status ToStatus(string doing, Exception exception, bool deadlinePassed)
    {
        StatusCode? code = null;
        var messages = new List<string>();
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is RpcException { Status: var status })
                return status;

            code = e switch
            {
                HttpProtocolException reset => FromHttp2Error(reset.ErrorCode),
                IOException or SocketException => code ?? StatusCode.Unavailable,
                _ => code,
            };
            messages.Add($"{e.GetType().Name}: {e.Message}");
        }

        if (deadlinePassed)
            code = StatusCode.DeadlineExceeded;
        return new Status(code ?? StatusCode.Internal, $"{doing} {string.Join(' ', messages)}", exception);
    }

    /// <summary>The gRPC specification's table of HTTP/2 error codes.</summary>
    private static StatusCode FromHttp2Error(long code) => code switch
    {
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM: not processed, safe to send again
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };
}
