using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Hipaa;

/// <summary>Finds the task attributes in the body of a TaskRouter event, whichever form it has, and writes the body anew with others.</summary>
internal static class BodyFilter
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Rewrites the attributes in a body; everything else stays byte for byte in a form, and value for value in JSON.</summary>
    /// <param name="form">The form of the body.</param>
    /// <param name="body">The body.</param>
    /// <param name="rewrite">Gives the new text of attributes; null to leave the field empty.</param>
    /// <returns>The new body; null if the body cannot be read.</returns>
    public static byte[]? Rewrite(RawEventForm form, byte[] body, Func<ReadOnlyMemory<byte>, byte[]?> rewrite)
    {
        if (form == RawEventForm.Post)
            return RewriteForm(body, rewrite);
        try
        {
            using var item = JsonDocument.Parse(body);
            var output = new ArrayBufferWriter<byte>(body.Length);
            using (var writer = new Utf8JsonWriter(output, Plain))
                WriteObject(item.RootElement, writer, form == RawEventForm.Listed ? ["event_data"] : ["data", "payload"], rewrite);
            return output.WrittenSpan.ToArray();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[] RewriteForm(byte[] body, Func<ReadOnlyMemory<byte>, byte[]?> rewrite)
    {
        var output = new ArrayBufferWriter<byte>(body.Length);
        foreach (var range in body.AsSpan().Split((byte)'&'))
        {
            var pair = body.AsSpan(range);
            if (output.WrittenCount > 0)
                output.Write("&"u8);
            var form = FormBody.Parse(pair);
            if (form.Count > 0 && EventFields.FieldOf(Encoding.UTF8.GetString(form.Name(0))) == EventField.TaskAttributes)
            {
                output.Write(pair[..(pair.IndexOf((byte)'=') is >= 0 and var equals ? equals : pair.Length)]);
                output.Write("="u8);
                output.Write(Encoding.ASCII.GetBytes(Uri.EscapeDataString(Encoding.UTF8.GetString(rewrite(form.Value(0)) ?? []))));
            }
            else
            {
                output.Write(pair);
            }
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteObject(JsonElement element, Utf8JsonWriter writer, ReadOnlySpan<string> path, Func<ReadOnlyMemory<byte>, byte[]?> rewrite)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            element.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        foreach (var member in element.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            if (path.Length > 0 && member.Name == path[0])
                WriteObject(member.Value, writer, path[1..], rewrite);
            else if (path.Length == 0 && EventFields.FieldOf(member.Name) == EventField.TaskAttributes)
                writer.WriteStringValue(rewrite(Encoding.UTF8.GetBytes(EventFields.TextOf(member.Value))) ?? []);
            else
                member.Value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
