using ContactCenter.Contracts;
using ContactCenter.Storage.V1;
using ContactCenter.StorageExport.Files;
using ContactCenter.StorageExport.Sftp;

namespace ContactCenter.StorageExport.Stores;

/// <summary>Checks the settings of a store completely (STO-14, STO-16 to STO-18, STO-22).</summary>
internal static class SettingsReader
{
    private const int MostPins = 4;
    private const int LongestSecret = 16 * 1024;

    /// <summary>Checks settings.</summary>
    /// <param name="store">The settings.</param>
    /// <param name="stored">Those that are stored, with their secrets; null if there are none.</param>
    /// <param name="findings">Takes what is wrong.</param>
    /// <param name="cancellationToken">Ends the check of the key.</param>
    /// <returns>Null if something is wrong.</returns>
    public static async Task<SftpSettings?> ReadAsync(Store store, (Store Store, StoreSecrets Secrets)? stored, SettingsFindings findings, CancellationToken cancellationToken)
    {
        for (var i = 0; i < store.Kinds.Count; i++)
        {
            if (store.Kinds[i] == Storage.V1.SessionFileKind.Unspecified || !Enum.IsDefined(store.Kinds[i]))
                findings.Refuse($"store.kinds[{i}]", SharedErrors.FieldInvalid, "must be a kind of session file");
        }

        if (store.Sftp is not { } target)
        {
            findings.Refuse("store.sftp", StorageErrors.FieldRequired, "is required");
            return null;
        }

        var address = SftpAddress.Parse(target.Host, target.Port, target.FolderPath, out var problem);
        if (problem is { } wrong)
            findings.Refuse($"store.sftp.{wrong.Field}", target.Host.Length == 0 ? StorageErrors.FieldRequired : SharedErrors.FieldInvalid, wrong.Message);
        if (!SftpAddress.IsUser(target.User))
            findings.Refuse("store.sftp.user", target.User.Length == 0 ? StorageErrors.FieldRequired : SharedErrors.FieldInvalid, "must have 1 to 128 characters, no control character, and not begin with '-'");
        var folder = address is null ? null : FolderPath.Parse(address.FolderPath, keepsLeadingSlash: true);
        if (address is not null && folder is null)
            findings.Refuse("store.sftp.folder_path", StorageErrors.FolderPathInvalid, "must have at most 512 bytes and no empty, '.' or '..' part, backslash or control character");
        CheckPins(target, findings);
        var secrets = Secrets(target, address, stored, findings);
        await CheckKeyAsync(secrets, findings, cancellationToken);
        return findings.Any ? null : new(address!, target.User, folder!, [.. target.HostKeys.Select(pin => pin.Trim())], secrets);
    }

    /// <summary>Reads settings that were checked when they were stored.</summary>
    /// <param name="store">The settings.</param>
    /// <param name="secrets">Their secrets.</param>
    public static SftpSettings OfStored(Store store, StoreSecrets secrets)
    {
        var address = SftpAddress.Parse(store.Sftp.Host, store.Sftp.Port, store.Sftp.FolderPath, out _)!;
        return new(address, store.Sftp.User, FolderPath.Parse(address.FolderPath, keepsLeadingSlash: true)!, [.. store.Sftp.HostKeys.Select(pin => pin.Trim())], secrets);
    }

    private static void CheckPins(SftpTarget target, SettingsFindings findings)
    {
        if (target.HostKeys.Count > MostPins)
            findings.Refuse("store.sftp.host_keys", SharedErrors.FieldInvalid, $"must be at most {MostPins}");
        for (var i = 0; i < target.HostKeys.Count; i++)
        {
            if (!PublicKey.IsPin(target.HostKeys[i]))
                findings.Refuse($"store.sftp.host_keys[{i}]", SharedErrors.FieldInvalid, "must be a public key (ssh-ed25519 AAAA…) or a fingerprint (SHA256:…)");
        }
    }

    private static StoreSecrets Secrets(SftpTarget target, SftpAddress? address, (Store Store, StoreSecrets Secrets)? stored, SettingsFindings findings)
    {
        // A stored secret never goes to where it was not meant for.
        var isSameLogin = stored is { Store.Sftp: { } before } && before.User == target.User
            && SftpAddress.Parse(before.Host, before.Port, before.FolderPath, out _) is { } known && (known.Host, known.Port) == (address?.Host, address?.Port);
        var secrets = (isSameLogin ? stored!.Value.Secrets : StoreSecrets.None).With(target);
        foreach (var (field, text) in new[] { ("password", secrets.Password), ("private_key", secrets.PrivateKey), ("passphrase", secrets.Passphrase) })
        {
            if (text is { Length: > LongestSecret })
                findings.Refuse($"store.sftp.{field}", SharedErrors.FieldInvalid, $"must have at most {LongestSecret:N0} characters");
        }

        if (secrets is { Password: null, PrivateKey: null })
            findings.Refuse("store.sftp.password", StorageErrors.FieldRequired, "password or private_key is required, also again when host, port or user change");
        return secrets;
    }

    private static async Task CheckKeyAsync(StoreSecrets secrets, SettingsFindings findings, CancellationToken cancellationToken)
    {
        if (secrets.PrivateKey is not { Length: <= LongestSecret } key)
            return;
        try
        {
            await PrivateKey.OpenAsync(key, secrets.Passphrase, cancellationToken);
        }
        catch (StoreException refused) when (refused.Reason.StartsWith("KEY_", StringComparison.Ordinal))
        {
            var field = refused.Reason is StorageErrors.KeyPassphraseRequired or StorageErrors.KeyPassphraseWrong ? "passphrase" : "private_key";
            findings.Refuse($"store.sftp.{field}", refused.Reason, refused.Detail);
        }
    }
}
