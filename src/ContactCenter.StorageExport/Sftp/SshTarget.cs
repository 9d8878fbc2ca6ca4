using System.Net;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>Where ssh connects to, and as whom.</summary>
/// <param name="StoreId">Names the store; in the known-hosts file it stands for the host.</param>
/// <param name="Address">The address that the outbound guard has allowed (STO-21).</param>
/// <param name="Port">The port.</param>
/// <param name="User">The user.</param>
/// <param name="HostKeys">The keys that the server may have, each as <c>ssh-ed25519 AAAA…</c> (STO-22).</param>
internal sealed record SshTarget(string StoreId, IPAddress Address, int Port, string User, IReadOnlyList<string> HostKeys)
{
    /// <summary>Text of the password; null without one.</summary>
    public string? Password { get; init; }

    /// <summary>The private key as PEM or OpenSSH text; null without one.</summary>
    public string? PrivateKey { get; init; }

    /// <summary>Its passphrase; null without one.</summary>
    public string? Passphrase { get; init; }

    /// <summary>Shows no secret.</summary>
    /// <returns>The store.</returns>
    public override string ToString() => StoreId;
}
