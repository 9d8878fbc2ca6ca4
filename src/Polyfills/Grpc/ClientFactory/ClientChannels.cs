using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Grpc.Net.ClientFactory;

/// <summary>One channel for each name, over the handlers that HttpClientFactory builds for that name.</summary>
internal sealed class ClientChannels(
    IServiceScopeFactory scopes, IHttpMessageHandlerFactory handlers, ILoggerFactory loggers, IOptionsMonitor<GrpcClientFactoryOptions> options)
    : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Entry>> _entries = new(StringComparer.Ordinal);

    /// <summary>The channel of a name, with the interceptors that live as long as it does.</summary>
    internal CallInvoker InvokerOf(string name)
    {
        var entry = _entries.GetOrAdd(name, static (name, channels) => new Lazy<Entry>(() => channels.Open(name)), this);
        try
        {
            return entry.Value.Invoker;
        }
        catch
        {
            // What was wrong may be right the next time.
            _entries.TryRemove(new(name, entry));
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var entry in _entries.Values)
        {
            if (!entry.IsValueCreated)
                continue;
            entry.Value.Channel.Dispose();
            entry.Value.Scope.Dispose();
        }
    }

    private Entry Open(string name)
    {
        var configured = options.Get(name);
        var scope = scopes.CreateScope();
        try
        {
            var channelOptions = new GrpcChannelOptions
            {
                HttpHandler = handlers.CreateHandler(name),
                LoggerFactory = loggers,
                ServiceProvider = scope.ServiceProvider,
            };
            foreach (var configure in configured.ChannelOptionsActions)
                configure(channelOptions);

            var address = configured.Address
                ?? throw new InvalidOperationException($"Could not resolve the address for gRPC client '{name}'. Set an address when registering the client: services.AddGrpcClient<{name}>(o => o.Address = new Uri(\"https://localhost:5001\"))");
            if (configured.HasCallCredentials && address.Scheme != Uri.UriSchemeHttps && !channelOptions.UnsafeUseInsecureChannelCallCredentials)
                throw new InvalidOperationException($"Call credential configured for gRPC client '{name}' requires TLS, and the client isn't configured to use TLS. Configure a TLS address, or set {nameof(GrpcChannelOptions.UnsafeUseInsecureChannelCallCredentials)} by ConfigureChannel.");

            var channel = GrpcChannel.ForAddress(address, channelOptions);
            return new Entry(channel, configured.Intercept(channel.CreateCallInvoker(), InterceptorScope.Channel, scope.ServiceProvider), scope);
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    private sealed record Entry(GrpcChannel Channel, CallInvoker Invoker, IServiceScope Scope);
}
