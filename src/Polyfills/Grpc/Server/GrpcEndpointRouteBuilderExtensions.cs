using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps gRPC services to endpoints.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>Maps every method of a service to an endpoint of its own.</summary>
    /// <typeparam name="TService">The class that implements the service; derives from the generated base class.</typeparam>
    /// <param name="builder">The application.</param>
    /// <returns>A builder of conventions for all the service's endpoints.</returns>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<TService>(this IEndpointRouteBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = (builder.ServiceProvider.GetService<ServiceOptionsReader<TService>>()
            ?? throw new InvalidOperationException("Unable to find the required services. Please add all the required services by calling 'IServiceCollection.AddGrpc' inside the call to 'ConfigureServices(...)' in the application startup code."))
            .Read();

        var binder = new ServiceMethodBinder<TService>(builder.ServiceProvider, options);
        binder.BindService();

        var conventions = new List<IEndpointConventionBuilder>();
        foreach (var method in binder.Methods)
        {
            var endpoint = builder.Map(method.Method.FullName, method.RequestDelegate);
            endpoint.Add(ep =>
            {
                ep.DisplayName = $"gRPC - {method.Method.FullName}";
                foreach (var item in method.Metadata)
                    ep.Metadata.Add(item);
            });
            conventions.Add(endpoint);
        }

        if (!options.IgnoreUnknownServices)
            conventions.AddRange(builder.ServiceProvider.GetRequiredService<UnknownServices>().Map(builder, binder.Methods));
        return new GrpcServiceEndpointConventionBuilder(conventions);
    }
}

/// <summary>Adds conventions to all endpoints of a gRPC service.</summary>
public sealed class GrpcServiceEndpointConventionBuilder : IEndpointConventionBuilder
{
    private readonly List<IEndpointConventionBuilder> _endpoints;

    internal GrpcServiceEndpointConventionBuilder(List<IEndpointConventionBuilder> endpoints) => _endpoints = endpoints;

    /// <inheritdoc/>
    public void Add(Action<EndpointBuilder> convention) => _endpoints.ForEach(endpoint => endpoint.Add(convention));

    /// <inheritdoc/>
    public void Finally(Action<EndpointBuilder> finallyConvention) => _endpoints.ForEach(endpoint => endpoint.Finally(finallyConvention));
}
