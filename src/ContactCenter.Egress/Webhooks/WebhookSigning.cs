using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ContactCenter.Egress.Webhooks;

/// <summary>Signs and verifies Standard Webhooks (EGR-15).</summary>
/// <param name="Id">The message id; the same on every attempt.</param>
/// <param name="Secrets">One secret, or two during rotation: <c>whsec_</c> and Base64 of the key.</param>
public sealed record WebhookSigning(string Id, IReadOnlyList<string> Secrets)
{
    /// <summary>How far a timestamp may be off, either way.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const string Prefix = "whsec_";
    private const string Version = "v1,";

    /// <summary>Signs a body.</summary>
    /// <param name="body">The raw bytes that are sent.</param>
    /// <param name="now">The time of this attempt.</param>
    /// <returns>The headers <c>webhook-id</c>, <c>webhook-timestamp</c> and <c>webhook-signature</c>.</returns>
    /// <exception cref="FormatException">A secret is not Base64.</exception>
    public IReadOnlyList<KeyValuePair<string, string>> Sign(ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signatures = new string[Secrets.Count];
        for (var i = 0; i < signatures.Length; i++)
            signatures[i] = Version + Convert.ToBase64String(Mac(Secrets[i], Id, timestamp, body));
        return
        [
            new("webhook-id", Id),
            new("webhook-timestamp", timestamp),
            new("webhook-signature", string.Join(' ', signatures)),
        ];
    }

    /// <summary>Verifies a received webhook in constant time.</summary>
    /// <param name="secrets">The secrets that are valid now.</param>
    /// <param name="id">Header <c>webhook-id</c>.</param>
    /// <param name="timestamp">Header <c>webhook-timestamp</c>.</param>
    /// <param name="signature">Header <c>webhook-signature</c>.</param>
    /// <param name="body">The raw bytes received.</param>
    /// <param name="now">The time of receipt.</param>
    /// <returns>True when a signature fits a secret and the timestamp is within <see cref="Tolerance"/>.</returns>
    public static bool Verify(
        IReadOnlyList<string> secrets, string id, string timestamp, string signature, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs((decimal)seconds - now.ToUnixTimeSeconds()) > (decimal)Tolerance.TotalSeconds)
        {
            return false;
        }

        var fits = false;
        foreach (var secret in secrets)
        {
            var expected = Mac(secret, id, timestamp, body);
            foreach (var candidate in signature.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!candidate.StartsWith(Version, StringComparison.Ordinal))
                    continue;
                var given = new byte[expected.Length + 4];
                fits |= Convert.TryFromBase64String(candidate[Version.Length..], given, out var length)
                    && CryptographicOperations.FixedTimeEquals(given.AsSpan(0, length), expected);
            }
        }

        return fits;
    }

    /// <summary>Never shows the secrets.</summary>
    /// <returns>The id.</returns>
    public override string ToString() => Id;

    private static byte[] Mac(string secret, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        var key = Convert.FromBase64String(secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : secret);
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        mac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        mac.AppendData(body);
        return mac.GetHashAndReset();
    }
}
