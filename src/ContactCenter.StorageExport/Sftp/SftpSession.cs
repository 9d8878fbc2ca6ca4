using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>A login at an SFTP server, with its connection.</summary>
internal sealed class SftpSession : IAsyncDisposable
{
    private readonly SshProcess _ssh;

    private SftpSession(SshProcess ssh, SftpConnection connection) => (_ssh, Connection) = (ssh, connection);

    /// <summary>The connection.</summary>
    public SftpConnection Connection { get; }

    /// <summary>Logs in.</summary>
    /// <param name="target">Where, and as whom.</param>
    /// <param name="time">Measures the silence of the server.</param>
    /// <param name="stall">Longest silence while an answer is due.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="writesInFlight">Most unanswered writes.</param>
    /// <exception cref="StoreException">The store cannot be used; the reason says why.</exception>
    public static async Task<SftpSession> OpenAsync(
        SshTarget target, TimeProvider time, TimeSpan stall, CancellationToken cancellationToken, int writesInFlight = SftpConnection.DefaultWritesInFlight)
    {
        var ssh = await SshProcess.StartAsync(target);
        try
        {
            return new(ssh, await SftpConnection.OpenAsync(ssh.Output, ssh.Input, time, stall, cancellationToken, writesInFlight));
        }
        catch (SftpConnectionLostException)
        {
            await using (ssh)
                throw await ssh.ExplainAsync();
        }
        catch
        {
            await ssh.DisposeAsync();
            throw;
        }
    }

    /// <summary>Why the connection was lost, in the terms of the store.</summary>
    public Task<StoreException> ExplainAsync() => _ssh.ExplainAsync();

    /// <summary>Logs out.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Connection.DisposeAsync();
        }
        finally
        {
            // Also if what was not sent yet has nowhere to go any more: a key must not stay behind.
            await _ssh.DisposeAsync();
        }
    }
}
