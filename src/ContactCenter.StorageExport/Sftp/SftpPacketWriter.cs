using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>Writes one packet: length, type, and fields one after the other.</summary>
internal sealed class SftpPacketWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    /// <summary>Begins a packet.</summary>
    /// <param name="type">Its type.</param>
    public SftpPacketWriter(SftpPacketType type)
    {
        UInt32(0);
        _buffer.GetSpan(1)[0] = (byte)type;
        _buffer.Advance(1);
    }

    /// <summary>Writes a whole number.</summary>
    public SftpPacketWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
        return this;
    }

    /// <summary>Writes a whole number.</summary>
    public SftpPacketWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
        return this;
    }

    /// <summary>Writes bytes with their length.</summary>
    public SftpPacketWriter Bytes(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        _buffer.Write(value);
        return this;
    }

    /// <summary>Writes a text as UTF-8 with its length.</summary>
    public SftpPacketWriter Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    /// <summary>Ends the packet.</summary>
    /// <param name="more">Number of bytes that follow it as part of it.</param>
    public ReadOnlyMemory<byte> Finish(int more = 0)
    {
        var packet = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_buffer.WrittenMemory);
        BinaryPrimitives.WriteUInt32BigEndian(packet.Span, (uint)(packet.Length - 4 + more));
        return packet;
    }
}
