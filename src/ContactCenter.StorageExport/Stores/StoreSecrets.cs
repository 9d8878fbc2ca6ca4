using ContactCenter.Storage.V1;

namespace ContactCenter.StorageExport.Stores;

/// <summary>What a store is logged in to with; each null if there is none (STO-6).</summary>
/// <param name="Password">The password.</param>
/// <param name="PrivateKey">The private key as text.</param>
/// <param name="Passphrase">Opens the private key.</param>
public sealed record StoreSecrets(string? Password, string? PrivateKey, string? Passphrase)
{
    /// <summary>None.</summary>
    public static StoreSecrets None { get; } = new(null, null, null);

    /// <summary>The secrets that are kept of these by settings: what they do not give stays, and what they give empty goes.</summary>
    /// <param name="target">The settings.</param>
    public StoreSecrets With(SftpTarget target) => new(
        Choose(target.HasPassword, target.Password, Password),
        Choose(target.HasPrivateKey, target.PrivateKey, PrivateKey),
        Choose(target.HasPassphrase, target.Passphrase, Passphrase));

    /// <summary>Shows no secret.</summary>
    /// <returns>The name of the type.</returns>
    public override string ToString() => nameof(StoreSecrets);

    private static string? Choose(bool isGiven, string given, string? stored) => !isGiven ? stored : given.Length > 0 ? given : null;
}
