using ContactCenter.StorageExport.Files;
using ContactCenter.StorageExport.Sftp;

namespace ContactCenter.StorageExport.Stores;

/// <summary>The settings of an SFTP store, checked.</summary>
/// <param name="Address">Where.</param>
/// <param name="User">As whom.</param>
/// <param name="Folder">Below which folder.</param>
/// <param name="Pins">Keys or fingerprints that the server may have; none if it has not been asked yet.</param>
/// <param name="Secrets">With what.</param>
public sealed record SftpSettings(SftpAddress Address, string User, FolderPath Folder, IReadOnlyList<string> Pins, StoreSecrets Secrets);
