using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Grpc.Net.ClientFactory;

/// <summary>How the clients of one registration are made.</summary>
public class GrpcClientFactoryOptions
{
    /// <summary>The server's address. A handler of the client may turn its host into another.</summary>
    public Uri? Address { get; set; }

    /// <summary>Changes of the channel's options, in order.</summary>
    public IList<Action<GrpcChannelOptions>> ChannelOptionsActions { get; } = [];

    /// <summary>Changes of each call's options, in order.</summary>
    public IList<Action<CallOptionsContext>> CallOptionsActions { get; } = [];

    /// <summary>The interceptors, the first one first.</summary>
    public IList<InterceptorRegistration> InterceptorRegistrations { get; } = [];

    internal bool HasCallCredentials { get; set; }

    /// <summary>Puts the interceptors of one scope in front of an invoker.</summary>
    internal CallInvoker Intercept(CallInvoker invoker, InterceptorScope scope, IServiceProvider services)
    {
        var interceptors = InterceptorRegistrations.Where(r => r.Scope == scope).Select(r => r.Creator(services)).ToArray();
        return interceptors.Length == 0 ? invoker : invoker.Intercept(interceptors);
    }
}

/// <summary>The options of a call that is about to be made.</summary>
public sealed class CallOptionsContext
{
    internal CallOptionsContext(CallOptions callOptions, IServiceProvider serviceProvider)
    {
        CallOptions = callOptions;
        ServiceProvider = serviceProvider;
    }

    /// <summary>The options; may be replaced.</summary>
    public CallOptions CallOptions { get; set; }

    /// <summary>The services of the scope that the client was made in.</summary>
    public IServiceProvider ServiceProvider { get; }
}

/// <summary>How long an interceptor is kept.</summary>
public enum InterceptorScope
{
    /// <summary>Made once and shared by all clients of the registration.</summary>
    Channel,

    /// <summary>Made for each client.</summary>
    Client,
}

/// <summary>An interceptor of a client.</summary>
/// <param name="scope">How long it is kept.</param>
/// <param name="creator">Makes it.</param>
public class InterceptorRegistration(InterceptorScope scope, Func<IServiceProvider, Interceptor> creator)
{
    /// <summary>How long the interceptor is kept.</summary>
    public InterceptorScope Scope { get; } = scope;

    /// <summary>Makes the interceptor.</summary>
    public Func<IServiceProvider, Interceptor> Creator { get; } = creator;
}
