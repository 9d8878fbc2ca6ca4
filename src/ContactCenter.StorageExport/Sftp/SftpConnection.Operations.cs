namespace ContactCenter.StorageExport.Sftp;

internal sealed partial class SftpConnection
{
    private const uint HasMode = 4;

    /// <summary>Opens a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="flags">How.</param>
    /// <param name="mode">Its permissions if it is new; null leaves them to the server.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A handle, to be closed.</returns>
    /// <exception cref="SftpStatusException">The server refused.</exception>
    /// <exception cref="SftpConnectionLostException">The connection ended.</exception>
    public Task<byte[]> OpenAsync(string path, SftpOpen flags, uint? mode, CancellationToken cancellationToken) =>
        AskAsync(SftpPacketType.Open, packet => Mode(packet.Text(path).UInt32((uint)flags), mode), Handle, cancellationToken);

    /// <summary>Writes bytes at an offset; the bytes have to be left alone until then.</summary>
    public Task WriteAsync(byte[] handle, long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        DoneAsync(SftpPacketType.Write, packet => packet.Bytes(handle).UInt64((ulong)offset), cancellationToken, data);

    /// <summary>Reads up to a number of bytes at an offset; null behind the end.</summary>
    public async Task<byte[]?> ReadAsync(byte[] handle, long offset, int count, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(
                SftpPacketType.Read,
                packet => packet.Bytes(handle).UInt64((ulong)offset).UInt32((uint)count),
                answer => answer.Expect(SftpPacketType.Data).Bytes().ToArray(),
                cancellationToken);
        }
        catch (SftpStatusException end) when (end.Status == SftpStatus.Eof)
        {
            return null;
        }
    }

    /// <summary>Closes a handle.</summary>
    public Task CloseAsync(byte[] handle, CancellationToken cancellationToken) => DoneAsync(SftpPacketType.Close, packet => packet.Bytes(handle), cancellationToken);

    /// <summary>Brings what was written to the disk; only where <see cref="SftpServerFeatures.HasFSync"/>.</summary>
    public Task FSyncAsync(byte[] handle, CancellationToken cancellationToken) =>
        DoneAsync(SftpPacketType.Extended, packet => packet.Text(SftpExtension.FSync).Bytes(handle), cancellationToken);

    /// <summary>Tells the state of an open file.</summary>
    public Task<SftpFileState> FStatAsync(byte[] handle, CancellationToken cancellationToken) => AskAsync(SftpPacketType.FStat, packet => packet.Bytes(handle), State, cancellationToken);

    /// <summary>Tells the state of a file or folder; null if there is none.</summary>
    public async Task<SftpFileState?> StatAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(SftpPacketType.Stat, packet => packet.Text(path), State, cancellationToken);
        }
        catch (SftpStatusException missing) when (missing.Status == SftpStatus.NoSuchFile)
        {
            return null;
        }
    }

    /// <summary>Lists a folder, in no order and with <c>.</c> and <c>..</c>; nothing if there is no such folder.</summary>
    public async Task<List<(string Name, SftpFileState State)>> ListAsync(string path, CancellationToken cancellationToken)
    {
        var found = new List<(string, SftpFileState)>();
        byte[] handle;
        try
        {
            handle = await AskAsync(SftpPacketType.OpenDir, packet => packet.Text(path), Handle, cancellationToken);
        }
        catch (SftpStatusException missing) when (missing.Status == SftpStatus.NoSuchFile)
        {
            return found;
        }

        try
        {
            while (true)
                found.AddRange(await AskAsync(SftpPacketType.ReadDir, packet => packet.Bytes(handle), Names, cancellationToken));
        }
        catch (SftpStatusException end) when (end.Status == SftpStatus.Eof)
        {
            return found;
        }
        finally
        {
            await CloseAsync(handle, CancellationToken.None);
        }
    }

    /// <summary>Makes a folder.</summary>
    public Task MakeFolderAsync(string path, uint mode, CancellationToken cancellationToken) =>
        DoneAsync(SftpPacketType.MkDir, packet => Mode(packet.Text(path), mode), cancellationToken);

    /// <summary>Removes a file.</summary>
    public Task RemoveAsync(string path, CancellationToken cancellationToken) => DoneAsync(SftpPacketType.Remove, packet => packet.Text(path), cancellationToken);

    /// <summary>Renames a file; replaces another only where <see cref="SftpServerFeatures.HasPosixRename"/>, and fails over one elsewhere.</summary>
    public Task RenameAsync(string from, string to, CancellationToken cancellationToken) => Features.HasPosixRename
        ? DoneAsync(SftpPacketType.Extended, packet => packet.Text(SftpExtension.PosixRename).Text(from).Text(to), cancellationToken)
        : DoneAsync(SftpPacketType.Rename, packet => packet.Text(from).Text(to), cancellationToken);

    /// <summary>Bytes that are left for files of this user; null if the server does not tell.</summary>
    public async Task<long?> RoomAsync(string path, CancellationToken cancellationToken) => Features.HasStatVfs
        ? await AskAsync(SftpPacketType.Extended, packet => packet.Text(SftpExtension.StatVfs).Text(path), Room, cancellationToken)
        : null;

    private static byte[] Handle(SftpAnswer answer) => answer.Expect(SftpPacketType.Handle).Bytes().ToArray();

    private static SftpFileState State(SftpAnswer answer) => answer.Expect(SftpPacketType.Attrs).Attributes();

    private static List<(string, SftpFileState)> Names(SftpAnswer answer)
    {
        var names = new List<(string, SftpFileState)>();
        for (var left = answer.Expect(SftpPacketType.Name).UInt32(); left > 0; left--)
        {
            var name = answer.Text();
            // A line for people.
            answer.Bytes();
            names.Add((name, answer.Attributes()));
        }

        return names;
    }

    private static long? Room(SftpAnswer answer)
    {
        // Block size, fragment size, blocks, free blocks, free blocks for others than root.
        answer.Expect(SftpPacketType.ExtendedReply).UInt64();
        var fragment = answer.UInt64();
        answer.UInt64();
        answer.UInt64();
        return (long)Math.Min(fragment * answer.UInt64(), long.MaxValue);
    }

    private Task<SftpAnswer> DoneAsync(SftpPacketType type, Action<SftpPacketWriter> fields, CancellationToken cancellationToken, ReadOnlyMemory<byte>? data = null) =>
        AskAsync(type, fields, answer => answer.Expect(SftpPacketType.Status), cancellationToken, data);

    private static void Mode(SftpPacketWriter packet, uint? mode)
    {
        packet.UInt32(mode is null ? 0 : HasMode);
        if (mode is { } bits)
            packet.UInt32(bits);
    }
}
