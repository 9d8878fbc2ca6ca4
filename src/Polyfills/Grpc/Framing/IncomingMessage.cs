using System.Buffers;
using Grpc.Core;

namespace Grpc.Framing;

/// <summary>One received message on its way through a marshaller. One instance per thread is kept and reused.</summary>
internal sealed class IncomingMessage : DeserializationContext
{
    [ThreadStatic]
    private static IncomingMessage? _cached;

    private ReadOnlySequence<byte> _payload;
    private int _length;

    public override int PayloadLength => _length;

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    /// <summary>Reads a message from its bytes.</summary>
    internal static T Deserialize<T>(in ReadOnlySequence<byte> payload, Func<DeserializationContext, T> deserializer)
    {
        var message = _cached ?? new IncomingMessage();
        _cached = null;
        message._payload = payload;
        message._length = (int)payload.Length;
        try
        {
            return deserializer(message);
        }
        finally
        {
            message._payload = default;
            _cached = message;
        }
    }
}
