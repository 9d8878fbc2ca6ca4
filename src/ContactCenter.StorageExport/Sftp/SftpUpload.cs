using System.Buffers;
using ContactCenter.Contracts;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>The bytes of a file that is to be stored, which can be read again from anywhere.</summary>
internal interface IFileContent
{
    /// <summary>Number of bytes.</summary>
    long Length { get; }

    /// <summary>Reads bytes.</summary>
    /// <param name="offset">Where they begin.</param>
    /// <param name="buffer">Takes them, all of it.</param>
    /// <param name="cancellationToken">Ends the wait for them.</param>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);
}

/// <summary>How a file is written.</summary>
/// <param name="UploadId">Names the file beside the target, as long as it is written; the same when it is tried again.</param>
/// <param name="FileMode">Permissions of a new file (STO-29).</param>
/// <param name="FolderMode">Permissions of a new folder.</param>
internal sealed record SftpUploadPlan(string UploadId, uint FileMode = 0b110_100_000, uint FolderMode = SftpUploadPlan.DefaultFolderMode)
{
    /// <summary>Permissions of a new folder, unless something else is configured: 0750.</summary>
    public const uint DefaultFolderMode = 0b111_101_000;

    /// <summary>Done when all bytes are confirmed and before the target is touched; what it throws leaves that as it is.</summary>
    public Func<CancellationToken, Task> BeforeReplacing { get; init; } = _ => Task.CompletedTask;
}

/// <summary>
/// Writes one file to an SFTP server (STO-24 to STO-28): beside its target, then renamed over it, so that a reader sees the
/// old complete file or the new complete file and nothing else. Run again after an interruption it goes on where it was.
/// </summary>
/// <param name="content">The bytes.</param>
/// <param name="folder">Folder of the target.</param>
/// <param name="name">Name of the target.</param>
/// <param name="plan">How.</param>
/// <param name="checkpoint">Stores the offset up to which all bytes are on the server's disk.</param>
internal sealed class SftpUpload(IFileContent content, string folder, string name, SftpUploadPlan plan, Func<long, CancellationToken, Task> checkpoint)
{
    /// <summary>Bytes after which the progress is stored (STO-26).</summary>
    public const int CheckpointEvery = 8 * 1024 * 1024;

    /// <summary>Bytes before the offset that have to equal what is written (STO-26), and at the end of the file before it is renamed (STO-60).</summary>
    public const int TailLength = 64 * 1024;

    private readonly string _part = PathOf(folder, $".{name}.{plan.UploadId}.part");
    private readonly string _old = PathOf(folder, $".{name}.{plan.UploadId}.old");
    private readonly string _target = PathOf(folder, name);

    /// <summary>Offset up to which the server has answered without a gap; where the same process goes on after a cut.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Whether the server could say that all bytes are on its disk.</summary>
    public bool IsDurable { get; private set; }

    /// <summary>Writes the file.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="offset">Where an earlier attempt came to; 0 for none.</param>
    /// <param name="cancellationToken">Ends it, to be gone on with.</param>
    /// <exception cref="StoreException">It cannot be written; tells whether another file could.</exception>
    /// <exception cref="SftpConnectionLostException">The connection ended: go on at <see cref="Acknowledged"/> with another.</exception>
    public async Task RunAsync(SftpConnection connection, long offset, CancellationToken cancellationToken)
    {
        try
        {
            (IsDurable, Acknowledged) = (connection.Features.HasFSync, offset);
            var handle = await OpenAsync(connection, offset, cancellationToken);
            try
            {
                await WriteAsync(connection, handle, cancellationToken);
                await ConfirmAsync(connection, handle, cancellationToken);
            }
            finally
            {
                await connection.CloseAsync(handle, CancellationToken.None);
            }

            await plan.BeforeReplacing(cancellationToken);
            await ReplaceAsync(connection, cancellationToken);
        }
        catch (SftpStatusException refused)
        {
            throw await ExplainAsync(connection, refused, cancellationToken);
        }
    }

    /// <summary>Path of something in a folder.</summary>
    private static string PathOf(string folder, string name) => folder.Length == 0 || folder.EndsWith('/') ? folder + name : $"{folder}/{name}";

    private async Task<byte[]> OpenAsync(SftpConnection connection, long offset, CancellationToken cancellationToken)
    {
        const SftpOpen GoOn = SftpOpen.Read | SftpOpen.Write | SftpOpen.Create;
        const SftpOpen Anew = GoOn | SftpOpen.Truncate;
        var handle = await OpenPartAsync(connection, offset > 0 ? GoOn : Anew, cancellationToken);
        if (offset == 0)
        {
            Acknowledged = 0;
            return handle;
        }

        var there = Math.Min(Math.Min(offset, content.Length), (await connection.FStatAsync(handle, cancellationToken)).Size ?? 0);
        if (await EqualsTailAsync(connection, handle, there, cancellationToken))
        {
            Acknowledged = there;
            return handle;
        }

        await connection.CloseAsync(handle, cancellationToken);
        Acknowledged = 0;
        return await OpenPartAsync(connection, Anew, cancellationToken);
    }

    /// <summary>Opens the file beside the target; makes the folders if they are missing.</summary>
    private async Task<byte[]> OpenPartAsync(SftpConnection connection, SftpOpen flags, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.OpenAsync(_part, flags, plan.FileMode, cancellationToken);
        }
        catch (SftpStatusException missing) when (missing.Status == SftpStatus.NoSuchFile)
        {
            await SftpFolders.MakeAsync(connection, folder, plan.FolderMode, cancellationToken);
            return await connection.OpenAsync(_part, flags, plan.FileMode, cancellationToken);
        }
    }

    private async Task<bool> EqualsTailAsync(SftpConnection connection, byte[] handle, long end, CancellationToken cancellationToken)
    {
        var length = (int)Math.Min(TailLength, end);
        var start = end - length;
        var expected = new byte[length];
        await content.ReadAsync(start, expected, cancellationToken);
        for (var read = 0; read < length;)
        {
            var bytes = await connection.ReadAsync(handle, start + read, Math.Min(length - read, connection.Features.MaxRead), cancellationToken);
            if (bytes is not { Length: > 0 } || bytes.Length > length - read || !bytes.AsSpan().SequenceEqual(expected.AsSpan(read, bytes.Length)))
                return false;
            read += bytes.Length;
        }

        return true;
    }

    /// <summary>Writes what is left, many writes at a time, and stores the progress on the way.</summary>
    private async Task WriteAsync(SftpConnection connection, byte[] handle, CancellationToken cancellationToken)
    {
        var size = connection.Features.MaxWrite;
        var window = connection.WritesInFlight;
        var inFlight = new Queue<(long End, Task Done)>();
        var (sent, stored) = (Acknowledged, Acknowledged);
        var storing = Task.CompletedTask;
        while (sent < content.Length || inFlight.Count > 0)
        {
            while (sent < content.Length && inFlight.Count < window)
            {
                var length = (int)Math.Min(size, content.Length - sent);
                var answer = await SendAsync(connection, handle, sent, length, cancellationToken);
                inFlight.Enqueue((sent += length, answer));
            }

            var (end, done) = inFlight.Dequeue();
            await done;
            Acknowledged = end;
            if (!IsDurable || end - stored < CheckpointEvery || end == content.Length)
                continue;
            await storing;
            (stored, storing) = (end, CheckpointAsync(connection, handle, end, cancellationToken));
        }

        await storing;
    }

    /// <summary>Sends one write; its answer is waited for later.</summary>
    private async Task<Task> SendAsync(SftpConnection connection, byte[] handle, long offset, int length, CancellationToken cancellationToken)
    {
        await connection.WriteWindow.WaitAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await content.ReadAsync(offset, buffer.AsMemory(0, length), cancellationToken);
        }
        catch
        {
            connection.WriteWindow.Release();
            throw;
        }

        return AnswerAsync();

        async Task AnswerAsync()
        {
            try
            {
                await connection.WriteAsync(handle, offset, buffer.AsMemory(0, length), cancellationToken);
                // Not after a failure: the connection may still be sending from it.
                ArrayPool<byte>.Shared.Return(buffer);
            }
            finally
            {
                connection.WriteWindow.Release();
            }
        }
    }

    private async Task CheckpointAsync(SftpConnection connection, byte[] handle, long offset, CancellationToken cancellationToken)
    {
        await connection.FSyncAsync(handle, cancellationToken);
        await checkpoint(offset, cancellationToken);
    }

    /// <summary>Makes sure that the server has all bytes, before the target is touched.</summary>
    private async Task ConfirmAsync(SftpConnection connection, byte[] handle, CancellationToken cancellationToken)
    {
        if (IsDurable)
            await connection.FSyncAsync(handle, cancellationToken);
        var size = (await connection.FStatAsync(handle, cancellationToken)).Size;
        if (size != content.Length || !await EqualsTailAsync(connection, handle, content.Length, cancellationToken))
        {
            Acknowledged = 0;
            throw new StoreException(StorageErrors.Incomplete, $"The server has other bytes than were written ({size} of {content.Length}).", concernsStore: false);
        }
    }

    /// <summary>Puts the new file in the place of the target; without posix-rename with a moment in which neither has its name (STO-27).</summary>
    private async Task ReplaceAsync(SftpConnection connection, CancellationToken cancellationToken)
    {
        if (!connection.Features.HasPosixRename && await connection.StatAsync(_target, cancellationToken) is not null)
        {
            if (await connection.StatAsync(_old, cancellationToken) is not null)
                await connection.RemoveAsync(_old, cancellationToken);
            await connection.RenameAsync(_target, _old, cancellationToken);
        }

        await connection.RenameAsync(_part, _target, cancellationToken);
        if (!connection.Features.HasPosixRename && await connection.StatAsync(_old, cancellationToken) is not null)
            await connection.RemoveAsync(_old, cancellationToken);
    }

    private async Task<StoreException> ExplainAsync(SftpConnection connection, SftpStatusException refused, CancellationToken cancellationToken) => refused.Status switch
    {
        SftpStatus.PermissionDenied => new(StorageErrors.StorePermissionDenied, $"The server does not let {folder} be written to.", concernsStore: false, refused),
        SftpStatus.Failure when await connection.RoomAsync(folder.Length == 0 ? "." : folder, cancellationToken) is { } room && room < content.Length - Acknowledged =>
            new(StorageErrors.StoreFull, $"The server has room for {room} bytes more, and {content.Length - Acknowledged} are needed.", concernsStore: true, refused),
        _ => new(StorageErrors.StoreRefused, refused.Message, concernsStore: false, refused),
    };
}
