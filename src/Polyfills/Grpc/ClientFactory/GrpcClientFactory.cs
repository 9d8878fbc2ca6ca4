using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Grpc.Net.ClientFactory;

/// <summary>Makes clients by the name that they were registered with.</summary>
public abstract class GrpcClientFactory
{
    /// <summary>Makes a client. Clients are cheap; those of one name share a channel.</summary>
    /// <typeparam name="TClient">The client type that was registered.</typeparam>
    /// <param name="name">The name that it was registered with.</param>
    /// <returns>The client.</returns>
    /// <exception cref="InvalidOperationException">No such client is registered, or its address is missing.</exception>
    public abstract TClient CreateClient<TClient>(string name)
        where TClient : class;
}

/// <summary>Marks that a client type is registered under a name.</summary>
internal sealed record GrpcClientRegistration(string Name, Type Type);

/// <summary>Makes the clients of the container. One for each scope, so that clients see the scope's services.</summary>
internal sealed class RegisteredClientFactory(
    IServiceProvider services, ClientChannels channels, IEnumerable<GrpcClientRegistration> registrations, IOptionsMonitor<GrpcClientFactoryOptions> options)
    : GrpcClientFactory
{
    public override TClient CreateClient<TClient>(string name)
    {
        if (!registrations.Contains(new GrpcClientRegistration(name, typeof(TClient))))
            throw new InvalidOperationException($"No gRPC client configured with name '{name}'.");

        var configured = options.Get(name);
        var invoker = configured.Intercept(channels.InvokerOf(name), InterceptorScope.Client, services);
        if (configured.CallOptionsActions.Count > 0)
            invoker = new ConfiguredCallInvoker(invoker, configured.CallOptionsActions, services);
        return Activation<TClient>.Create(services, [invoker]);
    }

    private static class Activation<TClient>
    {
        internal static readonly ObjectFactory<TClient> Create = ActivatorUtilities.CreateFactory<TClient>([typeof(CallInvoker)]);
    }
}
