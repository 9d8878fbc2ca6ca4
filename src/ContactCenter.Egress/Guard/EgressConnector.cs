using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace ContactCenter.Egress.Guard;

/// <summary>Turns a name into addresses; the system's resolver unless a test brings its own.</summary>
/// <param name="host">A normalised name, never an address.</param>
/// <param name="cancellationToken">Ends the wait.</param>
/// <returns>All addresses of the name.</returns>
public delegate Task<IPAddress[]> HostResolver(string host, CancellationToken cancellationToken);

/// <summary>Resolves, checks and connects: the only place of the suite that opens an outbound connection (EGR-1, EGR-2).</summary>
/// <param name="guard">Judges every address.</param>
/// <param name="resolver">Resolves names.</param>
/// <param name="time">Measures the limits.</param>
public sealed class EgressConnector(EgressGuard guard, HostResolver resolver, TimeProvider time)
{
    /// <summary>The addresses of a host after the check, for a process that dials by itself, such as ssh (STO-21).</summary>
    /// <param name="host">The host as configured.</param>
    /// <param name="port">The port.</param>
    /// <param name="protocol">What will be spoken.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>At least one address; every one of them is allowed.</returns>
    /// <exception cref="EgressException">Refused, or the name did not resolve.</exception>
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(
        string host, int port, EgressProtocol protocol, CancellationToken cancellationToken)
    {
        var name = HostName.Parse(host) ?? throw EgressException.Denied("url-host", "The host is not valid.");
        guard.CheckHost(name, port, protocol);
        var addresses = name.Address is { } literal ? [literal] : await LookUpAsync(name, cancellationToken);
        guard.CheckAddresses(name, addresses, port, protocol);
        return addresses;
    }

    /// <summary>Opens a TCP connection to a host that the guard allows.</summary>
    /// <param name="host">The host as configured.</param>
    /// <param name="port">The port.</param>
    /// <param name="protocol">What will be spoken.</param>
    /// <param name="timeout">Limit for name resolution and connection together.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection; disposing it closes the socket.</returns>
    /// <exception cref="EgressException">Refused, not resolved, not connected, or timed out.</exception>
    public async Task<NetworkStream> ConnectAsync(
        string host, int port, EgressProtocol protocol, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var addresses = await ResolveAsync(host, port, protocol, linked.Token);
            return await DialAsync(addresses, port, timeout, linked.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw EgressException.TimedOut("connect", timeout);
        }
    }

    /// <summary>Puts TLS over a connection, with full validation (EGR-9).</summary>
    /// <param name="connection">The connection; closed when the handshake fails.</param>
    /// <param name="host">The name that the server's certificate has to carry.</param>
    /// <param name="tls">Private CA and client certificate, if any.</param>
    /// <param name="timeout">Limit for the handshake.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The encrypted connection.</returns>
    /// <exception cref="EgressException">The handshake failed or timed out.</exception>
    public async Task<SslStream> SecureAsync(
        Stream connection, string host, TlsSettings tls, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var secure = new OnceOnlySslStream(connection);
        try
        {
            await secure.AuthenticateAsClientAsync(tls.ClientOptions(host), linked.Token);
            return secure;
        }
        catch (Exception error)
        {
            await secure.DisposeAsync();
            if (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                throw EgressException.TimedOut("tls", timeout);
            if (error is AuthenticationException or IOException)
                throw EgressException.Of(ErrorClass.Tls, "TLS_FAILED", "The TLS handshake failed.", error);
            throw;
        }
    }

    private async Task<IPAddress[]> LookUpAsync(HostName name, CancellationToken cancellationToken)
    {
        try
        {
            return await resolver(name.Text, cancellationToken).WaitAsync(cancellationToken);
        }
        catch (SocketException error)
        {
            throw EgressException.Of(ErrorClass.Dns, "DNS_FAILED", "The host name did not resolve.", error);
        }
    }

    /// <summary>Tries the addresses in turn; each gets an equal share of what is left, so that a dead one cannot eat it all.</summary>
    private async Task<NetworkStream> DialAsync(
        IReadOnlyList<IPAddress> addresses, int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        Exception? last = null;
        for (var i = 0; i < addresses.Count; i++)
        {
            var address = addresses[i];
            var share = (timeout - time.GetElapsedTime(started)) / (addresses.Count - i);
            using var turn = new CancellationTokenSource(share > TimeSpan.Zero ? share : TimeSpan.Zero, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, turn.Token);
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), linked.Token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                last = error;
            }
        }

        throw last is OperationCanceledException
            ? EgressException.TimedOut("connect", timeout)
            : EgressException.Of(ErrorClass.Connect, "CONNECT_FAILED", "The connection was not accepted.", last);
    }
}
