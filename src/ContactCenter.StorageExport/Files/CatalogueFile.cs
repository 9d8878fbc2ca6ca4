namespace ContactCenter.StorageExport.Files;

/// <summary>A file of the catalogue.</summary>
public sealed record CatalogueFile
{
    /// <summary>The reason of a file of which another version came after it had been deleted.</summary>
    public const string DeletedBefore = "DELETED_BEFORE";

    /// <summary>The file.</summary>
    public required Guid FileId { get; init; }

    /// <summary><c>call</c> or <c>chat</c>.</summary>
    public required string SessionKind { get; init; }

    /// <summary>Number of the session within its kind.</summary>
    public required long SessionId { get; init; }

    /// <summary>Word of its kind, see <see cref="Words"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>SID of the session's account; empty if it names none.</summary>
    public required string AccountSid { get; init; }

    /// <summary>Part of its name; null as long as it has none.</summary>
    public long? Number { get; init; }

    /// <summary>Its content type; null as long as it is not known.</summary>
    public string? ContentType { get; init; }

    /// <summary>End of its name; null as long as it is not known.</summary>
    public string? Extension { get; init; }

    /// <summary>How far it has come, in capitals.</summary>
    public required string State { get; init; }

    /// <summary>Why it is in that state; empty where that needs none.</summary>
    public required string Reason { get; init; }

    /// <summary>Since when it is.</summary>
    public required DateTime StateTime { get; init; }

    /// <summary>Where its bytes can be got; null where they are made of the session, or pushed.</summary>
    public string? SourceUrl { get; init; }

    /// <summary>Bytes that it should have by what was told; null if nothing was.</summary>
    public long? DeclaredSize { get; init; }

    /// <summary>Rises with every message that there is other content to take in.</summary>
    public int Wanted { get; init; }

    /// <summary>The value of <see cref="Wanted"/> when content was last asked for.</summary>
    public int Taken { get; init; }

    /// <summary>When content was last asked for.</summary>
    public DateTime? TakenTime { get; init; }

    /// <summary>Version of the session's record that a document shows.</summary>
    public long? RecordVersion { get; init; }

    /// <summary>Number of the staged content, from 1; 0 for none.</summary>
    public int Revision { get; init; }

    /// <summary>The revision for which the upload that waits was enqueued; 0 before the first.</summary>
    public int QueuedRevision { get; init; }

    /// <summary>Bytes.</summary>
    public long? Size { get; init; }

    /// <summary>SHA-256 of the bytes.</summary>
    public byte[]? Sha256 { get; init; }

    /// <summary>MD5 of the bytes.</summary>
    public byte[]? Md5 { get; init; }

    /// <summary>CRC-32C of the bytes.</summary>
    public long? Crc32C { get; init; }

    /// <summary>A code of what is unusual about it, such as <c>NON_STANDARD_TYPE</c>; empty for nothing.</summary>
    public required string Warning { get; init; }

    /// <summary>The revision that the store has; 0 for none.</summary>
    public int StoredRevision { get; init; }

    /// <summary>The store that has it.</summary>
    public Guid? StoreId { get; init; }

    /// <summary>Its path there.</summary>
    public string? Location { get; init; }

    /// <summary>When the store confirmed it.</summary>
    public DateTime? StoredTime { get; init; }

    /// <summary>Whether the CRM gets the present revision too.</summary>
    public bool SendToCrm { get; init; }

    /// <summary>Why it is to be deleted, or was (STO-42); null if it is kept.</summary>
    public string? Deletion { get; init; }

    /// <summary>Whether nothing of it is left, in the store or here.</summary>
    public bool IsDeleted => Deletion is not null && (State == "DELETED" || Reason == DeletedBefore);

    /// <summary>What it is called, and where it belongs; null as long as it cannot be told.</summary>
    public SessionFile? Name => Number is { } number && Extension is { } extension
        ? new(Words.Session(SessionKind)!.Value, SessionId, Words.FileKind(Kind)!.Value, number, extension)
        : null;

    /// <summary>Name of the session, such as <c>call-1418</c>.</summary>
    public string SessionName => $"{SessionKind}-{SessionId}";
}
