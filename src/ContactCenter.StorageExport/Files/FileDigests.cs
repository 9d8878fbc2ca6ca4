using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;

namespace ContactCenter.StorageExport.Files;

/// <summary>Computes what the bytes of a file are recognised by, while they pass (STO-48).</summary>
internal sealed class FileDigests : IDisposable
{
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    [SuppressMessage("Security", "CA5351", Justification = "Stores tell their files' MD5; nothing is protected by it.")]
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private uint _crc = uint.MaxValue;
    private long _size;

    /// <summary>The digests of bytes that are there at once.</summary>
    /// <param name="bytes">The bytes.</param>
    public static FileDigest Of(ReadOnlySpan<byte> bytes)
    {
        using var digests = new FileDigests();
        digests.Add(bytes);
        return digests.Finish();
    }

    /// <summary>Takes bytes.</summary>
    /// <param name="bytes">Those that follow.</param>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        _sha256.AppendData(bytes);
        _md5.AppendData(bytes);
        _size += bytes.Length;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            _crc = BitOperations.Crc32C(_crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes)
            _crc = BitOperations.Crc32C(_crc, one);
    }

    /// <summary>The digests of all bytes.</summary>
    public FileDigest Finish() => new(_size, _sha256.GetHashAndReset(), _md5.GetHashAndReset(), ~_crc);

    /// <inheritdoc />
    public void Dispose()
    {
        _sha256.Dispose();
        _md5.Dispose();
    }
}

/// <summary>What the bytes of a file are recognised by.</summary>
/// <param name="Size">How many they are.</param>
/// <param name="Sha256">Their SHA-256.</param>
/// <param name="Md5">Their MD5.</param>
/// <param name="Crc32C">Their CRC-32C (Castagnoli).</param>
internal sealed record FileDigest(long Size, byte[] Sha256, byte[] Md5, uint Crc32C);
