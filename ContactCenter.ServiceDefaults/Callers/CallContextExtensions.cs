using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>Tells a method who calls it.</summary>
public static class CallContextExtensions
{
    /// <summary>The caller of a gRPC method that declares a scope.</summary>
    /// <param name="context">The call.</param>
    /// <exception cref="InvalidOperationException">The method is open to everybody, so nobody was asked for a key.</exception>
    public static Caller GetCaller(this ServerCallContext context) => context.GetHttpContext().GetCaller();

    /// <summary>The caller of an HTTP endpoint that requires a scope.</summary>
    /// <param name="context">The request.</param>
    /// <exception cref="InvalidOperationException">The endpoint is open to everybody, so nobody was asked for a key.</exception>
    public static Caller GetCaller(this HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("Nobody was asked for an API key.");
}
