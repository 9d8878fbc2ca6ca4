using System.Security.Cryptography;
using System.Text.Json;
using ContactCenter.InsightsEnrichment.RawEvents;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>A rendered metadata document.</summary>
/// <param name="Bytes">JSON, UTF-8 without BOM.</param>
/// <param name="Etag">In quotes, as HTTP has it.</param>
public sealed record MetadataDocument(byte[] Bytes, string Etag);

/// <summary>Renders sessions for readers: one text, identical everywhere (INS-120).</summary>
/// <param name="options">The zone of the times.</param>
/// <param name="url">Where the documents are read.</param>
public sealed class SessionRenderer(IOptions<SessionRecordOptions> options, IOptions<PublicUrlOptions> url)
{
    private const int EtagBytes = 16;

    private readonly JsonSerializerOptions _calls = SessionDocumentJson.Options(SessionKind.Call, options.Value.Zone);
    private readonly JsonSerializerOptions _chats = SessionDocumentJson.Options(SessionKind.Chat, options.Value.Zone);
    private readonly string _base = url.Value.PublicBaseUrl.TrimEnd('/');

    /// <summary>Renders the metadata document.</summary>
    /// <param name="session">The session.</param>
    public MetadataDocument Metadata(StoredSession session)
    {
        var document = session.Document with { OutTicketUrl = session.Document.OutTicketUrl ?? $"{_base}/v1/sessions/{session.Name}/metadata" };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(document, session.Name.Kind == SessionKind.Call ? _calls : _chats);
        return new(bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, EtagBytes))}\"");
    }

    /// <summary>Renders the transcript as JSON.</summary>
    /// <param name="session">The session.</param>
    public byte[] TranscriptJson(StoredSession session) => Transcript.Json(session, options.Value.Zone);

    /// <summary>Renders the transcript as plain text.</summary>
    /// <param name="session">The session.</param>
    public byte[] TranscriptText(StoredSession session) => Transcript.Text(session, options.Value.Zone);
}
