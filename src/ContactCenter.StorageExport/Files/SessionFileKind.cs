namespace ContactCenter.StorageExport.Files;

/// <summary>What a session leaves behind (section 1 of the specification).</summary>
public enum SessionFileKind
{
    /// <summary>The metadata document of a call or chat.</summary>
    SessionMetadata,

    /// <summary>A recording of a call.</summary>
    CallRecording,

    /// <summary>The transcript of a chat, or of the text messages in a call.</summary>
    ChatTranscript,

    /// <summary>A photo that the end user sent.</summary>
    Photo,

    /// <summary>A video that the end user sent.</summary>
    Video,

    /// <summary>A voicemail that the end user left.</summary>
    Voicemail,
}

/// <summary>The two kinds of session.</summary>
public enum SessionKind
{
    /// <summary>A call.</summary>
    Call,

    /// <summary>A chat.</summary>
    Chat,
}
