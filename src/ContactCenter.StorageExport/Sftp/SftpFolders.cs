namespace ContactCenter.StorageExport.Sftp;

/// <summary>Makes the folders of a path (STO-7).</summary>
internal static class SftpFolders
{
    /// <summary>Makes those of a path that are missing.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="folder">The path.</param>
    /// <param name="mode">Their permissions.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SftpStatusException">One cannot be made, and nobody else has made it.</exception>
    public static async Task MakeAsync(SftpConnection connection, string folder, uint mode, CancellationToken cancellationToken)
    {
        var path = "";
        foreach (var part in folder.Split('/'))
        {
            path = path.Length == 0 && part.Length > 0 ? part : $"{path}/{part}";
            if (part.Length == 0 || await connection.StatAsync(path, cancellationToken) is not null)
                continue;
            try
            {
                await connection.MakeFolderAsync(path, mode, cancellationToken);
            }
            catch (SftpStatusException failed) when (failed.Status == SftpStatus.Failure)
            {
                if (await connection.StatAsync(path, cancellationToken) is not { IsFolder: true })
                    throw;
            }
        }
    }
}
