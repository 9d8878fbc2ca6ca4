using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.ClientFactory;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures registered gRPC clients.</summary>
public static class GrpcHttpClientBuilderExtensions
{
    /// <summary>Changes the options of the client's channel.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configureChannel">The change.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder ConfigureChannel(this IHttpClientBuilder builder, Action<GrpcChannelOptions> configureChannel)
    {
        ArgumentNullException.ThrowIfNull(configureChannel);
        return builder.ConfigureChannel((_, options) => configureChannel(options));
    }

    /// <summary>Changes the options of the client's channel.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configureChannel">The change.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder ConfigureChannel(this IHttpClientBuilder builder, Action<IServiceProvider, GrpcChannelOptions> configureChannel)
    {
        ArgumentNullException.ThrowIfNull(configureChannel);
        return builder.Configure((options, services) => options.ChannelOptionsActions.Add(channel => configureChannel(services, channel)));
    }

    /// <summary>Adds an interceptor that all clients of the registration share.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configureInvoker">Makes the interceptor.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder AddInterceptor(this IHttpClientBuilder builder, Func<Interceptor> configureInvoker) =>
        builder.AddInterceptor(InterceptorScope.Channel, configureInvoker);

    /// <summary>Adds an interceptor.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="scope">How long it is kept.</param>
    /// <param name="configureInvoker">Makes the interceptor.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder AddInterceptor(this IHttpClientBuilder builder, InterceptorScope scope, Func<Interceptor> configureInvoker)
    {
        ArgumentNullException.ThrowIfNull(configureInvoker);
        return builder.AddInterceptor(scope, _ => configureInvoker());
    }

    /// <summary>Adds an interceptor that all clients of the registration share.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configureInvoker">Makes the interceptor.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder AddInterceptor(this IHttpClientBuilder builder, Func<IServiceProvider, Interceptor> configureInvoker) =>
        builder.AddInterceptor(InterceptorScope.Channel, configureInvoker);

    /// <summary>Adds an interceptor of the container that all clients of the registration share.</summary>
    /// <typeparam name="TInterceptor">The interceptor type; has to be registered.</typeparam>
    /// <param name="builder">The client.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder AddInterceptor<TInterceptor>(this IHttpClientBuilder builder)
        where TInterceptor : Interceptor => builder.AddInterceptor<TInterceptor>(InterceptorScope.Channel);

    /// <summary>Adds an interceptor of the container.</summary>
    /// <typeparam name="TInterceptor">The interceptor type; has to be registered.</typeparam>
    /// <param name="builder">The client.</param>
    /// <param name="scope">How long it is kept.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder AddInterceptor<TInterceptor>(this IHttpClientBuilder builder, InterceptorScope scope)
        where TInterceptor : Interceptor => builder.AddInterceptor(scope, services => services.GetRequiredService<TInterceptor>());

    /// <summary>Adds an interceptor.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="scope">How long it is kept.</param>
    /// <param name="configureInvoker">Makes the interceptor.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder AddInterceptor(this IHttpClientBuilder builder, InterceptorScope scope, Func<IServiceProvider, Interceptor> configureInvoker)
    {
        ArgumentNullException.ThrowIfNull(configureInvoker);
        return builder.Configure((options, _) => options.InterceptorRegistrations.Add(new InterceptorRegistration(scope, configureInvoker)));
    }

    /// <summary>Adds metadata that prove who calls; sent over TLS only, unless the channel is told otherwise.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="authInterceptor">Adds the metadata of a call.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder AddCallCredentials(this IHttpClientBuilder builder, Func<AuthInterceptorContext, Metadata, Task> authInterceptor)
    {
        ArgumentNullException.ThrowIfNull(authInterceptor);
        return builder.AddCallCredentials((context, metadata, _) => authInterceptor(context, metadata));
    }

    /// <summary>Adds metadata that prove who calls; sent over TLS only, unless the channel is told otherwise.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="authInterceptor">Adds the metadata of a call, with the services of the scope that the client was made in.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder AddCallCredentials(this IHttpClientBuilder builder, Func<AuthInterceptorContext, Metadata, IServiceProvider, Task> authInterceptor)
    {
        ArgumentNullException.ThrowIfNull(authInterceptor);
        return builder.AddCredentials(context => CallCredentials.FromInterceptor((call, metadata) => authInterceptor(call, metadata, context.ServiceProvider)));
    }

    /// <summary>Adds metadata that prove who calls; sent over TLS only, unless the channel is told otherwise.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="credentials">The proof.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder AddCallCredentials(this IHttpClientBuilder builder, CallCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return builder.AddCredentials(_ => credentials);
    }

    /// <summary>Changes a client's options, once it is sure that it is a gRPC client.</summary>
    internal static IHttpClientBuilder Configure(this IHttpClientBuilder builder, Action<GrpcClientFactoryOptions, IServiceProvider> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!builder.Services.Select(service => service.ImplementationInstance).OfType<GrpcClientRegistration>().Any(client => client.Name == builder.Name))
            throw new InvalidOperationException($"'{builder.Name}' is not a gRPC client: AddGrpcClient registers one.");

        builder.Services.AddOptions<GrpcClientFactoryOptions>(builder.Name).Configure(configure);
        return builder;
    }

    private static IHttpClientBuilder AddCredentials(this IHttpClientBuilder builder, Func<CallOptionsContext, CallCredentials> credentials) =>
        builder.Configure((options, _) =>
        {
            options.HasCallCredentials = true;
            options.CallOptionsActions.Add(context =>
            {
                var added = credentials(context);
                context.CallOptions = context.CallOptions.WithCredentials(
                    context.CallOptions.Credentials is { } present ? CallCredentials.Compose(present, added) : added);
            });
        });
}
