using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Framing;

/// <summary>
/// One message on its way from a marshaller to the wire, with its five bytes of length and compression flag in front. A
/// message of announced size is serialised straight into the output; a small one takes the output only once for header and
/// message, which is why this is the buffer writer of such a message. One instance per thread is kept and reused.
/// </summary>
internal sealed class OutgoingMessage : SerializationContext, IBufferWriter<byte>
{
    private const int SmallSize = 4096 - HeaderSize;

    internal const int HeaderSize = 5;

    [ThreadStatic]
    private static OutgoingMessage? _cached;

    private IBufferWriter<byte> _output = null!;
    private ICompressionProvider? _compression;
    private CompressionLevel? _level;
    private int? _maxSize;
    private int? _announced;
    private PooledBuffer? _buffer;
    private bool _headerWritten;
    private bool _completed;
    private Memory<byte> _small;
    private int _smallWritten;
    private byte[]? _overhang;

    /// <summary>Writes a message with its header.</summary>
    /// <param name="output">Where to; not flushed.</param>
    /// <param name="message">The message.</param>
    /// <param name="serializer">Its marshaller's serializer.</param>
    /// <param name="maxSize">The largest size before compression, in bytes; null for no limit.</param>
    /// <param name="compression">How to compress; null to send it as it is.</param>
    /// <param name="level">The compression level; null for the provider's own.</param>
    /// <exception cref="RpcException">ResourceExhausted when the message is too large.</exception>
    internal static void Write<T>(
        IBufferWriter<byte> output,
        T message,
        Action<T, SerializationContext> serializer,
        int? maxSize,
        ICompressionProvider? compression = null,
        CompressionLevel? level = null)
    {
        var context = _cached ?? new OutgoingMessage();
        _cached = null;
        context._output = output;
        context._maxSize = maxSize;
        context._compression = compression;
        context._level = level;
        try
        {
            serializer(message, context);
            if (!context._completed)
                throw new InvalidOperationException("The serializer did not complete the message.");
        }
        finally
        {
            context.Reset();
            _cached = context;
        }
    }

    public override void SetPayloadLength(int payloadLength)
    {
        CheckSize(payloadLength);
        _announced = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        ThrowIfCompleted();
        if (_announced is not { } length || _compression is not null)
            return _buffer ??= new PooledBuffer();

        if (_small.IsEmpty && !_headerWritten)
        {
            if (length <= SmallSize)
            {
                _small = _output.GetMemory(HeaderSize + length)[..(HeaderSize + length)];
                FillHeader(_small.Span, length, compressed: false);
                _smallWritten = HeaderSize;
            }
            else
            {
                WriteHeader(length, compressed: false);
                _headerWritten = true;
            }
        }

        return _headerWritten ? _output : this;
    }

    public override void Complete(byte[] payload)
    {
        ThrowIfCompleted();
        ArgumentNullException.ThrowIfNull(payload);
        _completed = true;
        Send(payload);
    }

    public override void Complete()
    {
        ThrowIfCompleted();
        _completed = true;
        if (_headerWritten)
            return;
        if (_small.IsEmpty)
            Send(_buffer?.Written ?? ReadOnlyMemory<byte>.Empty);
        else if (_smallWritten == _small.Length)
            _output.Advance(_smallWritten);
        else
            throw new InvalidOperationException("The message has another size than was announced.");
    }

    void IBufferWriter<byte>.Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _small.Length - _smallWritten);
        _overhang?.AsSpan(0, count).CopyTo(_small.Span[_smallWritten..]);
        _overhang = null;
        _smallWritten += count;
    }

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint) => Rest(sizeHint);

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => Rest(sizeHint).Span;

    /// <summary>What is left of a small message; a serializer may ask for more room than it then uses.</summary>
    private Memory<byte> Rest(int sizeHint)
    {
        var rest = _small[_smallWritten..];
        if (rest.Length >= Math.Max(sizeHint, 1))
        {
            _overhang = null;
            return rest;
        }

        return _overhang = new byte[Math.Max(sizeHint, 1)];
    }

    private void Send(ReadOnlyMemory<byte> payload)
    {
        CheckSize(payload.Length);
        if (_compression is null)
        {
            WriteHeader(payload.Length, compressed: false);
            _output.Write(payload.Span);
            return;
        }

        using var compressed = new PooledBuffer();
        MessageCompression.Compress(payload, _compression, _level, compressed);
        WriteHeader(compressed.Length, compressed: true);
        _output.Write(compressed.Written.Span);
    }

    private void WriteHeader(int length, bool compressed)
    {
        FillHeader(_output.GetSpan(HeaderSize), length, compressed);
        _output.Advance(HeaderSize);
    }

    private static void FillHeader(Span<byte> header, int length, bool compressed)
    {
        header[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], length);
    }

    private void CheckSize(int size)
    {
        if (size > _maxSize)
            throw new RpcException(FramingErrors.SendingTooLarge);
    }

    private void ThrowIfCompleted()
    {
        if (_completed)
            throw new InvalidOperationException("The message is already completed.");
    }

    private void Reset()
    {
        _buffer?.Dispose();
        _buffer = null;
        _output = null!;
        _compression = null;
        _announced = null;
        _headerWritten = false;
        _small = default;
        _overhang = null;
        _completed = false;
    }
}
