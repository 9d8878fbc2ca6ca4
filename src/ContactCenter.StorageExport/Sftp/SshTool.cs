using System.ComponentModel;
using System.Diagnostics;
using ContactCenter.Contracts;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>Runs a tool of OpenSSH to its end, never through a shell.</summary>
internal static class SshTool
{
    private const int MostText = 64 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Runs a tool.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables besides those of this process.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Its exit code, and what it printed.</returns>
    /// <exception cref="StoreException"><c>SSH_CLIENT_MISSING</c>: there is no such tool. <c>STORE_TIMEOUT</c>: it took over 20 s.</exception>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var tool = Start(start);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            tool.StandardInput.Close();
            var texts = await Task.WhenAll(ReadAsync(tool.StandardOutput, limit.Token), ReadAsync(tool.StandardError, limit.Token));
            await tool.WaitForExitAsync(limit.Token);
            return (tool.ExitCode, texts[0], texts[1]);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreException(StorageErrors.StoreTimeout, $"{program} did not come to an end in {Limit.TotalSeconds:0} s.", concernsStore: true);
        }
        finally
        {
            if (!tool.HasExited)
                tool.Kill();
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new StoreException(StorageErrors.SshClientMissing, $"{start.FileName} cannot be started; install openssh-client.", concernsStore: true, error);
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new System.Text.StringBuilder();
        var buffer = new char[4 * 1024];
        for (int read; (read = await reader.ReadAsync(buffer.AsMemory(), cancellationToken)) > 0;)
            text.Append(buffer.AsSpan(0, Math.Min(read, MostText - text.Length)));
        return text.ToString();
    }
}
