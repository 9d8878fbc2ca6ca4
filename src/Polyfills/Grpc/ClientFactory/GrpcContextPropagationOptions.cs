using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.ClientFactory;

/// <summary>How clients act on behalf of server calls.</summary>
public class GrpcContextPropagationOptions
{
    /// <summary>Whether the client may be used outside a server call; by default it fails there.</summary>
    public bool SuppressContextNotFoundErrors { get; set; }
}

/// <summary>The server call that a client's call is made for.</summary>
internal static class ServerCall
{
    /// <summary>A call's options, bound to the server call under way.</summary>
    /// <exception cref="InvalidOperationException">No server call is under way, and that is not allowed.</exception>
    internal static CallOptions Continue(CallOptions options, HttpContext? http, GrpcContextPropagationOptions propagation)
    {
        if (http?.Features.Get<IServerCallContextFeature>()?.ServerCallContext is { } call)
            return options.WithPropagationToken(new ParentCall(call.Deadline, call.CancellationToken));

        return propagation.SuppressContextNotFoundErrors
            ? options
            : throw new InvalidOperationException("Unable to propagate server context values to the call. Can't find the gRPC ServerCallContext on the current HttpContext.");
    }
}
