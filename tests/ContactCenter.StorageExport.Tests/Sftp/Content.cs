using ContactCenter.StorageExport.Sftp;

namespace ContactCenter.StorageExport.Tests.Sftp;

/// <summary>Bytes in memory, which count how many of them were read.</summary>
internal sealed class Content(byte[] bytes) : IFileContent
{
    public byte[] Bytes => bytes;

    public long Length => bytes.Length;

    /// <summary>Offsets from which writes were read, without those that only compared.</summary>
    public List<(long Offset, int Length)> Reads { get; } = [];

    public static Content Random(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return new(bytes);
    }

    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        bytes.AsMemory((int)offset, buffer.Length).CopyTo(buffer);
        lock (Reads)
            Reads.Add((offset, buffer.Length));
        return default;
    }
}
