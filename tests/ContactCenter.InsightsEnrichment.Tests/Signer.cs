using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace ContactCenter.InsightsEnrichment.Tests;

/// <summary>Signs as the sender does: written after its documentation, apart from the code that checks.</summary>
internal static class Signer
{
    public static string Sign(string token, string url, IEnumerable<KeyValuePair<string, string>> parameters) =>
        SignBytes(token, Encoding.UTF8.GetBytes(parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).Aggregate(url, (signed, pair) => signed + pair.Key + pair.Value)));

    [SuppressMessage("Security", "CA5350", Justification = "The sender's algorithm.")]
    public static string SignBytes(string token, byte[] signed) => Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), signed));
}
