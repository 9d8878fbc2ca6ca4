namespace ContactCenter.StorageExport.Sftp;

/// <summary>The server answered a request with a status that is no success.</summary>
/// <param name="status">The status.</param>
/// <param name="text">The server's words, cleaned and cut.</param>
internal sealed class SftpStatusException(SftpStatus status, string text) : Exception($"The SFTP server answered {status}: {text}")
{
    /// <summary>The status.</summary>
    public SftpStatus Status { get; } = status;
}

/// <summary>The connection ended or was ended, with all requests that had no answer yet: what became of them is not known.</summary>
/// <param name="text">Why.</param>
/// <param name="cause">What was caught; null if the server just went away.</param>
internal sealed class SftpConnectionLostException(string text, Exception? cause = null) : Exception(text, cause);
