using System.Text.Json.Serialization;
using ContactCenter.Events.Storage;
using ContactCenter.Storage.V1;

namespace ContactCenter.CrmConnector.Sessions;

/// <summary>What the storage service told of a file of a session, and what became of it in the CRM.</summary>
/// <param name="FileId">The file.</param>
/// <param name="Revision">Number of its content.</param>
/// <param name="Kind">Its kind, as events write it.</param>
/// <param name="Name">Its name.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">SHA-256 of the bytes, in hex.</param>
public sealed record FileFacts(string FileId, int Revision, string Kind, string Name, string ContentType, long Size, string Sha256)
{
    /// <summary>Where people get it; null for nowhere.</summary>
    public string? Url { get; init; }

    /// <summary>Whether it was attached to the record.</summary>
    public bool IsAttached { get; init; }

    /// <summary>Its kind; unspecified for one that is not known.</summary>
    [JsonIgnore]
    public SessionFileKind FileKind => Kind switch
    {
        "metadata" => SessionFileKind.SessionMetadata,
        "recording" => SessionFileKind.CallRecording,
        "transcript" => SessionFileKind.ChatTranscript,
        "photo" => SessionFileKind.Photo,
        "video" => SessionFileKind.Video,
        "voicemail" => SessionFileKind.Voicemail,
        _ => SessionFileKind.Unspecified,
    };

    /// <summary>How comments call it.</summary>
    [JsonIgnore]
    public string Title => FileKind switch
    {
        SessionFileKind.SessionMetadata => "Session metadata",
        SessionFileKind.CallRecording => "Call recording",
        SessionFileKind.ChatTranscript => "Chat transcript",
        SessionFileKind.Photo => "Photo",
        SessionFileKind.Video => "Video",
        SessionFileKind.Voicemail => "Voicemail",
        _ => "File",
    };

    /// <summary>Reads an event.</summary>
    /// <param name="message">The event.</param>
    public static FileFacts Of(SessionFileReady message) => new(
        message.FileId, message.Revision, message.Kind, message.FileName, message.ContentType, message.Size, message.Sha256)
    {
        Url = message.StorageUrl,
    };
}
