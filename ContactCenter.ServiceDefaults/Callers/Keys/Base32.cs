using System.Buffers;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>Crockford's base32 in lower case, of whole bytes, in its one canonical form.</summary>
internal static class Base32
{
    public const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private const int BitsPerCharacter = 5;

    public static SearchValues<char> Characters { get; } = SearchValues.Create(Alphabet);

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new char[(bytes.Length * 8 + BitsPerCharacter - 1) / BitsPerCharacter];
        int buffer = 0, bits = 0, next = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (bits < BitsPerCharacter)
            {
                // The last character is filled up with zero bits.
                buffer = (buffer << 8) | (next < bytes.Length ? bytes[next++] : 0);
                bits += 8;
            }

            bits -= BitsPerCharacter;
            text[i] = Alphabet[(buffer >> bits) & 31];
            buffer &= (1 << bits) - 1;
        }

        return new string(text);
    }

    /// <summary>Decodes exactly as many bytes as there is room for; false for a foreign character or set bits after the last byte.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        int buffer = 0, bits = 0, next = 0;
        foreach (var character in text)
        {
            var value = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (value < 0)
                return false;
            buffer = (buffer << BitsPerCharacter) | value;
            bits += BitsPerCharacter;
            if (bits < 8)
                continue;
            if (next == bytes.Length)
                return false;
            bits -= 8;
            bytes[next++] = (byte)(buffer >> bits);
            buffer &= (1 << bits) - 1;
        }

        return next == bytes.Length && buffer == 0;
    }
}
