using System.Net.Sockets;

namespace ContactCenter.Testing.Network;

/// <summary>One connection through a <see cref="ChaosProxy"/>: two pumps that copy what arrives, under the faults set at that moment.</summary>
internal sealed class ProxiedConnection(ChaosProxy proxy, Socket client, Socket server)
{
    private const int BufferSize = 16 * 1024;
    private const int SlowPartsPerSecond = 20;

    /// <summary>Copies until both ends have closed or one has failed.</summary>
    public async Task RunAsync()
    {
        await Task.WhenAll(PumpAsync(client, server, ProxyFlow.ToServer), PumpAsync(server, client, ProxyFlow.ToClient));
        client.Dispose();
        server.Dispose();
    }

    /// <summary>Tells the client that the server sends no more; what the client sends still arrives.</summary>
    public void HalfClose()
    {
        try
        {
            client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
    }

    /// <summary>Ends both connections with a reset instead of an orderly close.</summary>
    public void Reset()
    {
        foreach (var socket in (Socket[])[client, server])
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // It is closed already.
            }

            socket.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to, ProxyFlow flow)
    {
        // The last bytes stay in front of the new ones, as a pattern may arrive in parts.
        var buffer = new byte[ProxyTrap.MaxPatternLength + BufferSize];
        var kept = 0;
        try
        {
            while (true)
            {
                // Waits without taking anything: how much may be taken is known when it is there.
                await from.ReceiveAsync(Memory<byte>.Empty);
                await proxy.HoldAsync();
                var limit = proxy.BytesPerSecond is { } rate ? Math.Clamp(rate / SlowPartsPerSecond, 1, BufferSize) : BufferSize;
                var read = await from.ReceiveAsync(buffer.AsMemory(kept, limit));
                if (read == 0)
                    break;
                if (proxy.Latency > TimeSpan.Zero)
                    await Task.Delay(proxy.Latency);
                if (limit < BufferSize)
                    await Task.Delay(TimeSpan.FromSeconds(1.0 / SlowPartsPerSecond));
                if (!await PassAsync(to, flow, buffer.AsMemory(0, kept + read), read))
                {
                    Reset();
                    return;
                }

                var keep = Math.Min(ProxyTrap.MaxPatternLength, kept + read);
                buffer.AsSpan(kept + read - keep, keep).CopyTo(buffer);
                kept = keep;
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One end has failed: so does the other.
            Reset();
        }
    }

    private async Task<bool> PassAsync(Socket to, ProxyFlow flow, ReadOnlyMemory<byte> window, int fresh)
    {
        var passed = window.Length - fresh;
        foreach (var trap in proxy.Traps(flow, this))
        {
            if (trap.Find(window.Span, fresh) is not { } count)
                continue;
            proxy.Remove(trap);
            var end = Math.Max(passed, window.Length - fresh + count);
            await SendAllAsync(to, window[passed..end]);
            passed = end;
            if (!await trap.SpringAsync(this))
                return false;
        }

        await SendAllAsync(to, window[passed..]);
        return true;
    }

    private static async Task SendAllAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await to.SendAsync(bytes)..];
    }
}
