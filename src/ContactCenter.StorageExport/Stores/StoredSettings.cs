using System.Globalization;
using ContactCenter.Storage.V1;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.StorageExport.Stores;

/// <summary>The settings of a store as they are kept.</summary>
/// <param name="StoreId">Names the store; another login or folder is another store (STO-5).</param>
/// <param name="Revision">Number of the present state, from 1.</param>
/// <param name="Definition">The settings, see <see cref="DefinitionOf"/>.</param>
/// <param name="CreateTime">When the store was configured first.</param>
/// <param name="UpdateTime">When its present state was saved.</param>
public sealed record StoredSettings(Guid StoreId, long Revision, Store Definition, DateTimeOffset CreateTime, DateTimeOffset UpdateTime)
{
    /// <summary>Names the present state.</summary>
    public string Etag => string.Create(CultureInfo.InvariantCulture, $"{Revision}-{CreateTime.UtcTicks:x}");

    /// <summary>What is kept of settings: no secret but that there is one, and not what the service sets.</summary>
    /// <param name="store">The settings.</param>
    /// <param name="secrets">The secrets that are stored with them.</param>
    public static Store DefinitionOf(Store store, StoreSecrets secrets)
    {
        var definition = store.Clone();
        (definition.Etag, definition.UpdateTime) = ("", null);
        definition.Sftp.ClearPassword();
        definition.Sftp.ClearPrivateKey();
        definition.Sftp.ClearPassphrase();
        definition.Sftp.PasswordStored = secrets.Password is not null;
        definition.Sftp.PrivateKeyStored = secrets.PrivateKey is not null;
        definition.Sftp.PassphraseStored = secrets.Passphrase is not null;
        return definition;
    }

    /// <summary>The settings as callers see them.</summary>
    public Store ToMessage()
    {
        var message = Definition.Clone();
        (message.Etag, message.UpdateTime) = (Etag, UpdateTime.ToTimestamp());
        return message;
    }
}
