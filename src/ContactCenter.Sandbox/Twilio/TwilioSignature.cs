using System.Security.Cryptography;
using System.Text;

namespace ContactCenter.Sandbox.Twilio;

/// <summary>Signs requests as Twilio does (INS-4).</summary>
public static class TwilioSignature
{
    /// <summary>The name of the header that carries the signature.</summary>
    public const string Header = "X-Twilio-Signature";

    /// <summary>
    /// The signature of a form request: HMAC-SHA1 with the auth token over the URL followed by each parameter's name
    /// and value, names in ordinal order, in Base64.
    /// </summary>
    /// <param name="url">The full URL as the receiver publishes it, with its query.</param>
    /// <param name="form">The form's parameters, decoded; each name once.</param>
    /// <param name="authToken">The account's auth token.</param>
    /// <returns>The value of <see cref="Header"/>.</returns>
    public static string Sign(string url, IEnumerable<KeyValuePair<string, string>> form, string authToken)
    {
        var text = new StringBuilder(url);
        foreach (var (name, value) in form.OrderBy(p => p.Key, StringComparer.Ordinal))
            text.Append(name).Append(value);

#pragma warning disable CA5350 // The sender's contract says SHA-1.
        var hash = HMACSHA1.HashData(Encoding.UTF8.GetBytes(authToken), Encoding.UTF8.GetBytes(text.ToString()));
#pragma warning restore CA5350
        return Convert.ToBase64String(hash);
    }
}
