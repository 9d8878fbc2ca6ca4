using Grpc.AspNetCore.Server.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Adds server reflection.</summary>
    public static class GrpcReflectionServiceExtensions
    {
        /// <summary>Adds server reflection over all mapped gRPC services.</summary>
        /// <param name="services">The services of the application.</param>
        /// <returns>The same services.</returns>
        public static IServiceCollection AddGrpcReflection(this IServiceCollection services)
        {
            ArgumentNullException.ThrowIfNull(services);
            services.AddGrpc();
            services.TryAddSingleton<DescribedServices>();
            return services;
        }
    }
}

namespace Microsoft.AspNetCore.Builder
{
    /// <summary>Maps server reflection.</summary>
    public static class GrpcReflectionEndpointRouteBuilderExtensions
    {
        /// <summary>Maps grpc.reflection.v1.ServerReflection and its predecessor v1alpha.</summary>
        /// <param name="builder">The application.</param>
        /// <returns>A builder of conventions for the endpoints of both.</returns>
        public static IEndpointConventionBuilder MapGrpcReflectionService(this IEndpointRouteBuilder builder) =>
            new GrpcServiceEndpointConventionBuilder([builder.MapGrpcService<ReflectionService>(), builder.MapGrpcService<ReflectionServiceAlpha>()]);
    }
}
