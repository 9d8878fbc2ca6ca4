using System.Diagnostics;
using System.Net;
using ContactCenter.StorageExport.Sftp;

namespace ContactCenter.StorageExport.Tests.Sftp;

/// <summary>Tests that log in: one after the other, as they look at what others would leave behind.</summary>
[CollectionDefinition(nameof(SshServer))]
public sealed class SshServerTests : ICollectionFixture<SshServer>;

/// <summary>An OpenSSH server on loopback.</summary>
public sealed class SshServer : IAsyncLifetime
{
    private ServerProcess _server = null!;
    private Uri _address = null!;
    private int _keys;

    /// <summary>The folder in which a session begins.</summary>
    public string Files => Path.Combine(_address.AbsolutePath, "files");

    public async ValueTask InitializeAsync()
    {
        _server = await ServerProcess.StartAsync("sshd", TestContext.Current.CancellationToken);
        _address = new(_server.ConnectionString);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>A login with the server's own key.</summary>
    internal SshTarget Target() => new(
        "store-1", IPAddress.Loopback, _address.Port, Environment.UserName, [string.Join(' ', File.ReadAllText(Path.Combine(_address.AbsolutePath, "host_key.pub")).Split(' ').Take(2))])
    {
        PrivateKey = File.ReadAllText(Path.Combine(_address.AbsolutePath, "client_key")),
    };

    /// <summary>Lets another key in.</summary>
    /// <param name="passphrase">Its passphrase.</param>
    /// <returns>The private key.</returns>
    internal async Task<string> AddKeyAsync(string passphrase)
    {
        var file = Path.Combine(_address.AbsolutePath, $"key-{Interlocked.Increment(ref _keys)}");
        using var tool = Process.Start("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-f", file]);
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);
        await File.AppendAllTextAsync(Path.Combine(_address.AbsolutePath, "authorized_keys"), await File.ReadAllTextAsync(file + ".pub"));
        return await File.ReadAllTextAsync(file);
    }
}
