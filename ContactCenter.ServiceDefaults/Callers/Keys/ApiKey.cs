using System.Security.Cryptography;
using System.Text;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>
/// An API key <c>cck_{id}_{secret}_{check}</c> (SEC-6): a random id of 12 characters, 32 random bytes, and the first 8 hex
/// digits of the SHA-256 of all before the last <c>_</c>, which tell a mistyped key from an unknown one.
/// </summary>
public sealed class ApiKey
{
    /// <summary>Characters of an id.</summary>
    public const int IdLength = 12;

    private const string Prefix = "cck_";
    private const int SecretBytes = 32;
    private const int SecretStart = 17;
    private const int SecretLength = 52;
    private const int CheckStart = 70;
    private const int CheckLength = 8;

    private readonly byte[] _secret;

    internal ApiKey(string id, ReadOnlySpan<byte> secret) => (Id, _secret) = (id, secret.ToArray());

    /// <summary>Names the key; not secret.</summary>
    public string Id { get; }

    /// <summary>Makes a new key.</summary>
    public static ApiKey Create() =>
        new(RandomNumberGenerator.GetString(Base32.Alphabet, IdLength), RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Reads a key as it was shown; nothing is looked up (SEC-7).</summary>
    /// <param name="text">What the caller sent.</param>
    /// <returns>Null for anything but a key with the right check digits.</returns>
    public static ApiKey? Parse(ReadOnlySpan<char> text)
    {
        if (text.Length != CheckStart + CheckLength || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || text[SecretStart - 1] != '_' || text[CheckStart - 1] != '_')
            return null;
        var id = text[Prefix.Length..(SecretStart - 1)];
        Span<byte> secret = stackalloc byte[SecretBytes];
        Span<char> check = stackalloc char[CheckLength];
        if (!IsId(id) || !Base32.TryDecode(text.Slice(SecretStart, SecretLength), secret))
            return null;
        WriteCheck(text[..(CheckStart - 1)], check);
        return text[CheckStart..].SequenceEqual(check) ? new ApiKey(id.ToString(), secret) : null;
    }

    /// <summary>The key as its owner sends it. It is shown once and never stored or logged.</summary>
    public string Reveal()
    {
        var body = $"{Prefix}{Id}_{Base32.Encode(_secret)}";
        Span<char> check = stackalloc char[CheckLength];
        WriteCheck(body, check);
        return $"{body}_{check}";
    }

    /// <summary>SHA-256 of the secret: all that is stored of it.</summary>
    public byte[] Hash() => SHA256.HashData(_secret);

    /// <summary>The id alone, so that no log holds a secret.</summary>
    public override string ToString() => $"{Prefix}{Id}";

    internal static bool IsId(ReadOnlySpan<char> text) => text.Length == IdLength && !text.ContainsAnyExcept(Base32.Characters);

    // The text is ASCII: whatever is not was refused before.
    private static void WriteCheck(ReadOnlySpan<char> body, Span<char> check)
    {
        Span<byte> ascii = stackalloc byte[body.Length];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Encoding.ASCII.GetBytes(body, ascii);
        SHA256.HashData(ascii, hash);
        Convert.TryToHexStringLower(hash[..(CheckLength / 2)], check, out _);
    }
}
