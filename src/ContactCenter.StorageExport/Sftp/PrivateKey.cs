using System.Net;
using ContactCenter.Contracts;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>The private key of a store's user (STO-18).</summary>
public static class PrivateKey
{
    /// <summary>Weakest RSA key, in bits.</summary>
    public const int WeakestRsa = 2_048;

    /// <summary>Line ends as OpenSSH wants them, and a line end at the end.</summary>
    /// <param name="text">As it was pasted.</param>
    public static string Repair(string text) => text.ReplaceLineEndings("\n").Trim() + "\n";

    /// <summary>Opens a key, to know that it can be used.</summary>
    /// <param name="text">OpenSSH, PKCS#8, PKCS#1 or SEC1 text.</param>
    /// <param name="passphrase">Its passphrase; null for none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Its public half.</returns>
    /// <exception cref="StoreException"><c>KEY_FORMAT_UNSUPPORTED</c>, <c>KEY_PASSPHRASE_REQUIRED</c>, <c>KEY_PASSPHRASE_WRONG</c> or <c>KEY_TOO_WEAK</c>.</exception>
    public static async Task<PublicKey> OpenAsync(string text, string? passphrase, CancellationToken cancellationToken)
    {
        if (text.TrimStart().StartsWith("PuTTY-User-Key-File", StringComparison.Ordinal))
            throw new StoreException(StorageErrors.KeyFormatUnsupported, "This is a file of PuTTY; export it from PuTTYgen as an OpenSSH key.", concernsStore: true);
        using var folder = await SshFolder.CreateAsync(new("key-check", IPAddress.None, 0, "", []) { PrivateKey = Repair(text) });
        await using var askPass = new AskPass(folder.Path, null, passphrase);
        // With an empty answer an encrypted key says that it is one.
        var (exitCode, output, errors) = await SshTool.RunAsync("ssh-keygen", ["-y", "-f", folder.Key!], askPass.Environment, cancellationToken);
        if (exitCode != 0)
            throw Explain(errors, passphrase);
        var key = PublicKey.Parse(output) ?? throw new StoreException(StorageErrors.KeyFormatUnsupported, "The key is of a kind that is not used: ed25519, ECDSA or RSA are.", concernsStore: true);
        return key.RsaBits() is > 0 and < WeakestRsa and var bits
            ? throw new StoreException(StorageErrors.KeyTooWeak, $"The RSA key has {bits} bits; at least {WeakestRsa} are needed.", concernsStore: true)
            : key;
    }

    private static StoreException Explain(string errors, string? passphrase) => errors switch
    {
        _ when !errors.Contains("incorrect passphrase", StringComparison.OrdinalIgnoreCase) =>
            new(StorageErrors.KeyFormatUnsupported, "The private key cannot be read: it has to be OpenSSH, PKCS#8, PKCS#1 or SEC1 text, and of ed25519 OpenSSH text.", concernsStore: true),
        _ when passphrase is null => new(StorageErrors.KeyPassphraseRequired, "The private key is encrypted: its passphrase is needed.", concernsStore: true),
        _ => new(StorageErrors.KeyPassphraseWrong, "The passphrase does not open the private key.", concernsStore: true),
    };
}
