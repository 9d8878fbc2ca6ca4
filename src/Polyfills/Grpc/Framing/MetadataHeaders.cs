using Grpc.Core;

namespace Grpc.Framing;

/// <summary>Between metadata entries and HTTP header values.</summary>
internal static class MetadataHeaders
{
    /// <summary>Adds a received header; a binary header may hold several values separated by commas.</summary>
    /// <exception cref="FormatException">The value of a binary header is not base64.</exception>
    internal static void AddReceived(this Metadata metadata, string name, string value)
    {
        var key = name.AsSpan().ContainsAnyInRange('A', 'Z') ? name.ToLowerInvariant() : name;
        if (!key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
        {
            metadata.Add(Metadata.Entry.FromWire(key, value));
            return;
        }

        foreach (var range in value.AsSpan().Split(','))
            metadata.Add(Metadata.Entry.FromWire(key, DecodeBase64(value.AsSpan(range).Trim())));
    }

    /// <summary>The header value of an entry: its text, or its bytes as base64 without padding.</summary>
    internal static string ToHeaderValue(this Metadata.Entry entry) =>
        entry.IsBinary ? EncodeBase64(entry.BinaryValue) : entry.Value;

    internal static string EncodeBase64(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>Decodes base64 with or without padding.</summary>
    /// <exception cref="FormatException">The text is not base64.</exception>
    internal static byte[] DecodeBase64(ReadOnlySpan<char> text)
    {
        var missing = (4 - (text.Length % 4)) % 4;
        if (missing == 3)
            throw new FormatException("The value of a binary header is not base64.");

        Span<char> padded = text.Length <= 512 ? stackalloc char[text.Length + missing] : new char[text.Length + missing];
        text.CopyTo(padded);
        padded[text.Length..].Fill('=');
        var bytes = new byte[padded.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(padded, bytes, out var written))
            throw new FormatException("The value of a binary header is not base64.");

        return written == bytes.Length ? bytes : bytes[..written];
    }
}
