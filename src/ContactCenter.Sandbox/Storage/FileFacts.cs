using System.Security.Cryptography;
using System.Text;
using ContactCenter.Sandbox.Sessions;

namespace ContactCenter.Sandbox.Storage;

/// <summary>What is true of a file in the external store.</summary>
/// <param name="Path">Its path below the store's folder.</param>
/// <param name="Content">What it says: the facts of a metadata document, the lines of a transcript without their times, of others the SHA-256.</param>
/// <param name="Catalogued">Whether the storage service knows these very bytes as stored there.</param>
public sealed record FileFacts(string Path, string Content, bool Catalogued = true)
{
    /// <summary>Reads the facts of a file.</summary>
    /// <param name="path">Its path below the store's folder.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="catalogued">Whether the storage service knows them.</param>
    public static FileFacts Of(string path, byte[] bytes, bool catalogued) => new(path, ContentOf(path, bytes), catalogued);

    /// <summary>The session of a file's name; empty if the name is none of a session's file.</summary>
    /// <param name="name">The name.</param>
    public static string SessionOf(string name) => string.Join('-', System.IO.Path.GetFileNameWithoutExtension(name).Split('-').Take(2));

    /// <summary>What a transcript says, by its lines.</summary>
    /// <param name="lines">Lines without their times.</param>
    public static string Transcript(IEnumerable<string> lines) => string.Join(" | ", lines.Order(StringComparer.Ordinal));

    /// <summary>What a medium says.</summary>
    /// <param name="bytes">Its bytes.</param>
    public static string Medium(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>What a metadata document says.</summary>
    /// <param name="facts">The facts that it shows; it names neither task nor conversation.</param>
    public static string Document(SessionFacts facts) => (facts with { TaskSid = "", ConversationId = "" }).ToString();

    private static string ContentOf(string path, byte[] bytes) => path.Split('/')[0] switch
    {
        "ujet-metadata" when bytes.Length > 0 => Document(SessionFacts.OfDocument(SessionOf(System.IO.Path.GetFileName(path)), "", "", bytes)),
        "ujet-chat-transcripts" => Transcript(Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf("] ", StringComparison.Ordinal) + 2)..])),
        _ => Medium(bytes),
    };
}
