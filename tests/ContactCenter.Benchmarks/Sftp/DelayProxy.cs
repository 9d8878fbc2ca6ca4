using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace ContactCenter.Benchmarks.Sftp;

/// <summary>A long way to a server on this machine: what is sent arrives later, however much is under way.</summary>
internal sealed class DelayProxy : IAsyncDisposable
{
    private const int BufferLength = 256 * 1024;

    /// <summary>Most parts under way in a direction, so that memory has a bound.</summary>
    private const int MostParts = 1_024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _port;
    private readonly TimeSpan _delay;

    private DelayProxy(int port, TimeSpan delay)
    {
        (_port, _delay) = (port, delay);
        _listener.Start();
    }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Starts a proxy.</summary>
    /// <param name="port">Port of the server.</param>
    /// <param name="delay">How long each direction takes.</param>
    internal static DelayProxy Start(int port, TimeSpan delay)
    {
        var proxy = new DelayProxy(port, delay);
        _ = proxy.AcceptAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = RunAsync(await _listener.AcceptSocketAsync(_end.Token));
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It was disposed.
        }
    }

    private async Task RunAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _port, _end.Token);
                await Task.WhenAny(PassAsync(client, server), PassAsync(server, client));
            }
            catch (Exception failure) when (failure is OperationCanceledException or SocketException)
            {
                // One of the two is gone; the other learns it by the end of its connection.
            }
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var parts = Channel.CreateBounded<(DateTimeOffset Due, byte[] Bytes)>(MostParts);
        await Task.WhenAll(ReadAsync(), WriteAsync());

        async Task ReadAsync()
        {
            try
            {
                var buffer = new byte[BufferLength];
                while (await from.ReceiveAsync(buffer, _end.Token) is > 0 and var read)
                    await parts.Writer.WriteAsync((TimeProvider.System.GetUtcNow() + _delay, buffer[..read]), _end.Token);
            }
            finally
            {
                parts.Writer.Complete();
            }
        }

        async Task WriteAsync()
        {
            await foreach (var (due, bytes) in parts.Reader.ReadAllAsync(_end.Token))
            {
                if (due - TimeProvider.System.GetUtcNow() is var wait && wait > TimeSpan.Zero)
                    await Task.Delay(wait, _end.Token);
                for (var sent = 0; sent < bytes.Length;)
                    sent += await to.SendAsync(bytes.AsMemory(sent), _end.Token);
            }

            to.Shutdown(SocketShutdown.Send);
        }
    }
}
