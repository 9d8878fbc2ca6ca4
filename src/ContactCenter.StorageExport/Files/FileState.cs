namespace ContactCenter.StorageExport.Files;

/// <summary>How far a file has come (STO-59); it is in exactly one of these.</summary>
public enum FileState
{
    /// <summary>Due, and nothing has come yet.</summary>
    Expected,

    /// <summary>It is known where its bytes are, and they are got.</summary>
    Fetching,

    /// <summary>Its bytes are staged and wait for the store.</summary>
    Pending,

    /// <summary>It is written to the store.</summary>
    Uploading,

    /// <summary>The store has confirmed it.</summary>
    Stored,

    /// <summary>It is not to be stored; the reason says why.</summary>
    Skipped,

    /// <summary>Something about it has to be decided by people.</summary>
    Held,

    /// <summary>It was tried as often as it should be; its job is a dead letter.</summary>
    Failed,

    /// <summary>It was stored and is no longer.</summary>
    Deleted,
}
