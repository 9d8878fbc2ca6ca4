using System.Collections.Concurrent;
using System.Net;
using ContactCenter.Egress.Guard;

namespace ContactCenter.Egress.Http;

/// <summary>Sends one prepared message over guarded, pooled connections and brings back the response head.</summary>
internal sealed class EgressTransport(EgressConnector connector, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);
    private const int MaxHeaderKilobytes = 32;

    private readonly ConcurrentDictionary<ConnectionProfile, HttpMessageInvoker> _pools = new();

    /// <summary>Sends the message.</summary>
    /// <returns>The response; its content reads under the limits of the call and ends its clock when disposed.</returns>
    public async Task<HttpResponseMessage> SendAsync(
        Destination destination, HttpRequestMessage message, long? maxResponseBytes, CancellationToken cancellationToken)
    {
        message.Version = HttpVersion.Version11;
        message.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var clock = new CallClock(destination.Timeouts, time, cancellationToken);
        try
        {
            if (message.Content is { } body)
                message.Content = new MeteredContent(body, clock, destination.MaxRequestBytes);
            clock.Attach(message);
            var response = await PoolOf(destination).SendAsync(message, clock.Token);
            var stream = await response.Content.ReadAsStreamAsync(clock.Token);
            var content = new StreamContent(new MeteredBody(stream, clock, maxResponseBytes));
            foreach (var header in response.Content.Headers.NonValidated)
                content.Headers.TryAddWithoutValidation(header.Key, header.Value);
            clock.Pause();
            response.Content = content;
            return response;
        }
        catch (OperationCanceledException error)
        {
            clock.Dispose();
            throw clock.Explain(error);
        }
        catch (Exception error)
        {
            clock.Dispose();
            if (Classification.Of(error) is { } failure)
                throw failure;
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var pool in _pools.Values)
            pool.Dispose();
    }

    private HttpMessageInvoker PoolOf(Destination destination) => _pools.GetOrAdd(
        new ConnectionProfile(destination.Tls, destination.Timeouts.Connect, destination.Timeouts.Tls), CreatePool);

    private HttpMessageInvoker CreatePool(ConnectionProfile profile) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = ConnectionLifetime,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        MaxResponseHeadersLength = MaxHeaderKilobytes,
        MaxResponseDrainSize = 0,
        // The trace context is set by EgressClient where a destination allows it (EGR-14).
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(profile, context, cancellationToken),
    });

    private async ValueTask<Stream> ConnectAsync(
        ConnectionProfile profile, SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var clock = CallClock.Of(context.InitialRequestMessage);
        clock?.Connecting();
        var isHttps = context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps;
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        Stream connection = await connector.ConnectAsync(
            host, port, isHttps ? EgressProtocol.Https : EgressProtocol.Http, profile.Connect, cancellationToken);
        connection = isHttps
            ? await connector.SecureAsync(connection, host, profile.TlsSettings, profile.Tls, cancellationToken)
            : new OnceOnlyStream(connection);
        clock?.Connected();
        return connection;
    }

    private sealed record ConnectionProfile(TlsSettings TlsSettings, TimeSpan Connect, TimeSpan Tls);
}
