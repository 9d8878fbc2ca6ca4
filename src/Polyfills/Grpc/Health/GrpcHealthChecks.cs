using Grpc.AspNetCore.HealthChecks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Adds the gRPC health service.</summary>
    public static class GrpcHealthChecksServiceExtensions
    {
        /// <summary>Adds the gRPC health service over the application's health checks.</summary>
        /// <param name="services">The services of the application.</param>
        /// <returns>A builder to add health checks with.</returns>
        public static IHealthChecksBuilder AddGrpcHealthChecks(this IServiceCollection services)
        {
            ArgumentNullException.ThrowIfNull(services);
            services.TryAddSingleton<PublishedHealth>();
            services.AddSingleton<IHealthCheckPublisher>(provider => provider.GetRequiredService<PublishedHealth>());
            services.Configure<GrpcHealthChecksOptions>(options => options.Services.Map("", _ => true));
            return services.AddHealthChecks();
        }

        /// <summary>Adds the gRPC health service over the application's health checks.</summary>
        /// <param name="services">The services of the application.</param>
        /// <param name="configure">Sets the options, after the mapping of the empty name.</param>
        /// <returns>A builder to add health checks with.</returns>
        public static IHealthChecksBuilder AddGrpcHealthChecks(this IServiceCollection services, Action<GrpcHealthChecksOptions> configure)
        {
            var builder = services.AddGrpcHealthChecks();
            services.Configure(configure);
            return builder;
        }
    }
}

namespace Microsoft.AspNetCore.Builder
{
    /// <summary>Maps the gRPC health service.</summary>
    public static class GrpcHealthChecksEndpointRouteBuilderExtensions
    {
        /// <summary>Maps grpc.health.v1.Health.</summary>
        /// <param name="builder">The application.</param>
        /// <returns>A builder of conventions for its endpoints.</returns>
        public static GrpcServiceEndpointConventionBuilder MapGrpcHealthChecksService(this IEndpointRouteBuilder builder) =>
            builder.MapGrpcService<HealthService>();
    }
}
