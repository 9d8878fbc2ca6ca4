using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.ServiceDefaults.Rpc;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ContactCenter.ServiceDefaults.Load;

/// <summary>What callers are told when there is more to do than can be done (DUR-56).</summary>
internal static class Overload
{
    private const string Text = "The service has more to do than it can; nothing was changed.";

    /// <summary>How long to wait: 1 to 3 s, or 10 to 30 s while the broker does not take messages; spread, so that callers do not all come back at once.</summary>
    /// <param name="cause">What was refused, or null for the call as a whole.</param>
    public static TimeSpan RetryDelay(Exception? cause = null) =>
        TimeSpan.FromSeconds((cause is OutboxFullException ? 10 : 1) * Random.Shared.Next(1, 4));

    /// <summary>Answers a call before anything of its request was read.</summary>
    public static Task RefuseAsync(HttpContext context)
    {
        var delay = RetryDelay();
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not { Method.ServiceName: var service })
        {
            context.Response.Headers.RetryAfter = $"{delay.TotalSeconds}";
            return Results.Problem(
                Text,
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: ReasonPhrases.GetReasonPhrase(StatusCodes.Status503ServiceUnavailable),
                extensions: new Dictionary<string, object?> { ["reason"] = SharedErrors.Overloaded }).ExecuteAsync(context);
        }

        TrailersOnly.Write(context.Response, RpcErrors.ResourceExhausted(RpcErrors.DomainOf(service), SharedErrors.Overloaded, Text, delay));
        return Task.CompletedTask;
    }
}
