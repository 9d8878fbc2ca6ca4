using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Templates;

namespace ContactCenter.FollowUpScheduler.Integrations;

/// <summary>An integration whose texts are parsed.</summary>
/// <param name="Definition">As configured.</param>
/// <param name="Url">The URL.</param>
/// <param name="Headers">Header fields by name.</param>
/// <param name="Body">The body; null for none.</param>
public sealed record RequestTemplate(Integration Definition, UrlTemplate Url, IReadOnlyList<(string Name, Template Value)> Headers, JsonTemplate? Body)
{
    /// <summary>What it refers to.</summary>
    public IEnumerable<Reference> References => Url.References.Concat(Headers.SelectMany(header => header.Value.References)).Concat(Body?.References ?? []);

    /// <summary>Parses an integration that was checked when it was saved.</summary>
    /// <param name="integration">The integration.</param>
    public static RequestTemplate Of(Integration integration) => new(
        integration,
        UrlTemplate.Parse(integration.Url, out _)!,
        [.. integration.Headers.Select(header => (header.Name, Template.Stored(header.Value)))],
        integration.Body.Length > 0 ? JsonTemplate.Parse(integration.Body, out _)! : null);

    /// <summary>The secret that calls authenticate with.</summary>
    /// <param name="authentication">How calls authenticate; null for not at all.</param>
    /// <returns>Its name; null if none is needed.</returns>
    public static string? SecretOf(Authentication? authentication) => authentication?.MethodCase switch
    {
        Authentication.MethodOneofCase.Basic => authentication.Basic.PasswordSecret,
        Authentication.MethodOneofCase.Bearer => authentication.Bearer.TokenSecret,
        Authentication.MethodOneofCase.ApiKey => authentication.ApiKey.KeySecret,
        _ => null,
    };

    /// <summary>The header field that a secret makes.</summary>
    /// <param name="authentication">How calls authenticate.</param>
    /// <param name="secret">The secret's value.</param>
    public static KeyValuePair<string, string> HeaderOf(Authentication authentication, string secret) => authentication.MethodCase switch
    {
        Authentication.MethodOneofCase.Basic =>
            new("Authorization", $"Basic {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{authentication.Basic.Username}:{secret}"))}"),
        Authentication.MethodOneofCase.Bearer => new("Authorization", $"Bearer {secret}"),
        _ => new(authentication.ApiKey.Header, secret),
    };
}
