namespace ContactCenter.Contracts;

/// <summary>Error reasons of the domain <see cref="Domain"/>. They are part of the contract: callers decide by them.</summary>
public static class StorageErrors
{
    /// <summary>Domain of every ErrorInfo that the storage services return.</summary>
    public const string Domain = "contactcenter.storage";

    /// <summary>The bytes of a file have not come yet, or are at the store alone.</summary>
    public const string ContentNotStaged = "CONTENT_NOT_STAGED";

    /// <summary>A file is of a type that its kind does not have, or its first bytes contradict its type (STO-12).</summary>
    public const string ContentMismatch = "CONTENT_MISMATCH";

    /// <summary>A metadata document does not follow its schema (STO-80).</summary>
    public const string DocumentInvalid = "DOCUMENT_INVALID";

    /// <summary>The settings were changed since they were read.</summary>
    public const string EtagMismatch = "ETAG_MISMATCH";

    /// <summary>A field that is required is empty.</summary>
    public const string FieldRequired = "FIELD_REQUIRED";

    /// <summary>A file is still empty at its source after 10 minutes (STO-48).</summary>
    public const string FileEmpty = "FILE_EMPTY";

    /// <summary>No file has the id.</summary>
    public const string FileNotFound = "FILE_NOT_FOUND";

    /// <summary>The revision that is asked for is not the file's present one.</summary>
    public const string FileReplaced = "FILE_REPLACED";

    /// <summary>A file is larger than what is taken in (STO-48).</summary>
    public const string FileTooLarge = "FILE_TOO_LARGE";

    /// <summary>A folder path could lead elsewhere, or is too long (STO-14).</summary>
    public const string FolderPathInvalid = "FOLDER_PATH_INVALID";

    /// <summary>No key of the server is pinned yet; the message shows those that it presents (STO-22).</summary>
    public const string HostKeyNotPinned = "HOST_KEY_NOT_PINNED";

    /// <summary>The server presents another key than the pinned ones (STO-22).</summary>
    public const string HostKeyMismatch = "HOST_KEY_MISMATCH";

    /// <summary>The server has other bytes than were written, or came other than declared (STO-48, STO-60).</summary>
    public const string Incomplete = "INCOMPLETE";

    /// <summary>A private key is in no format that is understood (STO-18).</summary>
    public const string KeyFormatUnsupported = "KEY_FORMAT_UNSUPPORTED";

    /// <summary>A private key is encrypted, and there is no passphrase.</summary>
    public const string KeyPassphraseRequired = "KEY_PASSPHRASE_REQUIRED";

    /// <summary>The passphrase does not open the private key.</summary>
    public const string KeyPassphraseWrong = "KEY_PASSPHRASE_WRONG";

    /// <summary>A private key is weaker than RSA of 2,048 bits.</summary>
    public const string KeyTooWeak = "KEY_TOO_WEAK";

    /// <summary>The server speaks an SFTP version below 3 (STO-23).</summary>
    public const string SftpVersionUnsupported = "SFTP_VERSION_UNSUPPORTED";

    /// <summary>OpenSSH's client is missing or older than 9.0 (STO-19).</summary>
    public const string SshClientMissing = "SSH_CLIENT_MISSING";

    /// <summary>A file has been missing at its source for 24 hours (STO-47).</summary>
    public const string SourceGone = "SOURCE_GONE";

    /// <summary>External storage is off.</summary>
    public const string StorageDisabled = "STORAGE_DISABLED";

    /// <summary>The store refuses the login.</summary>
    public const string StoreAuthFailed = "STORE_AUTH_FAILED";

    /// <summary>No store is configured.</summary>
    public const string StoreNotConfigured = "STORE_NOT_CONFIGURED";

    /// <summary>The store has too little room.</summary>
    public const string StoreFull = "STORE_FULL";

    /// <summary>The user of the store may not write there.</summary>
    public const string StorePermissionDenied = "STORE_PERMISSION_DENIED";

    /// <summary>The store refuses a file for a reason of its own.</summary>
    public const string StoreRefused = "STORE_REFUSED";

    /// <summary>The store does not answer in time.</summary>
    public const string StoreTimeout = "STORE_TIMEOUT";

    /// <summary>The store cannot be reached, or ended the connection.</summary>
    public const string StoreUnreachable = "STORE_UNREACHABLE";

    /// <summary>Settings are tested at most 10 times a minute (STO-73).</summary>
    public const string TooManyTests = "TOO_MANY_TESTS";
}
