using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>Renders transcripts (INS-129): JSON (STO-82) or plain text (STO-81).</summary>
public static class Transcript
{
    private const string Version = "1.0";
    private const string Indent = "    ";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Renders JSON.</summary>
    /// <param name="session">The session.</param>
    /// <param name="zone">Zone of the times.</param>
    public static byte[] Json(StoredSession session, TimeZoneInfo zone)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Relaxed))
        {
            writer.WriteStartObject();
            writer.WriteString("comm_type", session.Name.KindWord);
            writer.WriteNumber("comm_id", session.Name.Id);
            writer.WriteString("transcript_version", Version);
            if (session.Document.AssignedAt is { } assigned)
                writer.WriteString("assigned_at", SessionDocumentJson.Local(assigned, zone));
            else
                writer.WriteNull("assigned_at");
            writer.WriteString("timezone", zone.Id);
            writer.WriteStartArray("entries");
            foreach (var entry in session.Transcript)
                WriteEntry(writer, entry);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>Renders plain text: an entry a line, further lines of a message indented, the last line ended.</summary>
    /// <param name="session">The session.</param>
    /// <param name="zone">Zone of the times.</param>
    public static byte[] Text(StoredSession session, TimeZoneInfo zone)
    {
        var text = new StringBuilder();
        foreach (var entry in session.Transcript)
        {
            text.Append(CultureInfo.InvariantCulture, $"[{TimeZoneInfo.ConvertTime(entry.Time, zone):yyyy-MM-dd HH:mm:ss}] {Clean(entry.Role)}");
            if (entry.IsNamed && entry.Name is { } name)
                text.Append(' ').Append(Clean(name));
            text.Append(": ").AppendJoin("\n" + Indent, Lines(TextOf(session.Name, entry))).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void WriteEntry(Utf8JsonWriter writer, TranscriptEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteNumber("timestamp", entry.Time.ToUnixTimeSeconds());
        writer.WriteString("type", entry.Type);
        writer.WriteString("role", entry.Role);
        writer.WritePropertyName("body");
        entry.Body.WriteTo(writer);
        writer.WriteStartObject("user_data");
        if (entry.IsNamed)
            writer.WriteString("name", entry.Name);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string TextOf(SessionName session, TranscriptEntry entry)
    {
        if (entry.Type is "photo" or "video")
            return $"({entry.Type} {session}-{entry.Type}-{Member("media_id")}.{(entry.Type == "photo" ? "jpg" : "mp4")})";
        return Member("content") ?? $"({entry.Type})";

        string? Member(string name) => !entry.Body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
            : value.ValueKind == JsonValueKind.String ? value.GetString()
            : value.GetRawText();
    }

    private static IEnumerable<string> Lines(string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n').Select(Clean);

    private static string Clean(string text) => text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.AsSpan().ContainsAnyInRange('\u007f', '\u009f')
        ? string.Concat(text.Where(character => !char.IsControl(character)))
        : text;
}
