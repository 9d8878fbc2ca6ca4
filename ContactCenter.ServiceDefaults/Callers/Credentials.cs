using System.Text;
using Microsoft.AspNetCore.Http;

namespace ContactCenter.ServiceDefaults.Callers;

/// <summary>Where a request carries its API key (SEC-8, SEC-13).</summary>
internal static class Credentials
{
    public const string KeyHeader = "x-api-key";

    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    /// <summary>Reads the key of a request.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="allowBasic">Whether the password of HTTP Basic is a key.</param>
    /// <returns>Null if there is none, two differ, or it is no key.</returns>
    public static ApiKey? Read(IHeaderDictionary headers, bool allowBasic)
    {
        string? sent = null;
        foreach (var value in headers.Authorization)
        {
            var text = value is null ? null
                : value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? value[Bearer.Length..].Trim()
                : allowBasic && value.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) ? PasswordOf(value[Basic.Length..].Trim())
                : null;
            if (text is not null && !IsFirstOrSame(ref sent, text))
                return null;
        }

        foreach (var value in headers[KeyHeader])
        {
            if (value is not null && !IsFirstOrSame(ref sent, value))
                return null;
        }

        return ApiKey.Parse(sent);
    }

    private static bool IsFirstOrSame(ref string? sent, string text)
    {
        sent ??= text;
        return sent == text;
    }

    private static string PasswordOf(string encoded)
    {
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
            return "";
        var pair = Encoding.UTF8.GetString(bytes.AsSpan(0, length));
        return pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }
}
