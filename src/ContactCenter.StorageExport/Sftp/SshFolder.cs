using System.Security.Cryptography;
using System.Text;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>The files of one ssh process: in a folder in memory that only this user can enter, for as long as it lives (STO-20).</summary>
internal sealed class SshFolder : IDisposable
{
    /// <summary>How its name begins, before the number of this process.</summary>
    internal const string Prefix = "contactcenter-ssh-";

    private const string Memory = "/dev/shm";

    private static string Root => Directory.Exists(Memory) ? Memory : System.IO.Path.GetTempPath();

    private SshFolder(string path, bool hasKey)
    {
        Path = path;
        Key = hasKey ? System.IO.Path.Combine(path, "key") : null;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>File of the private key; null without one.</summary>
    public string? Key { get; }

    /// <summary>File of the pinned keys.</summary>
    public string KnownHosts => System.IO.Path.Combine(Path, "known_hosts");

    /// <summary>Makes the folder and its files.</summary>
    /// <param name="target">Whose.</param>
    public static async Task<SshFolder> CreateAsync(SshTarget target)
    {
        var path = System.IO.Path.Combine(Root, $"{Prefix}{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(16)}");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var folder = new SshFolder(path, target.PrivateKey is not null);
        await WriteAsync(folder.KnownHosts, string.Concat(target.HostKeys.Select(key => $"{target.StoreId} {key}\n")));
        if (folder.Key is { } file)
            await WriteAsync(file, PrivateKey.Repair(target.PrivateKey!));
        return folder;
    }

    /// <summary>Removes those of processes that were killed.</summary>
    public static void RemoveLeft()
    {
        foreach (var path in Directory.EnumerateDirectories(Root, Prefix + "*"))
        {
            var owner = System.IO.Path.GetFileName(path)[Prefix.Length..].Split('-')[0];
            try
            {
                if (!Directory.Exists($"/proc/{owner}"))
                    Directory.Delete(path, recursive: true);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Another process does the same, or it is another user's.
            }
        }
    }

    /// <summary>Removes it.</summary>
    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static async Task WriteAsync(string path, string text)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await file.WriteAsync(Encoding.ASCII.GetBytes(text));
    }
}
