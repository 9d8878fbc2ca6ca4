namespace ContactCenter.StorageExport.Files;

/// <summary>How kinds and states are written in events and in the catalogue.</summary>
internal static class Words
{
    private static readonly (SessionFileKind Kind, string Word)[] Kinds =
    [
        (SessionFileKind.SessionMetadata, "metadata"),
        (SessionFileKind.CallRecording, "recording"),
        (SessionFileKind.ChatTranscript, "transcript"),
        (SessionFileKind.Photo, "photo"),
        (SessionFileKind.Video, "video"),
        (SessionFileKind.Voicemail, "voicemail"),
    ];

    /// <summary>The word of a kind of file.</summary>
    public static string Of(SessionFileKind kind) => Kinds.First(known => known.Kind == kind).Word;

    /// <summary>The word of a kind of session.</summary>
    public static string Of(SessionKind session) => session == SessionKind.Call ? "call" : "chat";

    /// <summary>The kind of file that a word stands for; null for none.</summary>
    public static SessionFileKind? FileKind(string word) => Kinds.Where(known => known.Word == word).Select(known => (SessionFileKind?)known.Kind).FirstOrDefault();

    /// <summary>The kind of session that a word stands for; null for none.</summary>
    public static SessionKind? Session(string word) => word switch
    {
        "call" => SessionKind.Call,
        "chat" => SessionKind.Chat,
        _ => null,
    };
}
