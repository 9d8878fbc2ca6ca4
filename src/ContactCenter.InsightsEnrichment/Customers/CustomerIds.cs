using System.Security.Cryptography;
using System.Text;
using ContactCenter.InsightsEnrichment.Conversations;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>Identities of customers: derived from their link key with a secret, so that they are stable and do not give the key away (INS-81).</summary>
public sealed class CustomerIds
{
    private const string Prefix = "cus_";
    private const int BytesUsed = 16;

    // No UTF-8 text begins with this byte: the check value is that of no customer.
    private static readonly byte[] NoText = [0xff];

    private readonly byte[] _key;

    /// <summary>Takes the secret from the settings.</summary>
    /// <param name="options">The settings.</param>
    public CustomerIds(IOptions<CustomerOptions> options) => _key = Encoding.UTF8.GetBytes(options.Value.IdKey);

    /// <summary>The customer of a link key.</summary>
    /// <param name="key">The key; where it was found plays no part.</param>
    public string Of(LinkKey key) => Base32.Id(Prefix, HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(key.Value)).AsSpan(0, BytesUsed));

    /// <summary>What stands for a value that must not be known but may be compared: equal for equal values (INS-111).</summary>
    /// <param name="value">The value.</param>
    public string HashOf(string value) => Base32.Id("hash_", HMACSHA256.HashData(_key, (byte[])[.. NoText, .. Encoding.UTF8.GetBytes(value)]).AsSpan(0, BytesUsed));

    /// <summary>A value by which the secret can be recognised and not be found out.</summary>
    public byte[] CheckValue() => HMACSHA256.HashData(_key, NoText);
}
