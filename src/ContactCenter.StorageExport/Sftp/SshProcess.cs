using System.Diagnostics;
using System.Globalization;
using ContactCenter.Contracts;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>OpenSSH's client, connected to the SFTP subsystem of one server (STO-19 to STO-22).</summary>
internal sealed class SshProcess : IAsyncDisposable
{
    private const int MostErrorText = 8 * 1024;

    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(5);

    private readonly SshFolder _folder;
    private readonly AskPass _askPass;
    private readonly Process _process;
    private readonly Task<string> _errors;

    private SshProcess(SshFolder folder, AskPass askPass, Process process)
    {
        (_folder, _askPass, _process) = (folder, askPass, process);
        _errors = SshTool.ReadAsync(process.StandardError, MostErrorText, CancellationToken.None);
    }

    /// <summary>What the server sends.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>What is sent to the server.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Starts the client; whether it can log in shows in the dialogue.</summary>
    /// <param name="target">Where to.</param>
    /// <exception cref="StoreException"><c>SSH_CLIENT_MISSING</c>.</exception>
    public static async Task<SshProcess> StartAsync(SshTarget target)
    {
        var folder = await SshFolder.CreateAsync(target);
        var askPass = new AskPass(folder.Path, target.Password, target.Passphrase);
        try
        {
            return new(folder, askPass, SshTool.Start("ssh", Arguments(target, folder), askPass.Environment));
        }
        catch
        {
            await askPass.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Why the client ended, in the terms of the store (STO-28).</summary>
    public async Task<StoreException> ExplainAsync()
    {
        await StopAsync();
        var text = (await _errors).Trim();
        var (reason, detail) = text switch
        {
            _ when Has("Host key verification failed") || Has("HOST IDENTIFICATION HAS CHANGED") || Has("No matching host key") || Has("host key is known") =>
                (StorageErrors.HostKeyMismatch, "The server has another key than the pinned one."),
            _ when Has("Permission denied") || Has("Too many authentication failures") => (StorageErrors.StoreAuthFailed, "The server does not accept the user with this password or key."),
            _ when Has("Connection timed out") || Has("Operation timed out") || Has("Timeout, server") => (StorageErrors.StoreTimeout, "The server did not answer in time."),
            _ => (StorageErrors.StoreUnreachable, "The server cannot be reached, or ended the connection."),
        };
        return new(reason, text.Length == 0 ? detail : $"{detail} {SftpAnswer.Clean(text)}", concernsStore: true);

        bool Has(string words) => text.Contains(words, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Ends the client and removes what it needed.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _errors;
        _process.Dispose();
        await _askPass.DisposeAsync();
        _folder.Dispose();
    }

    private static IEnumerable<string> Arguments(SshTarget target, SshFolder folder)
    {
        var methods = string.Join(',', new[] { target.PrivateKey is null ? null : "publickey", target.Password is null ? null : "password,keyboard-interactive" }.OfType<string>());
        string[] options =
        [
            $"HostName={target.Address}", $"HostKeyAlias={target.StoreId}", $"UserKnownHostsFile={folder.KnownHosts}", "GlobalKnownHostsFile=/dev/null",
            "StrictHostKeyChecking=yes", "UpdateHostKeys=no", "IdentitiesOnly=yes", "IdentityAgent=none", $"IdentityFile={folder.Key ?? "none"}",
            $"PreferredAuthentications={methods}", "NumberOfPasswordPrompts=1", "ConnectTimeout=15", "ServerAliveInterval=15", "ServerAliveCountMax=3",
            "ClearAllForwardings=yes", "ControlMaster=no", "PermitLocalCommand=no", "EscapeChar=none", "LogLevel=ERROR",
        ];
        return
        [
            "-F", "/dev/null", "-T", "-s", .. options.SelectMany(option => new[] { "-o", option }),
            "-l", target.User, "-p", target.Port.ToString(CultureInfo.InvariantCulture), "--", target.StoreId, "sftp",
        ];
    }

    /// <summary>Lets the client end by itself, as its input has ended; one that does not is killed.</summary>
    private async Task StopAsync()
    {
        Input.Close();
        using var limit = new CancellationTokenSource(ExitPatience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }
    }
}
