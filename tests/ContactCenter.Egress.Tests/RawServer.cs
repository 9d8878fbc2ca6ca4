using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ContactCenter.Egress.Tests;

/// <summary>A TCP listener on loopback whose every byte a test decides, to be as rude as peers can be.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private int _accepted;
    private int _closed;
    private int _requests;

    private RawServer(Func<Stream, RawServer, CancellationToken, Task> serve, X509Certificate2? certificate)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(serve, certificate);
        Origin = $"{(certificate is null ? "http" : "https")}://127.0.0.1:{Port}";
    }

    public int Port { get; }

    public string Origin { get; }

    public string AllowEntry => $"127.0.0.1:{Port}";

    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections that this side has closed.</summary>
    public int Closed => Volatile.Read(ref _closed);

    public int Requests => Volatile.Read(ref _requests);

    public ConcurrentQueue<string> Heads { get; } = new();

    /// <summary>Starts a server; <paramref name="serve"/> gets each connection and closes it by returning.</summary>
    public static RawServer Start(Func<Stream, RawServer, CancellationToken, Task> serve, X509Certificate2? certificate = null) =>
        new(serve, certificate);

    /// <summary>A server that answers each request of a connection with the same bytes.</summary>
    public static RawServer Answering(string answer) => Start(async (stream, server, cancellationToken) =>
    {
        while (await server.ReadRequestAsync(stream, cancellationToken) is not null)
            await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), cancellationToken);
    });

    /// <summary>Reads one request head (and a body of Content-Length); null at the end of the connection.</summary>
    public async Task<string?> ReadRequestAsync(Stream stream, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var head = text.ToString();
            var end = head.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                var length = head.Split("\r\n").Where(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal))
                    .Select(line => int.Parse(line[16..])).FirstOrDefault();
                if (head.Length >= end + 4 + length)
                {
                    Interlocked.Increment(ref _requests);
                    Heads.Enqueue(head);
                    return head;
                }
            }

            var count = await stream.ReadAsync(buffer, cancellationToken);
            if (count == 0)
                return null;
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_connections);
        _end.Dispose();
    }

    private async Task AcceptAsync(Func<Stream, RawServer, CancellationToken, Task> serve, X509Certificate2? certificate)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                Interlocked.Increment(ref _accepted);
                _connections.Add(ServeAndCloseAsync(client, serve, certificate));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAndCloseAsync(TcpClient client, Func<Stream, RawServer, CancellationToken, Task> serve, X509Certificate2? certificate)
    {
        await ServeAsync(client, serve, certificate);
        Interlocked.Increment(ref _closed);
    }

    private async Task ServeAsync(TcpClient client, Func<Stream, RawServer, CancellationToken, Task> serve, X509Certificate2? certificate)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (certificate is not null)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(
                        new SslServerAuthenticationOptions
                        {
                            ServerCertificate = certificate,
                            ClientCertificateRequired = true,
                            RemoteCertificateValidationCallback = (_, presented, _, _) =>
                            {
                                ClientCertificates.Enqueue(presented?.Subject ?? "none");
                                return presented is null || presented.Subject.StartsWith("CN=", StringComparison.Ordinal);
                            },
                        },
                        _end.Token);
                    stream = secure;
                }

                await serve(stream, this, _end.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client has gone, or refused the certificate, as the test wants it to.
            }
        }
    }

    public ConcurrentQueue<string> ClientCertificates { get; } = new();
}
