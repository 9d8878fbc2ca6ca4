using Grpc.AspNetCore.ClientFactory;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets clients act on behalf of the server call that uses them.</summary>
public static class GrpcServerHttpClientBuilderExtensions
{
    /// <summary>Calls of the client end with the server call that makes them: at its deadline, or when it is cancelled.</summary>
    /// <param name="builder">The client.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder EnableCallContextPropagation(this IHttpClientBuilder builder) => builder.EnableCallContextPropagation(_ => { });

    /// <summary>Calls of the client end with the server call that makes them: at its deadline, or when it is cancelled.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configureOptions">Says what happens outside a server call.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder EnableCallContextPropagation(this IHttpClientBuilder builder, Action<GrpcContextPropagationOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configureOptions);
        var propagation = new GrpcContextPropagationOptions();
        configureOptions(propagation);

        builder.Services.AddHttpContextAccessor();
        return builder.Configure((options, services) =>
        {
            var accessor = services.GetRequiredService<IHttpContextAccessor>();
            options.CallOptionsActions.Add(context => context.CallOptions = ServerCall.Continue(context.CallOptions, accessor.HttpContext, propagation));
        });
    }
}
