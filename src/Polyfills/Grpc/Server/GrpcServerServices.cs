using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Grpc.AspNetCore.Server
{
    /// <summary>Configures the gRPC server further.</summary>
    public interface IGrpcServerBuilder
    {
        /// <summary>The services of the application.</summary>
        IServiceCollection Services { get; }
    }
}

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Adds the gRPC server.</summary>
    public static class GrpcServicesExtensions
    {
        /// <summary>Adds the gRPC server; may be called more than once.</summary>
        /// <param name="services">The services of the application.</param>
        /// <returns>A builder to configure it further.</returns>
        public static IGrpcServerBuilder AddGrpc(this IServiceCollection services)
        {
            ArgumentNullException.ThrowIfNull(services);
            services.AddRouting();
            services.AddOptions();
            services.Configure<RouteOptions>(options => options.SetParameterPolicy<UnknownServices.GrpcCallConstraint>(UnknownServices.GrpcCallConstraint.Name));
            services.TryAddSingleton<UnknownServices>();
            services.TryAddSingleton(typeof(ServiceOptionsReader<>));
            return new GrpcServerBuilder(services);
        }

        /// <summary>Adds the gRPC server; may be called more than once.</summary>
        /// <param name="services">The services of the application.</param>
        /// <param name="configureOptions">Sets the options for all services.</param>
        /// <returns>A builder to configure it further.</returns>
        public static IGrpcServerBuilder AddGrpc(this IServiceCollection services, Action<GrpcServiceOptions> configureOptions)
        {
            services.Configure(configureOptions);
            return services.AddGrpc();
        }

        /// <summary>Sets the options of one service.</summary>
        /// <typeparam name="TService">The service.</typeparam>
        /// <param name="grpcBuilder">The server.</param>
        /// <param name="configure">Changes the copy of the options for all services.</param>
        /// <returns>The same builder.</returns>
        public static IGrpcServerBuilder AddServiceOptions<TService>(this IGrpcServerBuilder grpcBuilder, Action<GrpcServiceOptions<TService>> configure)
            where TService : class
        {
            ArgumentNullException.ThrowIfNull(grpcBuilder);
            grpcBuilder.Services.AddSingleton(new ServiceOptionsChange<TService>(configure));
            return grpcBuilder;
        }

        private sealed class GrpcServerBuilder(IServiceCollection services) : IGrpcServerBuilder
        {
            public IServiceCollection Services => services;
        }
    }
}
