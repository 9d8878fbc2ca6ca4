using System.Buffers.Binary;

namespace ContactCenter.StorageExport.Tests.Sftp;

/// <summary>What a server sends, up to a number of packets; then the connection ends.</summary>
internal sealed class PacketLimitStream(Stream inner, int packets) : Stream
{
    private readonly byte[] _length = new byte[4];
    private int _packets;
    private int _header;
    private long _left;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_packets == packets)
            return 0;
        // A packet is never read beyond its end, so that the cut is exactly there.
        var most = _left > 0 ? (int)Math.Min(buffer.Length, _left) : Math.Min(buffer.Length, _length.Length - _header);
        var read = await inner.ReadAsync(buffer[..most], cancellationToken);
        if (_left > 0)
        {
            _left -= read;
            _packets += _left == 0 ? 1 : 0;
            return read;
        }

        buffer.Span[..read].CopyTo(_length.AsSpan(_header));
        _header = (_header + read) % _length.Length;
        if (_header == 0 && read > 0)
            _left = BinaryPrimitives.ReadUInt32BigEndian(_length);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
