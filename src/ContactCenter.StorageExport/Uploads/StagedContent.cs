using ContactCenter.Durable;
using ContactCenter.StorageExport.Files;
using ContactCenter.StorageExport.Sftp;

namespace ContactCenter.StorageExport.Uploads;

/// <summary>The staged bytes of a file. Read from front to back, some are got from the database ahead of their use.</summary>
/// <param name="database">The service's database.</param>
/// <param name="order">Which revision.</param>
/// <param name="length">Its bytes.</param>
/// <param name="whole">All of them, if they are there already.</param>
internal sealed class StagedContent(DurableDatabase database, UploadOrder order, long length, byte[]? whole) : IFileContent
{
    private const int PiecesAtOnce = 2;
    private const long BlockLength = PiecesAtOnce * StagedFiles.PieceLength;

    private readonly Dictionary<long, Task<List<byte[]>>> _blocks = [];

    /// <inheritdoc />
    public long Length => length;

    /// <inheritdoc />
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (whole is not null)
        {
            whole.AsMemory((int)offset, buffer.Length).CopyTo(buffer);
            return;
        }

        while (buffer.Length > 0)
        {
            var block = await BlockAsync(offset / BlockLength, cancellationToken);
            var within = (int)(offset % BlockLength);
            var piece = block[within / StagedFiles.PieceLength].AsMemory(within % StagedFiles.PieceLength);
            var count = Math.Min(piece.Length, buffer.Length);
            piece[..count].CopyTo(buffer);
            (offset, buffer) = (offset + count, buffer[count..]);
        }
    }

    private Task<List<byte[]>> BlockAsync(long number, CancellationToken cancellationToken)
    {
        // The one before may be needed again to compare what the store has.
        foreach (var old in _blocks.Keys.Where(other => other < number - 1 || other > number + 1 || (other != number && _blocks[other].IsFaulted)).ToList())
            _blocks.Remove(old);
        var block = Begin(number);
        if ((number + 1) * BlockLength < length)
            Begin(number + 1);
        return block;

        Task<List<byte[]>> Begin(long wanted)
        {
            if (!_blocks.TryGetValue(wanted, out var begun))
                _blocks[wanted] = begun = LoadAsync(wanted, cancellationToken);
            return begun;
        }
    }

    private async Task<List<byte[]>> LoadAsync(long number, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var pieces = await StagedFiles.ReadAsync(connection, order.FileId, order.Revision, (int)number * PiecesAtOnce, PiecesAtOnce, cancellationToken);
        return pieces.Sum(piece => (long)piece.Length) == Math.Min(BlockLength, length - number * BlockLength)
            ? pieces
            : throw new InvalidDataException($"Bytes of revision {order.Revision} of file {order.FileId} are not staged any more.");
    }
}
