using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace ContactCenter.Polyfills.Grpc.Tests.Fuzz;

/// <summary>A TCP connection that writes HTTP/2 frames as they are given, right or wrong.</summary>
internal sealed class RawHttp2 : IDisposable
{
    internal const byte Data = 0, Headers = 1, ResetStream = 3, Settings = 4, Ping = 6, GoAway = 7, WindowUpdate = 8;
    internal const byte EndStream = 1, EndHeaders = 4;

    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;
    private readonly MemoryStream _out = new();

    internal RawHttp2(Uri address)
    {
        _tcp = new TcpClient(address.Host, address.Port);
        _stream = _tcp.GetStream();
    }

    internal RawHttp2 Preface()
    {
        _out.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        return Frame(Settings, 0, 0, []);
    }

    internal RawHttp2 Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[9];
        BinaryPrimitives.WriteInt32BigEndian(header, payload.Length << 8);
        header[3] = type;
        header[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(header[5..], stream);
        _out.Write(header);
        _out.Write(payload);
        return this;
    }

    /// <summary>The headers of a call, each as a literal without Huffman code.</summary>
    internal RawHttp2 Call(int stream, string method, bool isWhole = false, params (string Name, string Value)[] extra)
    {
        using var block = new MemoryStream();
        (string Name, string Value)[] usual =
        [
            (":method", "POST"), (":scheme", "http"), (":path", "/contactcenter.testing.v1.EchoService/" + method), (":authority", "localhost"),
        ];
        foreach (var (name, value) in usual.Concat(extra.Any(header => header.Name == "content-type") ? [] : [("content-type", "application/grpc")]).Concat(extra))
        {
            block.WriteByte(0);
            block.WriteByte((byte)name.Length);
            block.Write(Encoding.ASCII.GetBytes(name));
            block.WriteByte((byte)value.Length);
            block.Write(Encoding.ASCII.GetBytes(value));
        }

        return Frame(Headers, (byte)(EndHeaders | (isWhole ? EndStream : 0)), stream, block.ToArray());
    }

    internal RawHttp2 Raw(ReadOnlySpan<byte> bytes)
    {
        _out.Write(bytes);
        return this;
    }

    /// <summary>Sends what was written; a server that has closed the connection by then has given its answer.</summary>
    internal async Task SendAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _stream.WriteAsync(_out.ToArray(), cancellationToken);
        }
        catch (IOException)
        {
        }

        _out.SetLength(0);
    }

    /// <summary>Reads until the server ends a stream or the connection.</summary>
    /// <returns>What ended it.</returns>
    internal async Task<string> ReadEndAsync(CancellationToken cancellationToken)
    {
        var header = new byte[9];
        try
        {
            while (true)
            {
                await _stream.ReadExactlyAsync(header, cancellationToken);
                var length = BinaryPrimitives.ReadInt32BigEndian(header) >> 8;
                await _stream.ReadExactlyAsync(new byte[length], cancellationToken);
                switch (header[3])
                {
                    case Headers or Data when (header[4] & EndStream) != 0:
                        return "status";
                    case ResetStream:
                        return "reset";
                    case GoAway:
                        return "goaway";
                }
            }
        }
        catch (Exception e) when (e is IOException or EndOfStreamException)
        {
            return "closed";
        }
    }

    /// <summary>Says that nothing follows and reads until the server has closed the connection.</summary>
    internal async Task CloseAsync(CancellationToken cancellationToken)
    {
        var sink = new byte[4096];
        try
        {
            _tcp.Client.Shutdown(SocketShutdown.Send);
            while (await _stream.ReadAsync(sink, cancellationToken) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
        }
    }

    public void Dispose()
    {
        _tcp.Dispose();
        _out.Dispose();
    }
}
