namespace ContactCenter.StorageExport.Files;

/// <summary>What a message says of a file that is due; what is null it does not say.</summary>
/// <param name="Session">The session.</param>
/// <param name="Kind">What it is.</param>
/// <param name="SourceId">Tells it from others of its session and kind: the platform's id of a medium; of a document its extension.</param>
internal sealed record Expected(SessionReference Session, SessionFileKind Kind, string SourceId)
{
    /// <summary>Content type as it was told.</summary>
    public string? ContentType { get; init; }

    /// <summary>End of its name, where the kind decides it.</summary>
    public string? Extension { get; init; }

    /// <summary>Part of its name, where the source decides it.</summary>
    public long? Number { get; init; }

    /// <summary>When the session ended.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Where its bytes are.</summary>
    public string? SourceUrl { get; init; }

    /// <summary>How many they are.</summary>
    public long? Size { get; init; }

    /// <summary>The state of a file that is new.</summary>
    public FileState State { get; init; } = FileState.Expected;

    /// <summary>Why; empty where that needs no reason.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>A session.</summary>
/// <param name="Kind"><c>call</c> or <c>chat</c>.</param>
/// <param name="Id">Its number within its kind.</param>
/// <param name="AccountSid">SID of its account.</param>
internal sealed record SessionReference(string Kind, long Id, string AccountSid);

/// <summary>A file after a message about it.</summary>
/// <param name="FileId">The file.</param>
/// <param name="State">Its state, in capitals.</param>
/// <param name="Wanted">Number of the message among those about the file.</param>
/// <param name="TakenTime">When content was last asked for; null if it was not.</param>
/// <param name="IsToGo">Whether it is to be deleted, or was: nothing of it is taken in any more.</param>
internal sealed record Notice(Guid FileId, string State, int Wanted, DateTime? TakenTime, bool IsToGo);
