using System.Globalization;

namespace ContactCenter.StorageExport.Files;

/// <summary>Names a file of a session, and says where it belongs (STO-7 to STO-13).</summary>
/// <param name="Session">Whether it is of a call or of a chat.</param>
/// <param name="SessionId">Number of the session within its kind, 1 and up.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Number">Its own number: of photos and videos the platform's id, 1 and up; of recordings and voicemails the place in the order in which they became known, 1 for the first; of all others 1.</param>
/// <param name="Extension">What its name ends with, without the dot, such as <c>mp3</c>.</param>
public sealed record SessionFile(SessionKind Session, long SessionId, SessionFileKind Kind, long Number, string Extension)
{
    /// <summary>The folder below the store's folder path: one of exactly five (STO-7).</summary>
    public string Folder => FolderOf(Kind);

    /// <summary>The name within the folder (STO-8 to STO-11).</summary>
    public string Name
    {
        get
        {
            var session = $"{(Session == SessionKind.Call ? "call" : "chat")}-{Text(SessionId)}";
            return Kind switch
            {
                SessionFileKind.Photo => $"{session}-photo-{Text(Number)}.{Extension}",
                SessionFileKind.Video => $"{session}-video-{Text(Number)}.{Extension}",
                SessionFileKind.CallRecording or SessionFileKind.Voicemail when Number > 1 => $"{session}-{Text(Number)}.{Extension}",
                _ => $"{session}.{Extension}",
            };
        }
    }

    /// <summary>The folder of a kind.</summary>
    /// <param name="kind">The kind.</param>
    public static string FolderOf(SessionFileKind kind) => kind switch
    {
        SessionFileKind.ChatTranscript => "ujet-chat-transcripts",
        SessionFileKind.Photo or SessionFileKind.Video => "ujet-media",
        SessionFileKind.SessionMetadata => "ujet-metadata",
        SessionFileKind.CallRecording => "ujet-voice-recordings",
        SessionFileKind.Voicemail => "ujet-voicemails",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Reads the id of a session or of media: a whole number from 1 to 2^63−1 in decimal, without sign or leading zero (STO-13).</summary>
    /// <param name="text">The text.</param>
    /// <param name="id">The id.</param>
    /// <returns>False if the text is none, so that no id can reach a path.</returns>
    public static bool TryParseId(string text, out long id) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id > 0 && text[0] != '0';

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
