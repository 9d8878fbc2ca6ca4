using System.Security.Cryptography;
using System.Text;
using ContactCenter.Egress.Secrets;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.WriteBack;

/// <summary>An API key of TaskRouter's REST API.</summary>
/// <param name="Sid">SK…</param>
/// <param name="Secret">Never shown.</param>
public sealed record RestCredential(string Sid, string Secret)
{
    /// <summary>Tells keys apart without telling them.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Sid}:{Secret}")));

    /// <summary>Never shows the secret.</summary>
    public override string ToString() => Sid;
}

/// <summary>
/// The API keys of the accounts: <c>ApiKeySid</c> of the settings with <c>ApiKeySecret</c>, or, where that is empty, with the
/// stored secret named <c>twilio.{AccountSid}</c>, which operators set and which is kept encrypted.
/// </summary>
/// <param name="accounts">The settings.</param>
/// <param name="secrets">The stored secrets.</param>
/// <param name="registry">Keeps configured secrets out of everything that is logged.</param>
public sealed class RestCredentials(TwilioAccounts accounts, SecretDesk secrets, SecretRegistry registry)
{
    /// <summary>Whether an account has a key at all.</summary>
    /// <param name="accountSid">The account.</param>
    public bool HasKey(string accountSid) => accounts.RestKeyOf(accountSid) is { Sid.Length: > 0 };

    /// <summary>The key of an account; null if it has none.</summary>
    /// <param name="accountSid">The account.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<RestCredential?> FindAsync(string accountSid, CancellationToken cancellationToken)
    {
        if (accounts.RestKeyOf(accountSid) is not { Sid.Length: > 0 } key)
            return null;
        if (key.Secret.Length > 0)
        {
            registry.Add(key.Secret);
            return key;
        }

        return await secrets.ReadAsync($"twilio.{accountSid}", cancellationToken) is { } secret ? key with { Secret = secret } : null;
    }
}
