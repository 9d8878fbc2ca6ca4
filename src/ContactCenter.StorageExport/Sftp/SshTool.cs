using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ContactCenter.Contracts;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>Runs the programs of OpenSSH, never through a shell.</summary>
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
        using var tool = Start(program, arguments, environment);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            tool.StandardInput.Close();
            var texts = await Task.WhenAll(ReadAsync(tool.StandardOutput, MostText, limit.Token), ReadAsync(tool.StandardError, MostText, limit.Token));
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

    /// <summary>Starts a program with its input and outputs at hand.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables besides those of this process, of which an agent's socket is none.</param>
    /// <exception cref="StoreException"><c>SSH_CLIENT_MISSING</c>: there is no such program.</exception>
    public static Process Start(string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("SSH_AUTH_SOCK");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new StoreException(StorageErrors.SshClientMissing, $"{program} cannot be started; install openssh-client.", concernsStore: true, error);
        }
    }

    /// <summary>Reads all that a program prints, and keeps its begin.</summary>
    /// <param name="output">Its output.</param>
    /// <param name="most">Most characters to keep.</param>
    /// <param name="cancellationToken">Ends the wait for it.</param>
    public static async Task<string> ReadAsync(StreamReader output, int most, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[1024];
        for (int read; (read = await output.ReadAsync(buffer.AsMemory(), cancellationToken)) > 0;)
            text.Append(buffer.AsSpan(0, Math.Min(read, most - text.Length)));
        return text.ToString();
    }
}
