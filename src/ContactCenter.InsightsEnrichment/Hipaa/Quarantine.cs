using System.Security.Cryptography;
using ContactCenter.Durable;
using ContactCenter.Egress.Secrets;
using Dapper;

namespace ContactCenter.InsightsEnrichment.Hipaa;

/// <summary>
/// Keeps bodies that could not be filtered, sealed with AES-256-GCM (INS-110). Every body has a key of its own, which is
/// stored encrypted under the configured keys and so follows their change.
/// </summary>
/// <param name="keys">The configured keys.</param>
/// <param name="database">The service's database.</param>
public sealed class Quarantine(SecretKeyRing keys, DurableDatabase database)
{
    private const string Table = "quarantine", Column = "data_key";
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>The column of the bodies' keys, for the check at the start and the change of the active key.</summary>
    public static SecretColumn Keys { get; } = new("insights", new(Table, Column, ""), "raw_event_id::text");

    /// <summary>Seals a body.</summary>
    /// <param name="rawEventId">The event that it came with.</param>
    /// <param name="body">The body as received.</param>
    public SealedBody Seal(Guid rawEventId, byte[] body)
    {
        var key = RandomNumberGenerator.GetBytes(KeyLength);
        var box = new byte[NonceLength + body.Length + TagLength];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceLength));
        using (var aes = new AesGcm(key, TagLength))
            aes.Encrypt(box.AsSpan(0, NonceLength), body, box.AsSpan(NonceLength, body.Length), box.AsSpan(NonceLength + body.Length), rawEventId.ToByteArray());
        return new(keys.Encrypt(PlaceOf(rawEventId), Convert.ToBase64String(key)), box);
    }

    /// <summary>Reads a sealed body.</summary>
    /// <param name="rawEventId">The event that it came with.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>The body as received; null if the event has none in quarantine.</returns>
    /// <exception cref="CryptographicException">It is damaged, or its key is not configured.</exception>
    public async Task<byte[]?> OpenAsync(Guid rawEventId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var found = await connection.QuerySingleOrDefaultAsync<SealedBody>(new(
            "SELECT data_key AS Key, sealed AS Box FROM insights.quarantine WHERE raw_event_id = @rawEventId", new { rawEventId }, cancellationToken: cancellationToken));
        if (found is null)
            return null;
        var body = new byte[found.Box.Length - NonceLength - TagLength];
        using var aes = new AesGcm(Convert.FromBase64String(keys.Decrypt(PlaceOf(rawEventId), found.Key)), TagLength);
        aes.Decrypt(
            found.Box.AsSpan(0, NonceLength), found.Box.AsSpan(NonceLength, body.Length), found.Box.AsSpan(NonceLength + body.Length), body, rawEventId.ToByteArray());
        return body;
    }

    private static SecretPlace PlaceOf(Guid rawEventId) => new(Table, Column, rawEventId.ToString());
}

/// <summary>A body in quarantine.</summary>
/// <param name="Key">Its key, encrypted.</param>
/// <param name="Box">Nonce, sealed body and tag.</param>
public sealed record SealedBody(string Key, byte[] Box);
