using ContactCenter.StorageExport.Files;

namespace ContactCenter.StorageExport.Media;

/// <summary>A type of content that is stored, and how it shows (STO-12).</summary>
/// <param name="ContentType">Its name, without parameters.</param>
/// <param name="Extension">End of a file's name.</param>
/// <param name="IsStandard">Whether it is one that every consumer of the store knows.</param>
internal sealed record MediaType(string ContentType, string Extension, bool IsStandard = true)
{
    /// <summary>Bytes of the begin of a file by which types are told apart.</summary>
    public const int MagicLength = 12;

    private static readonly MediaType[] Audio = [new("audio/mpeg", "mp3"), new("audio/wav", "wav"), new("audio/x-wav", "wav")];

    private static readonly MediaType[] Images =
        [new("image/jpeg", "jpg"), new("image/png", "png", false), new("image/webp", "webp", false), new("image/heic", "heic", false), new("image/gif", "gif", false)];

    private static readonly MediaType[] Videos =
        [new("video/mp4", "mp4"), new("video/quicktime", "mov", false), new("video/webm", "webm", false), new("video/3gpp", "3gp", false)];

    private static readonly MediaType[] Transcripts = [new("text/plain", "txt"), new("application/json", "json")];

    /// <summary>The type of a file; null if files of its kind have no such type.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="contentType">The type as it was told, with or without parameters; null for none.</param>
    public static MediaType? Of(SessionFileKind kind, string? contentType)
    {
        var name = contentType?.Split(';')[0].Trim();
        return (kind switch
        {
            SessionFileKind.CallRecording or SessionFileKind.Voicemail => Audio,
            SessionFileKind.Photo => Images,
            SessionFileKind.Video => Videos,
            SessionFileKind.ChatTranscript => Transcripts,
            _ => [],
        }).FirstOrDefault(known => known.ContentType.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a file that begins so can be of this type.</summary>
    /// <param name="begin">Its first bytes, <see cref="MagicLength"/> if it has as many.</param>
    public bool Fits(ReadOnlySpan<byte> begin) => Extension switch
    {
        // An ID3 tag, or the sync word of a frame.
        "mp3" => begin.StartsWith("ID3"u8) || (begin is [0xFF, var second, ..] && (second & 0xE0) == 0xE0),
        "wav" => begin.StartsWith("RIFF"u8) && Has(begin, 8, "WAVE"u8),
        "jpg" => begin is [0xFF, 0xD8, 0xFF, ..],
        "png" => begin.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]),
        "webp" => begin.StartsWith("RIFF"u8) && Has(begin, 8, "WEBP"u8),
        "gif" => begin.StartsWith("GIF8"u8),
        "webm" => begin is [0x1A, 0x45, 0xDF, 0xA3, ..],
        "mp4" or "heic" or "3gp" => Has(begin, 4, "ftyp"u8),
        "mov" => Has(begin, 4, "ftyp"u8) || Has(begin, 4, "moov"u8) || Has(begin, 4, "mdat"u8) || Has(begin, 4, "wide"u8) || Has(begin, 4, "free"u8),
        _ => true,
    };

    private static bool Has(ReadOnlySpan<byte> begin, int at, ReadOnlySpan<byte> text) => begin.Length >= at + text.Length && begin[at..].StartsWith(text);
}
