using Grpc.Core;
using Grpc.Framing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Grpc.AspNetCore.Server;

/// <summary>Answers gRPC calls of services and methods that nobody mapped with Unimplemented.</summary>
internal sealed class UnknownServices
{
    private readonly HashSet<string> _services = new(StringComparer.Ordinal);

    /// <summary>Maps the answers that the application lacks: one for unknown services, one for each known service.</summary>
    internal IEnumerable<IEndpointConventionBuilder> Map(IEndpointRouteBuilder builder, IEnumerable<BoundMethod> methods)
    {
        if (_services.Count == 0)
            yield return Map(builder, "{unimplementedService}/{unimplementedMethod:" + GrpcCallConstraint.Name + "}", "Service is unimplemented.");

        foreach (var service in methods.Select(method => method.Method.ServiceName).Distinct())
        {
            if (_services.Add(service))
                yield return Map(builder, service + "/{unimplementedMethod:" + GrpcCallConstraint.Name + "}", "Method is unimplemented.");
        }
    }

    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder builder, string pattern, string detail)
    {
        var status = new Status(StatusCode.Unimplemented, detail);
        return builder.Map(RoutePatternFactory.Parse(pattern), http =>
        {
            http.Response.ContentType = GrpcProtocol.ContentType;
            StatusHeaders.Write(http.Response.Headers, status);
            return Task.CompletedTask;
        });
    }

    /// <summary>Lets other requests than gRPC calls pass to the rest of the application.</summary>
    internal sealed class GrpcCallConstraint : IRouteConstraint
    {
        /// <summary>What the constraint is called in a route; the official server's name, by which an application knows these routes.</summary>
        public const string Name = "grpcunimplemented";

        public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            httpContext is not null
            && HttpMethods.IsPost(httpContext.Request.Method)
            && GrpcProtocol.IsGrpcContentType(httpContext.Request.ContentType);
    }
}
