using System.Reflection;
using ContactCenter.Access.V1;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>What a caller needs for an endpoint; an endpoint that says nothing is closed (SEC-9, SEC-11).</summary>
internal sealed record EndpointAccess
{
    /// <summary>The gRPC method <c>/service/method</c>, or the route.</summary>
    public required string Name { get; init; }

    /// <summary>No key is needed: health, and what proves itself in another way.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Any valid key will do: the answer to a method that does not exist.</summary>
    public bool IsForAnyCaller { get; init; }

    /// <summary>The scope as declared, <c>read</c> or <c>crm.agent</c>; null if none is.</summary>
    public string? Scope { get; init; }

    /// <summary>A page for people: takes HTTP Basic, and is protected as SEC-13 says.</summary>
    public bool IsPage { get; init; }

    /// <summary>The gRPC service; null for other endpoints.</summary>
    public string? GrpcService { get; init; }

    /// <summary>The call may go on for long after the key was checked.</summary>
    public bool Lasts { get; init; }

    public static EndpointAccess Of(Endpoint endpoint)
    {
        var metadata = endpoint.Metadata;
        var isOpen = metadata.GetMetadata<IAllowAnonymous>() is not null;
        if (metadata.GetMetadata<GrpcMethodMetadata>() is { } grpc)
            return new()
            {
                Name = grpc.Method.FullName,
                IsOpen = isOpen,
                Scope = ScopeOf(grpc),
                GrpcService = grpc.Method.ServiceName,
                Lasts = grpc.Method.Type is not MethodType.Unary,
            };
        // Whatever is no route is an answer of routing itself: 405 or 415.
        if (endpoint is not RouteEndpoint route)
            return new() { Name = endpoint.DisplayName ?? "", IsOpen = true };
        var answersUnimplemented = AnswersUnimplemented(route);
        return new()
        {
            Name = route.RoutePattern.RawText ?? "",
            // They may have got the openness of a service mapped together with them, such as health.
            IsOpen = isOpen && !answersUnimplemented,
            IsForAnyCaller = answersUnimplemented,
            Scope = metadata.GetMetadata<RequiredScope>()?.Scope,
            IsPage = metadata.GetMetadata<PageMark>() is not null,
            GrpcService = answersUnimplemented ? "" : null,
        };
    }

    // The routes by which the gRPC server answers methods that nobody mapped.
    private static bool AnswersUnimplemented(RouteEndpoint route) =>
        route.RoutePattern.Parameters.Any(parameter => parameter.ParameterPolicies.Any(policy => policy.Content == "grpcunimplemented"));

    private static string? ScopeOf(GrpcMethodMetadata grpc) =>
        DescriptorOf(grpc.ServiceType)?.FindMethodByName(grpc.Method.Name)?.GetOptions()?.GetExtension(ScopeExtensions.Scope) is { Length: > 0 } scope
            ? scope
            : null;

    private static ServiceDescriptor? DescriptorOf(Type? implementation)
    {
        for (var type = implementation; type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { BindType: var generated })
                return generated.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ServiceDescriptor;
        }

        return null;
    }
}

/// <summary>Endpoint metadata: the scope that callers need.</summary>
/// <param name="Scope">As declared.</param>
internal sealed record RequiredScope(string Scope);

/// <summary>Endpoint metadata: a page for people.</summary>
internal sealed record PageMark;
