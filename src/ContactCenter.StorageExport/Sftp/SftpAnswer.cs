using System.Buffers.Binary;
using System.Text;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>One packet of the server, read field by field.</summary>
/// <param name="type">Its type.</param>
/// <param name="body">What follows the type.</param>
internal sealed class SftpAnswer(SftpPacketType type, byte[] body)
{
    private const int LongestText = 200;

    private int _position;

    /// <summary>Its type.</summary>
    public SftpPacketType Type => type;

    /// <summary>Whether all was read.</summary>
    public bool IsAtEnd => _position == body.Length;

    /// <summary>Reads a whole number.</summary>
    /// <exception cref="InvalidDataException">The packet is too short.</exception>
    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>Reads a whole number.</summary>
    /// <exception cref="InvalidDataException">The packet is too short.</exception>
    public ulong UInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    /// <summary>Reads bytes with their length.</summary>
    /// <exception cref="InvalidDataException">The packet is too short.</exception>
    public ReadOnlySpan<byte> Bytes()
    {
        var length = UInt32();
        return length <= int.MaxValue ? Take((int)length) : throw TooShort();
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="InvalidDataException">The packet is too short.</exception>
    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>Reads a file's attributes.</summary>
    /// <exception cref="InvalidDataException">The packet is too short.</exception>
    public SftpFileState Attributes()
    {
        const uint HasSize = 1, HasOwner = 2, HasMode = 4, HasTimes = 8, HasMore = 0x8000_0000, TypeOfFile = 0xF000, Folder = 0x4000;
        var flags = UInt32();
        long? size = (flags & HasSize) != 0 ? (long)UInt64() : null;
        if ((flags & HasOwner) != 0)
            UInt64();
        var isFolder = (flags & HasMode) != 0 && (UInt32() & TypeOfFile) == Folder;
        DateTimeOffset? modified = null;
        if ((flags & HasTimes) != 0)
        {
            UInt32();
            modified = DateTimeOffset.FromUnixTimeSeconds(UInt32());
        }

        for (var more = (flags & HasMore) != 0 ? UInt32() : 0; more > 0; more--)
        {
            Bytes();
            Bytes();
        }

        return new(size, isFolder, modified);
    }

    /// <summary>Makes sure that the packet is of a type.</summary>
    /// <param name="expected">The type.</param>
    /// <returns>The packet.</returns>
    /// <exception cref="SftpStatusException">It is a status that is no success.</exception>
    /// <exception cref="InvalidDataException">It is another packet.</exception>
    public SftpAnswer Expect(SftpPacketType expected)
    {
        if (type == SftpPacketType.Status)
        {
            var status = (SftpStatus)UInt32();
            if (status != SftpStatus.Ok || expected != SftpPacketType.Status)
                throw new SftpStatusException(status, IsAtEnd ? "" : Clean(Text()));
        }

        return type == expected ? this : throw new InvalidDataException($"The SFTP server answered {type} where {expected} was due.");
    }

    /// <summary>Words of a server as they may be shown: without control characters, and cut (STO-73).</summary>
    /// <param name="text">The words.</param>
    public static string Clean(string text)
    {
        var clean = string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character)).Trim();
        return clean.Length <= LongestText ? clean : clean[..LongestText];
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > body.Length - _position)
            throw TooShort();
        _position += count;
        return body.AsSpan(_position - count, count);
    }

    private static InvalidDataException TooShort() => new("The SFTP server sent a packet that is too short for what it says.");
}

/// <summary>What a server tells of a file.</summary>
/// <param name="Size">Its size in bytes; null if it is not told.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="ModifyTime">When it was changed, in whole seconds; null if it is not told.</param>
internal sealed record SftpFileState(long? Size, bool IsFolder, DateTimeOffset? ModifyTime);
