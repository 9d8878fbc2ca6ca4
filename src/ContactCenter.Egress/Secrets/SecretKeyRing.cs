using System.Buffers.Text;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace ContactCenter.Egress.Secrets;

/// <summary>Where a secret is stored; a value moved to another place cannot be read (SEC-1).</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
/// <param name="RowId">The row's id.</param>
public readonly record struct SecretPlace(string Table, string Column, string RowId);

/// <summary>Encrypts and decrypts stored secrets with AES-256-GCM under configured keys (SEC-1, SEC-2).</summary>
public sealed class SecretKeyRing
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Secrets";

    private const string Version = "v1";
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly Dictionary<string, byte[]> _keys;
    private readonly SecretRegistry _registry;

    private SecretKeyRing(Dictionary<string, byte[]> keys, string activeKey, SecretRegistry registry)
    {
        _keys = keys;
        ActiveKey = activeKey;
        _registry = registry;
    }

    /// <summary>The id of the key under which values are written.</summary>
    public string ActiveKey { get; }

    /// <summary>The ids of all configured keys.</summary>
    public IReadOnlyCollection<string> Ids => _keys.Keys;

    /// <summary>Reads <c>Secrets:Keys:{id}</c> and <c>Secrets:ActiveKey</c>.</summary>
    /// <param name="configuration">The root of the configuration.</param>
    /// <param name="registry">Is told every value that is read or written, so that logs mask it.</param>
    /// <returns>The key ring.</returns>
    /// <exception cref="ValidationException">No key, a key that is not 32 bytes of Base64, or an active key that is not among them.</exception>
    public static SecretKeyRing Read(IConfiguration configuration, SecretRegistry registry)
    {
        new SectionReader(configuration, Section).RefuseUnknownKeys("Keys", "ActiveKey");
        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var child in configuration.GetSection($"{Section}:Keys").GetChildren())
        {
            var key = new byte[KeyLength + 3];
            if (!Convert.TryFromBase64String(child.Value ?? "", key, out var length) || length != KeyLength)
                throw new ValidationException($"{child.Path} has to be {KeyLength} bytes in Base64.");
            if (child.Key.Length > 32 || !child.Key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                throw new ValidationException($"{child.Path}: a key id is 1 to 32 letters, digits, '-' or '_'.");
            keys.Add(child.Key, key[..length]);
        }

        var active = configuration[$"{Section}:ActiveKey"] ?? "";
        return keys.ContainsKey(active)
            ? new SecretKeyRing(keys, active, registry)
            : throw new ValidationException(
                $"{Section}:ActiveKey is '{active}'; it has to be one of {Section}:Keys ({(keys.Count == 0 ? "none" : string.Join(", ", keys.Keys))}).");
    }

    /// <summary>Encrypts a value for one place.</summary>
    /// <param name="place">Where it will be stored.</param>
    /// <param name="value">The secret.</param>
    /// <returns><c>v1.{key id}.{base64url of nonce‖ciphertext‖tag}</c>.</returns>
    public string Encrypt(SecretPlace place, string value) =>
        Encrypt(place, value, RandomNumberGenerator.GetBytes(NonceLength));

    /// <summary>Encrypts what is personal but no secret, such as the text of messages: logs are not told to mask it.</summary>
    /// <param name="place">Where it will be stored.</param>
    /// <param name="value">Any text.</param>
    /// <returns>As <see cref="Encrypt(SecretPlace, string)"/>.</returns>
    public string Seal(SecretPlace place, string value) =>
        Seal(place, value, RandomNumberGenerator.GetBytes(NonceLength));

    /// <summary>Decrypts a stored value.</summary>
    /// <param name="place">Where it was found.</param>
    /// <param name="stored">The stored text.</param>
    /// <returns>The secret.</returns>
    /// <exception cref="CryptographicException">
    /// The text is damaged, comes from another place (<see cref="AuthenticationTagMismatchException"/>), or names a key that is not configured.
    /// </exception>
    public string Decrypt(SecretPlace place, string stored)
    {
        var value = Open(place, stored);
        _registry.Add(value);
        return value;
    }

    /// <summary>Decrypts what <see cref="Seal(SecretPlace, string)"/> encrypted.</summary>
    /// <param name="place">Where it was found.</param>
    /// <param name="stored">The stored text.</param>
    /// <returns>The text.</returns>
    /// <exception cref="CryptographicException">As for <see cref="Decrypt"/>.</exception>
    public string Open(SecretPlace place, string stored)
    {
        var parts = stored.Split('.');
        if (parts.Length != 3 || parts[0] != Version)
            throw new CryptographicException("The stored secret is not of form v1.");
        if (!_keys.TryGetValue(parts[1], out var key))
            throw new CryptographicException($"The stored secret names key '{parts[1]}', which is not configured.");

        var bytes = new byte[Base64Url.GetMaxDecodedLength(parts[2].Length)];
        var length = 0;
        if (!Base64Url.IsValid(parts[2]) || !Base64Url.TryDecodeFromChars(parts[2], bytes, out length) || length < NonceLength + TagLength)
            throw new CryptographicException("The stored secret is damaged.");

        var box = bytes.AsSpan(0, length);
        var plain = new byte[length - NonceLength - TagLength];
        using (var aes = new AesGcm(key, TagLength))
            aes.Decrypt(box[..NonceLength], box[NonceLength..^TagLength], box[^TagLength..], plain, AssociatedData(place, parts[1]));
        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>The key under which a stored value was written, to report and to re-encrypt (SEC-2).</summary>
    /// <param name="stored">The stored text.</param>
    /// <returns>The key id, or null when the text is no stored secret.</returns>
    public static string? KeyIdOf(string stored) =>
        stored.Split('.') is [Version, var id, _] ? id : null;

    /// <summary>Whether a key is configured.</summary>
    /// <param name="keyId">The key id.</param>
    /// <returns>True when values under it can be read.</returns>
    public bool Knows(string keyId) => _keys.ContainsKey(keyId);

    internal string Encrypt(SecretPlace place, string value, byte[] nonce)
    {
        _registry.Add(value);
        return Seal(place, value, nonce);
    }

    private string Seal(SecretPlace place, string value, byte[] nonce)
    {
        var plain = Encoding.UTF8.GetBytes(value);
        var box = new byte[NonceLength + plain.Length + TagLength];
        nonce.CopyTo(box, 0);
        using (var aes = new AesGcm(_keys[ActiveKey], TagLength))
        {
            aes.Encrypt(
                nonce, plain, box.AsSpan(NonceLength, plain.Length), box.AsSpan(NonceLength + plain.Length), AssociatedData(place, ActiveKey));
        }

        return $"{Version}.{ActiveKey}.{Base64Url.EncodeToString(box)}";
    }

    private static byte[] AssociatedData(SecretPlace place, string keyId) =>
        Encoding.UTF8.GetBytes($"{place.Table}|{place.Column}|{place.RowId}|{keyId}");
}
