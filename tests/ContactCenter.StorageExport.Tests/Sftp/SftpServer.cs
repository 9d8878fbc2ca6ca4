using System.Diagnostics;
using ContactCenter.StorageExport.Sftp;

namespace ContactCenter.StorageExport.Tests.Sftp;

/// <summary>OpenSSH's SFTP server on this process' own pipes, as ssh would start it, with a folder of its own.</summary>
internal sealed class SftpServer : IAsyncDisposable
{
    private const string Program = "/usr/lib/openssh/sftp-server";

    private readonly List<Process> _processes = [];

    /// <summary>Where its files are.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("contactcenter-sftp-").FullName;

    /// <summary>Connects.</summary>
    /// <param name="without">Requests that it refuses, such as <c>posix-rename,fsync</c>.</param>
    /// <param name="packets">After as many packets of it the connection is cut.</param>
    public async Task<SftpConnection> ConnectAsync(string? without = null, int packets = int.MaxValue)
    {
        var process = Process.Start(new ProcessStartInfo(Program, without is null ? ["-d", Folder] : ["-d", Folder, "-P", without])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _processes.Add(process);
        return await SftpConnection.OpenAsync(
            new PacketLimitStream(process.StandardOutput.BaseStream, packets), process.StandardInput.BaseStream, TimeProvider.System, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    /// <summary>All its files, by path in the folder.</summary>
    public string[] Files() => [.. Directory.EnumerateFiles(Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(path => Path.GetRelativePath(Folder, path)).Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(Folder, recursive: true);
    }
}
