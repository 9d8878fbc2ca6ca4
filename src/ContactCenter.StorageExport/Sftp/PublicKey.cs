using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>A public key, of a server or of a user.</summary>
/// <param name="Type">Such as <c>ssh-ed25519</c>.</param>
/// <param name="Data">Its bytes in Base64.</param>
public sealed record PublicKey(string Type, string Data)
{
    private static readonly string[] Types = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"];

    /// <summary>SHA-256 of its bytes, as OpenSSH writes it: <c>SHA256:…</c>.</summary>
    public string Fingerprint => "SHA256:" + Convert.ToBase64String(SHA256.HashData(Convert.FromBase64String(Data))).TrimEnd('=');

    /// <summary>Reads a key as OpenSSH writes it, with or without a comment.</summary>
    /// <param name="text">Such as <c>ssh-ed25519 AAAA… name</c>.</param>
    /// <returns>Null if it is none.</returns>
    public static PublicKey? Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length < 2 || !Types.Contains(words[0], StringComparer.Ordinal))
            return null;
        var bytes = new byte[words[1].Length];
        return Convert.TryFromBase64String(words[1], bytes, out var length) && TypeOf(bytes.AsSpan(0, length)) == words[0] ? new(words[0], words[1]) : null;
    }

    /// <summary>Whether a pin of the settings means this key: a public key, or its fingerprint (STO-22).</summary>
    /// <param name="pin">The pin.</param>
    public bool IsPinnedBy(string pin) => pin.Trim() is var text && (text == Fingerprint || Parse(text) == this);

    /// <summary>Whether a text can be a pin at all.</summary>
    /// <param name="pin">The text.</param>
    public static bool IsPin(string pin) => Parse(pin) is not null
        || (pin.Trim() is ['S', 'H', 'A', '2', '5', '6', ':', .. var hash] && hash.Length == 43 && Convert.TryFromBase64String(hash + "=", new byte[32], out _));

    /// <summary>Asks a server for its keys, without logging in.</summary>
    /// <param name="address">An address that the outbound guard has allowed.</param>
    /// <param name="port">The port.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The keys; none if there is no SSH server.</returns>
    /// <exception cref="StoreException">It took too long, or there is no OpenSSH here.</exception>
    public static async Task<IReadOnlyList<PublicKey>> ScanAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var (_, output, _) = await SshTool.RunAsync(
            "ssh-keyscan",
            ["-T", "15", "-t", "ed25519,ecdsa,rsa", "-p", port.ToString(CultureInfo.InvariantCulture), "--", address.ToString()],
            [],
            cancellationToken);
        return [.. output.Split('\n').Select(line => Parse(line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])).OfType<PublicKey>()];
    }

    /// <summary>The key as it stands in a known-hosts file.</summary>
    /// <returns>Type and bytes.</returns>
    public override string ToString() => $"{Type} {Data}";

    /// <summary>Number of bits of an RSA key; 0 of all others, which have no weak sizes.</summary>
    internal int RsaBits()
    {
        if (Type != "ssh-rsa")
            return 0;
        ReadOnlySpan<byte> rest = Convert.FromBase64String(Data);
        // Type, exponent, modulus, each with its length.
        for (var field = 0; field < 2; field++)
            Take(ref rest);
        var modulus = Take(ref rest).TrimStart((byte)0);
        return modulus.IsEmpty ? 0 : (modulus.Length * 8) - byte.LeadingZeroCount(modulus[0]);
    }

    private static string? TypeOf(ReadOnlySpan<byte> bytes) => bytes.Length < 4 ? null : System.Text.Encoding.ASCII.GetString(Take(ref bytes));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest)
    {
        var length = rest.Length < 4 ? 0 : Math.Min(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(rest), (uint)(rest.Length - 4));
        var field = rest.Slice(Math.Min(4, rest.Length), (int)length);
        rest = rest[(Math.Min(4, rest.Length) + (int)length)..];
        return field;
    }
}
