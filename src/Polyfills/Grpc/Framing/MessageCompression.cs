using System.Buffers;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Framing;

/// <summary>Compresses and decompresses single messages.</summary>
internal static class MessageCompression
{
    private const int Chunk = 16 * 1024;

    /// <summary>Decompresses a message; the result never grows beyond the limit, whatever the compressed bytes promise.</summary>
    /// <exception cref="RpcException">ResourceExhausted above the limit; Internal when the bytes cannot be decompressed.</exception>
    internal static PooledBuffer Decompress(ReadOnlySequence<byte> compressed, ICompressionProvider provider, int? maxSize)
    {
        var result = new PooledBuffer();
        try
        {
            using var stream = provider.CreateDecompressionStream(new SequenceStream(compressed));
            Span<byte> excess = stackalloc byte[1];
            while (true)
            {
                // At the limit one more byte is asked for, which may not come.
                var room = (maxSize ?? Array.MaxLength) - result.Length;
                var read = stream.Read(room == 0 ? excess : Cut(result.GetSpan(Math.Min(room, Chunk)), room));
                if (read == 0)
                    return result;
                if (room == 0)
                    throw new RpcException(FramingErrors.ReceivedTooLarge);
                result.Advance(read);
            }
        }
        catch (InvalidDataException e)
        {
            result.Dispose();
            throw new RpcException(new Status(StatusCode.Internal, "Failed to decompress the message.", e));
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private static Span<byte> Cut(Span<byte> span, int length) => span.Length > length ? span[..length] : span;

    /// <summary>Compresses a message to the end of a buffer.</summary>
    internal static void Compress(ReadOnlyMemory<byte> message, ICompressionProvider provider, CompressionLevel? level, PooledBuffer destination)
    {
        using var stream = provider.CreateCompressionStream(new BufferStream(destination), level);
        stream.Write(message.Span);
    }

    /// <summary>What compression streams ask for where this side has only buffers.</summary>
    private abstract class OneWayStream : Stream
    {
        public override bool CanRead => false;

        public override bool CanWrite => false;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    private sealed class BufferStream(PooledBuffer destination) : OneWayStream
    {
        public override bool CanWrite => true;

        public override void Write(ReadOnlySpan<byte> buffer) => destination.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => destination.Write(buffer.AsSpan(offset, count));
    }

    private sealed class SequenceStream(ReadOnlySequence<byte> source) : OneWayStream
    {
        private ReadOnlySequence<byte> _rest = source;

        public override bool CanRead => true;

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, _rest.Length);
            _rest.Slice(0, count).CopyTo(buffer);
            _rest = _rest.Slice(count);
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }
}
