using System.Diagnostics;
using System.Globalization;

namespace ContactCenter.Benchmarks.Sftp;

/// <summary>OpenSSH's client, which puts a folder of files.</summary>
/// <param name="server">Folder of the server, with the client's key and the server's.</param>
/// <param name="port">Where it is reached.</param>
internal sealed class OpenSsh(string server, int port)
{
    private int _folders;

    /// <summary>Puts files.</summary>
    /// <param name="isDurable">Whether the server is asked to write each to its disk before it is done.</param>
    /// <param name="count">How many.</param>
    /// <param name="length">Bytes of each.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many seconds it took, the login included.</returns>
    internal async Task<double> PutAsync(bool isDurable, int count, long length, CancellationToken cancellationToken)
    {
        var files = Directory.CreateTempSubdirectory("contactcenter-bench-");
        try
        {
            var bytes = new byte[1 << 20];
            Random.Shared.NextBytes(bytes);
            for (var i = 0; i < count; i++)
            {
                await using var file = File.Create(Path.Combine(files.FullName, string.Create(CultureInfo.InvariantCulture, $"call-{i}.mp3")));
                for (var left = length; left > 0; left -= bytes.Length)
                    await file.WriteAsync(bytes.AsMemory(0, (int)Math.Min(left, bytes.Length)), cancellationToken);
            }

            var folder = string.Create(CultureInfo.InvariantCulture, $"peer-{port}-{++_folders}");
            using var sftp = Process.Start(new ProcessStartInfo(
                "sftp",
                [
                    "-q", "-b", "-", "-F", "/dev/null", "-P", port.ToString(CultureInfo.InvariantCulture), "-i", Path.Combine(server, "client_key"),
                    "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "127.0.0.1",
                ])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            var start = Stopwatch.GetTimestamp();
            await sftp.StandardInput.WriteLineAsync($"mkdir {folder}\nput {(isDurable ? "-f " : "")}{files.FullName}/* {folder}/");
            sftp.StandardInput.Close();
            await sftp.StandardOutput.ReadToEndAsync(cancellationToken);
            await sftp.WaitForExitAsync(cancellationToken);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var stored = new DirectoryInfo(Path.Combine(server, "files", folder));
            if (sftp.ExitCode != 0 || stored.GetFiles().Length != count)
                throw new InvalidOperationException($"sftp ended with {sftp.ExitCode} and {stored.GetFiles().Length} of {count} files.");
            stored.Delete(recursive: true);
            return seconds;
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }
}
