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
            yield return Map(builder, "{service}/{method}", "Service is unimplemented.");

        foreach (var service in methods.Select(method => method.Method.ServiceName).Distinct())
        {
            if (_services.Add(service))
                yield return Map(builder, service + "/{method}", "Method is unimplemented.");
        }
    }

    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder builder, string pattern, string detail)
    {
        var status = new Status(StatusCode.Unimplemented, detail);
        var route = RoutePatternFactory.Parse(
            pattern, defaults: null, parameterPolicies: new { method = new GrpcCallConstraint() });
        return builder.Map(route, http =>
        {
            http.Response.ContentType = GrpcProtocol.ContentType;
            StatusHeaders.Write(http.Response.Headers, status);
            return Task.CompletedTask;
        });
    }

    /// <summary>Lets other requests than gRPC calls pass to the rest of the application.</summary>
    private sealed class GrpcCallConstraint : IRouteConstraint
    {
        public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            httpContext is not null
            && HttpMethods.IsPost(httpContext.Request.Method)
            && GrpcProtocol.IsGrpcContentType(httpContext.Request.ContentType);
    }
}
