namespace ContactCenter.StorageExport.Stores;

/// <summary>A file could not be stored, or its store not be used.</summary>
/// <param name="reason">The reason in upper snake case, one of section 3 of the specification.</param>
/// <param name="detail">One sentence without secrets.</param>
/// <param name="concernsStore">Whether no file can be stored as long as it lasts (STO-62), and not this one alone (STO-61).</param>
/// <param name="cause">What was caught; for the log only.</param>
public sealed class StoreException(string reason, string detail, bool concernsStore, Exception? cause = null) : Exception($"{reason}: {detail}", cause)
{
    /// <summary>The reason.</summary>
    public string Reason { get; } = reason;

    /// <summary>The same in words, without secrets.</summary>
    public string Detail { get; } = detail;

    /// <summary>Whether no file can be stored as long as it lasts.</summary>
    public bool ConcernsStore { get; } = concernsStore;
}
