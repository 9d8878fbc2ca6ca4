using System.Text;

namespace ContactCenter.CrmConnector.Rendering;

/// <summary>Writes what stands around a file in a multipart form (RFC 7578), so that the same bytes are sent on every attempt (CRM-118).</summary>
internal static class MultipartText
{
    /// <summary>The media type of a form.</summary>
    /// <param name="file">The file in it.</param>
    public static string TypeOf(FileHead file) => $"multipart/form-data; boundary={file.Boundary}";

    /// <summary>Writes a form.</summary>
    /// <param name="fields">Its fields in order, one of them <see cref="RenderedParameter.File"/>.</param>
    /// <param name="file">The file.</param>
    /// <returns>The text without the file, and before which character the file comes.</returns>
    public static (string Body, int? FileAt) Of(IEnumerable<(string Key, RenderedParameter Value)> fields, FileHead file)
    {
        int? fileAt = null;
        var body = new StringBuilder();
        foreach (var (key, value) in fields)
        {
            body.Append($"--{file.Boundary}\r\nContent-Disposition: form-data; name=\"{Quoted(key)}\"");
            if (ReferenceEquals(value, RenderedParameter.File))
            {
                // Names of session files are ASCII; for others both forms, as not every server knows the encoded one (RFC 8187).
                body.Append($"; filename=\"{Quoted(file.Name)}\"");
                if (!Ascii.IsValid(file.Name))
                    body.Append($"; filename*=UTF-8''{Uri.EscapeDataString(file.Name)}");
                body.Append($"\r\nContent-Type: {file.ContentType}\r\n\r\n");
                fileAt = body.Length;
            }
            else
            {
                body.Append("\r\n\r\n").Append(value.Text);
            }

            body.Append("\r\n");
        }

        return (body.Append($"--{file.Boundary}--\r\n").ToString(), fileAt);
    }

    // As browsers do it.
    private static string Quoted(string text) => text.Replace("\"", "%22", StringComparison.Ordinal);
}

/// <summary>What a request tells of the file that it sends.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Boundary">Divides the parts of a form; nothing that is sent has it.</param>
public sealed record FileHead(string Name, string ContentType, string Boundary)
{
    /// <summary>Whether neither name nor type could end a header field.</summary>
    public bool IsSafe => !Name.Any(char.IsControl) && !ContentType.Any(char.IsControl);
}
