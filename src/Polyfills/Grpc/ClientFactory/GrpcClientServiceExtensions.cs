using Grpc.Net.Client;
using Grpc.Net.ClientFactory;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers gRPC clients.</summary>
public static class GrpcClientServiceExtensions
{
    /// <summary>Registers a client under its type's name.</summary>
    /// <typeparam name="TClient">The generated client type.</typeparam>
    /// <param name="services">The services.</param>
    /// <returns>For handlers, interceptors and the channel of the client.</returns>
    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services)
        where TClient : class => services.AddGrpcClient<TClient>(_ => { });

    /// <summary>Registers a client under its type's name.</summary>
    /// <typeparam name="TClient">The generated client type.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="configureClient">Sets the address.</param>
    /// <returns>For handlers, interceptors and the channel of the client.</returns>
    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services, Action<GrpcClientFactoryOptions> configureClient)
        where TClient : class => services.AddGrpcClient<TClient>(typeof(TClient).Name, configureClient);

    /// <summary>Registers a client under its type's name.</summary>
    /// <typeparam name="TClient">The generated client type.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="configureClient">Sets the address.</param>
    /// <returns>For handlers, interceptors and the channel of the client.</returns>
    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services, Action<IServiceProvider, GrpcClientFactoryOptions> configureClient)
        where TClient : class => services.AddGrpcClient<TClient>(typeof(TClient).Name, configureClient);

    /// <summary>Registers a client under a name.</summary>
    /// <typeparam name="TClient">The generated client type.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="name">The name.</param>
    /// <returns>For handlers, interceptors and the channel of the client.</returns>
    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services, string name)
        where TClient : class => services.AddGrpcClient<TClient>(name, _ => { });

    /// <summary>Registers a client under a name.</summary>
    /// <typeparam name="TClient">The generated client type.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="name">The name.</param>
    /// <param name="configureClient">Sets the address.</param>
    /// <returns>For handlers, interceptors and the channel of the client.</returns>
    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services, string name, Action<GrpcClientFactoryOptions> configureClient)
        where TClient : class
    {
        ArgumentNullException.ThrowIfNull(configureClient);
        return services.AddGrpcClient<TClient>(name, (_, options) => configureClient(options));
    }

    /// <summary>Registers a client under a name.</summary>
    /// <typeparam name="TClient">The generated client type.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="name">The name.</param>
    /// <param name="configureClient">Sets the address.</param>
    /// <returns>For handlers, interceptors and the channel of the client.</returns>
    /// <exception cref="InvalidOperationException">Another client type has this name.</exception>
    public static IHttpClientBuilder AddGrpcClient<TClient>(this IServiceCollection services, string name, Action<IServiceProvider, GrpcClientFactoryOptions> configureClient)
        where TClient : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configureClient);

        Reserve(services, new GrpcClientRegistration(name, typeof(TClient)));
        services.AddOptions<GrpcClientFactoryOptions>(name).Configure<IServiceProvider>((options, provider) => configureClient(provider, options));
        services.TryAddSingleton<ClientChannels>();
        services.TryAddTransient<GrpcClientFactory, RegisteredClientFactory>();
        services.AddTransient(provider => provider.GetRequiredService<GrpcClientFactory>().CreateClient<TClient>(name));

        // In front of everything else, so that the application's own choice of a primary handler wins.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<HttpClientFactoryOptions>>(
            new ConfigureNamedOptions<HttpClientFactoryOptions>(name, options => options.HttpMessageHandlerBuilderActions.Add(builder => builder.PrimaryHandler = PrimaryHandler(options)))));
        return services.AddHttpClient(name);
    }

    /// <summary>The channel keeps its handler for ever: connections are renewed in the rhythm in which handlers would be.</summary>
    private static SocketsHttpHandler PrimaryHandler(HttpClientFactoryOptions options)
    {
        var handler = GrpcChannel.DefaultHandler();
        handler.PooledConnectionLifetime = options.HandlerLifetime;
        return handler;
    }

    private static void Reserve(IServiceCollection services, GrpcClientRegistration registration)
    {
        foreach (var present in services.Select(service => service.ImplementationInstance).OfType<GrpcClientRegistration>())
        {
            if (present.Name == registration.Name && present.Type != registration.Type)
                throw new InvalidOperationException($"The gRPC client factory already has a registered client with the name '{present.Name}', bound to the type '{present.Type.FullName}'. Use an overload of AddGrpcClient that accepts a string and provide a unique name to resolve the conflict.");
        }

        services.AddSingleton(registration);
    }
}
