using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Framing;

/// <summary>How received messages are taken apart.</summary>
/// <param name="MaxSize">The largest size in bytes, compressed and not; null for no limit.</param>
/// <param name="Encoding">The peer's <c>grpc-encoding</c>, or null.</param>
/// <param name="Providers">The compressions that this side understands.</param>
internal readonly record struct MessageDecoding(int? MaxSize, string? Encoding, IReadOnlyList<ICompressionProvider> Providers)
{
    /// <summary>Takes the first whole message out of what was received.</summary>
    /// <param name="received">What was received; on success it starts after the message.</param>
    /// <param name="deserializer">The marshaller's deserializer.</param>
    /// <param name="message">The message.</param>
    /// <returns>False when the message is not whole yet.</returns>
    /// <exception cref="RpcException">The message is too large, has a wrong flag, or cannot be decompressed.</exception>
    internal bool TryTake<T>(ref ReadOnlySequence<byte> received, Func<DeserializationContext, T> deserializer, out T message)
    {
        message = default!;
        if (received.Length < OutgoingMessage.HeaderSize)
            return false;

        Span<byte> copy = stackalloc byte[OutgoingMessage.HeaderSize];
        scoped var header = received.FirstSpan;
        if (header.Length < OutgoingMessage.HeaderSize)
        {
            received.Slice(0, OutgoingMessage.HeaderSize).CopyTo(copy);
            header = copy;
        }

        if (header[0] > 1)
            throw new RpcException(FramingErrors.UnexpectedFlag);

        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)(MaxSize ?? Array.MaxLength))
            throw new RpcException(FramingErrors.ReceivedTooLarge);
        var provider = header[0] == 1 ? FindProvider() : null;

        if (received.Length - OutgoingMessage.HeaderSize < length)
            return false;

        var payload = received.Slice(OutgoingMessage.HeaderSize, length);
        if (provider is null)
        {
            message = IncomingMessage.Deserialize(payload, deserializer);
        }
        else
        {
            using var decompressed = MessageCompression.Decompress(payload, provider, MaxSize);
            message = IncomingMessage.Deserialize(new ReadOnlySequence<byte>(decompressed.Written), deserializer);
        }

        received = received.Slice(payload.End);
        return true;
    }

    private ICompressionProvider FindProvider()
    {
        if (Encoding is null)
            throw new RpcException(FramingErrors.CompressedWithoutEncoding);
        if (Encoding == GrpcProtocol.IdentityEncoding)
            throw new RpcException(FramingErrors.CompressedIdentity);

        foreach (var provider in Providers)
        {
            if (provider.EncodingName == Encoding)
                return provider;
        }

        throw new UnsupportedEncodingException(Encoding, Providers);
    }
}

/// <summary>The peer compresses in a way that this side does not understand.</summary>
internal sealed class UnsupportedEncodingException(string encoding, IReadOnlyList<ICompressionProvider> providers)
    : RpcException(FramingErrors.UnsupportedEncoding(encoding, MessageReader.AcceptedEncodings(providers)));
