using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>Whether a request was signed with an account's auth token (INS-4 to INS-6).</summary>
public static class TwilioSignature
{
    private const int SignatureLength = HMACSHA1.HashSizeInBytes;
    private const string BodyHashParameter = "bodySHA256=";

    /// <summary>
    /// The spellings of an address that a sender may have signed: as given, and with the scheme's default port added,
    /// or with its port removed. Nothing else of it changes.
    /// </summary>
    /// <param name="url">An absolute http or https address.</param>
    public static string[] Spellings(string url)
    {
        var authority = url.IndexOf("://", StringComparison.Ordinal) + 3;
        if (authority < 3)
            return [url];
        var end = url.AsSpan(authority).IndexOfAny("/?#");
        end = end < 0 ? url.Length : authority + end;
        var host = authority + url.AsSpan(authority, end - authority).LastIndexOf('@') + 1;
        var colon = url.AsSpan(host, end - host).LastIndexOf(':');
        var closing = url.AsSpan(host, end - host).LastIndexOf(']');
        if (colon > closing)
            return [url, string.Concat(url.AsSpan(0, host + colon), url.AsSpan(end))];
        var port = url.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? ":443" : ":80";
        return [url, string.Concat(url.AsSpan(0, end), port, url.AsSpan(end))];
    }

    /// <summary>Whether a form post is genuine under any of the spellings and tokens.</summary>
    /// <param name="signature">Value of <c>X-Twilio-Signature</c>.</param>
    /// <param name="spellings">The full address with its query, spelled as <see cref="Spellings"/> does.</param>
    /// <param name="form">The body.</param>
    /// <param name="tokens">Auth tokens, UTF-8.</param>
    public static bool IsGenuine(string signature, IReadOnlyList<string> spellings, FormBody form, IEnumerable<byte[]> tokens)
    {
        Span<byte> given = stackalloc byte[SignatureLength];
        if (!TryDecode(signature, given))
            return false;

        var parameters = ArrayPool<byte>.Shared.Rent(form.DecodedLength + form.Count);
        try
        {
            var length = WriteSorted(form, parameters);
            return Matches(given, spellings, parameters.AsSpan(0, length), tokens);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(parameters);
        }
    }

    /// <summary>
    /// Whether a JSON post is genuine: the signature covers the address alone, and the address names the SHA-256 of the
    /// body. A request without <c>bodySHA256</c> is not.
    /// </summary>
    /// <param name="signature">Value of <c>X-Twilio-Signature</c>.</param>
    /// <param name="spellings">The full address with its query, spelled as <see cref="Spellings"/> does.</param>
    /// <param name="query">The query as it arrived, with or without its question mark.</param>
    /// <param name="body">The bytes as received.</param>
    /// <param name="tokens">Auth tokens, UTF-8.</param>
    public static bool IsGenuine(string signature, IReadOnlyList<string> spellings, string query, ReadOnlySpan<byte> body, IEnumerable<byte[]> tokens)
    {
        Span<byte> given = stackalloc byte[SignatureLength];
        var stated = query.TrimStart('?').Split('&').FirstOrDefault(part => part.StartsWith(BodyHashParameter, StringComparison.Ordinal));
        if (stated is null || !TryDecode(signature, given))
            return false;
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(stated[BodyHashParameter.Length..]), Encoding.UTF8.GetBytes(hash))
            && Matches(given, spellings, [], tokens);
    }

    private static bool TryDecode(string signature, Span<byte> target) =>
        Convert.TryFromBase64String(signature, target, out var length) && length == SignatureLength;

    [SuppressMessage("Security", "CA5350", Justification = "The sender signs with HMAC-SHA1; a keyed hash does not rely on what SHA-1 has lost.")]
    private static bool Matches(ReadOnlySpan<byte> given, IReadOnlyList<string> spellings, ReadOnlySpan<byte> parameters, IEnumerable<byte[]> tokens)
    {
        Span<byte> expected = stackalloc byte[SignatureLength];
        foreach (var url in spellings)
        {
            var signed = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(url.Length) + parameters.Length);
            try
            {
                var length = Encoding.UTF8.GetBytes(url, signed);
                parameters.CopyTo(signed.AsSpan(length));
                foreach (var token in tokens)
                {
                    HMACSHA1.HashData(token, signed.AsSpan(0, length + parameters.Length), expected);
                    if (CryptographicOperations.FixedTimeEquals(given, expected))
                        return true;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(signed);
            }
        }

        return false;
    }

    /// <summary>Names in ordinal order, each followed by its values, several of them joined by commas.</summary>
    private static int WriteSorted(FormBody form, Span<byte> target)
    {
        var order = new int[form.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (left, right) =>
            form.Name(left).SequenceCompareTo(form.Name(right)) is var byName and not 0 ? byName : left.CompareTo(right));

        var written = 0;
        for (var i = 0; i < order.Length; i++)
        {
            var name = form.Name(order[i]);
            if (i > 0 && name.SequenceEqual(form.Name(order[i - 1])))
                target[written++] = (byte)',';
            else
                written += Copy(name, target[written..]);
            written += Copy(form.Value(order[i]).Span, target[written..]);
        }

        return written;
    }

    private static int Copy(ReadOnlySpan<byte> source, Span<byte> target)
    {
        source.CopyTo(target);
        return source.Length;
    }
}
