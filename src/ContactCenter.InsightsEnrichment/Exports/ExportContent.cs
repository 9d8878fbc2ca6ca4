namespace ContactCenter.InsightsEnrichment.Exports;

/// <summary>The file of an export as a stream: any part of it can be read, one piece is held at a time.</summary>
/// <param name="store">Where the pieces are.</param>
/// <param name="export">An export that is done.</param>
internal sealed class ExportContent(ExportStore store, Export export) : Stream
{
    private byte[] _piece = [];
    private long _number = -1;

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => true;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => export.Bytes;

    /// <inheritdoc />
    public override long Position { get; set; }

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= Length || buffer.Length == 0)
            return 0;
        var number = Position / ExportStore.PieceBytes;
        if (number != _number)
        {
            _piece = await store.PieceAsync(export, number, cancellationToken) ?? throw new IOException("The file was removed while it was read.");
            _number = number;
        }

        var rest = _piece.AsMemory((int)(Position % ExportStore.PieceBytes));
        var part = rest[..Math.Min(rest.Length, buffer.Length)];
        part.CopyTo(buffer);
        Position += part.Length;
        return part.Length;
    }

    /// <inheritdoc />
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The file is read asynchronously.");

    /// <inheritdoc />
    public override void Flush() => throw new NotSupportedException("The file is read only.");

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException("The file is read only.");

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The file is read only.");
}
