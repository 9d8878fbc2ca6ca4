namespace ContactCenter.InsightsEnrichment.Conversations;

/// <summary>Identities made of a hash: a prefix and 26 characters of lower-case base32 without padding.</summary>
internal static class Base32
{
    private const int Length = 26;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>Writes an identity.</summary>
    /// <param name="prefix">Such as <c>seg_</c>.</param>
    /// <param name="hash">At least 16 bytes; the first 130 bits are written, and what is missing to them is 0.</param>
    public static string Id(string prefix, ReadOnlySpan<byte> hash)
    {
        Span<char> id = stackalloc char[prefix.Length + Length];
        prefix.CopyTo(id);
        for (var i = 0; i < Length; i++)
        {
            var bit = i * 5;
            var next = bit / 8 + 1 < hash.Length ? hash[bit / 8 + 1] : 0;
            var window = hash[bit / 8] << 8 | next;
            id[prefix.Length + i] = Alphabet[window >> 11 - bit % 8 & 31];
        }

        return new(id);
    }
}
