using System.Net.Sockets;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.ServiceDefaults.Rpc;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.ServiceDefaults;

/// <summary>gRPC clients of the other services.</summary>
public static class ServiceClientExtensions
{
    /// <summary>
    /// Registers a gRPC client of the service's endpoint <c>grpc</c>, found by service discovery. A call inside another
    /// call takes over its deadline and cancellation (DUR-58); see <see cref="ServiceClientOptions"/> for the others. Calls
    /// carry the API key <c>ServiceKeys:{serviceName}</c>, if it is configured.
    /// </summary>
    /// <typeparam name="TClient">A generated client.</typeparam>
    /// <param name="builder">The calling service's builder, after <c>AddServiceDefaults</c>.</param>
    /// <param name="serviceName">The resource name, such as <c>insights-enrichment</c>.</param>
    /// <returns>The client's builder, for what is special to it.</returns>
    public static IHttpClientBuilder AddServiceClient<TClient>(this IHostApplicationBuilder builder, string serviceName)
        where TClient : class
    {
        var options = new ServiceClientOptions();
        builder.Configuration.GetSection($"ServiceClients:{serviceName}").Bind(options);
        var client = builder.Services
            .AddGrpcClient<TClient>(client => client.Address = options.Address ?? new Uri($"http://_grpc.{serviceName}"))
            .UseSocketsHttpHandler((handler, _) =>
            {
                handler.EnableMultipleHttp2Connections = true;
                handler.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
                handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
                handler.ConnectTimeout = TimeSpan.FromSeconds(5);
                // With a callback of its own the channel leaves finding an address to the handlers, service discovery
                // among them; otherwise it would look the service's name up in DNS before they are asked.
                handler.ConnectCallback = ConnectAsync;
            })
            .AddInterceptor(services => new ClientDeadlineInterceptor(options, services.GetRequiredService<TimeProvider>()))
            .EnableCallContextPropagation(propagation => propagation.SuppressContextNotFoundErrors = true);
        return builder.Configuration[$"ServiceKeys:{serviceName}"] is { Length: > 0 } key
            ? client.AddHttpMessageHandler(() => new ServiceKeyHandler(key))
            : client;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
