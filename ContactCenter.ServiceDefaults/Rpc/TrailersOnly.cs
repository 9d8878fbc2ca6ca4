using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace ContactCenter.ServiceDefaults.Rpc;

/// <summary>Answers a gRPC call with a status alone, before anything of its request was read: what a method throws would come after that.</summary>
internal static class TrailersOnly
{
    /// <summary>Writes the status, its details included, as the head of the response.</summary>
    /// <param name="response">The response, not yet begun.</param>
    /// <param name="failure">The status.</param>
    public static void Write(HttpResponse response, RpcException failure)
    {
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = $"{(int)failure.StatusCode}";
        response.Headers["grpc-message"] = Uri.EscapeDataString(failure.Status.Detail);
        foreach (var trailer in failure.Trailers.Where(trailer => trailer.IsBinary))
            response.Headers[trailer.Key] = Convert.ToBase64String(trailer.ValueBytes).TrimEnd('=');
    }
}
