using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactCenter.Egress.Http;

namespace ContactCenter.Egress.OAuth;

/// <summary>What a token endpoint gave.</summary>
/// <param name="AccessToken">The access token.</param>
/// <param name="RefreshToken">The new refresh token; null when the old one stays.</param>
/// <param name="RenewTime">When the access token is renewed (EGR-29).</param>
internal sealed record TokenAnswer(string AccessToken, string? RefreshToken, DateTimeOffset RenewTime);

/// <summary>How a token request ended.</summary>
/// <param name="Answer">The tokens; null when it failed.</param>
/// <param name="RefusedBecause">The provider's error code when it refused the grant for good; null for a passing failure.</param>
/// <param name="Failure">What failed; null when it succeeded.</param>
internal sealed record TokenResult(TokenAnswer? Answer, string? RefusedBecause, EgressFailure? Failure);

/// <summary>Speaks to token endpoints (RFC 6749, RFC 7523) through the guard, with 64 KiB at most and no redirect (EGR-24).</summary>
internal sealed class TokenEndpoint(EgressClient client, TimeProvider time)
{
    private const int MaxAnswerBytes = 64 << 10;

    // Less than the lease of the refresher, so that a slow provider cannot make two of them.
    private static readonly TimeSpan WholeLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AssertionLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan DefaultLife = TimeSpan.FromSeconds(3_600);

    private static readonly string[] RefusingErrors = ["invalid_grant", "invalid_client", "unauthorized_client"];

    /// <summary>Asks for a new access token with what the grant has.</summary>
    public Task<TokenResult> RefreshAsync(GrantConfiguration grant, CancellationToken cancellationToken)
    {
        if (grant.Kind is GrantKind.AuthorizationCode or GrantKind.RefreshToken && grant.RefreshToken is null)
            return Task.FromResult(Refused("no_refresh_token", "The provider gave no refresh token."));

        var assertion = grant.Kind == GrantKind.ServiceAccount ? Assertion(grant) : "";
        if (assertion is null)
            return Task.FromResult(Refused("invalid_private_key", "The service account's private key is no RSA key in PEM."));

        List<KeyValuePair<string, string>> form = grant.Kind switch
        {
            GrantKind.ClientCredentials => [new("grant_type", "client_credentials")],
            GrantKind.ServiceAccount =>
                [new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), new("assertion", assertion)],
            _ => [new("grant_type", "refresh_token"), new("refresh_token", grant.RefreshToken!)],
        };
        if (grant.Kind == GrantKind.ClientCredentials && grant.Scope.Length > 0)
            form.Add(new("scope", grant.Scope));
        return PostAsync(grant, form, cancellationToken);
    }

    /// <summary>Exchanges the code of a person's authorisation.</summary>
    public Task<TokenResult> ExchangeAsync(
        GrantConfiguration grant, string code, string? codeVerifier, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> form = [new("grant_type", "authorization_code"), new("code", code)];
        if (codeVerifier is not null)
            form.Add(new("code_verifier", codeVerifier));
        return PostAsync(grant, form, cancellationToken);
    }

    private async Task<TokenResult> PostAsync(
        GrantConfiguration grant, List<KeyValuePair<string, string>> form, CancellationToken cancellationToken)
    {
        var headers = new List<KeyValuePair<string, string>> { new("Accept", "application/json") };
        if (grant.ClientAuthInHeader)
        {
            var pair = $"{Uri.EscapeDataString(grant.ClientId)}:{Uri.EscapeDataString(grant.ClientSecret ?? "")}";
            headers.Add(new("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))));
        }
        else if (grant.Kind != GrantKind.ServiceAccount)
        {
            form.Add(new("client_id", grant.ClientId));
            if (grant.ClientSecret is { } secret)
                form.Add(new("client_secret", secret));
        }

        if (grant.Kind == GrantKind.AuthorizationCode && grant.RedirectUri.Length > 0 && form[0].Value == "authorization_code")
            form.Add(new("redirect_uri", grant.RedirectUri));

        Destination destination;
        try
        {
            destination = Destination.For("oauth", grant.TokenUrl);
        }
        catch (EgressException error)
        {
            return new TokenResult(null, null, error.Failure);
        }

        using var content = new FormUrlEncodedContent(form);
        var sent = time.GetUtcNow();
        var outcome = await client.SendAsync(
            new EgressRequest(
                destination with
                {
                    MaxResponseBytes = MaxAnswerBytes,
                    Timeouts = new EgressTimeouts { Whole = WholeLimit },
                    LongestWhole = WholeLimit,
                },
                HttpMethod.Post,
                grant.TokenUrl)
            {
                Headers = headers,
                ContentType = "application/x-www-form-urlencoded",
                Body = await content.ReadAsByteArrayAsync(cancellationToken),
            },
            cancellationToken);
        return Read(outcome, sent);
    }

    private static TokenResult Read(EgressOutcome outcome, DateTimeOffset sent)
    {
        var fields = FieldsOf(outcome.Response);
        if (outcome.IsSuccess && Text(fields, "access_token") is { Length: > 0 } token)
            return new TokenResult(new TokenAnswer(token, Text(fields, "refresh_token"), RenewTime(fields, sent)), null, null);
        if (outcome.IsSuccess)
            return new TokenResult(null, null, new EgressFailure(ErrorClass.BadContent, "BAD_TOKEN_ANSWER", "The token endpoint's answer has no access token."));

        var error = Text(fields, "error");
        return new TokenResult(null, RefusingErrors.Contains(error) ? error : null, outcome.Failure);
    }

    /// <summary>60 s and 0 to 30 s before the end, but never more than half the life (EGR-29).</summary>
    private static DateTimeOffset RenewTime(JsonElement? fields, DateTimeOffset sent)
    {
        var life = Seconds(fields, "expires_in") is { } seconds and > 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, 365 * 86_400))
            : DefaultLife;
        var margin = TimeSpan.FromSeconds(60 + (Random.Shared.NextDouble() * 30));
        return sent + life - (margin < life / 2 ? margin : life / 2);
    }

    private static TokenResult Refused(string reason, string detail) =>
        new(null, reason, new EgressFailure(ErrorClass.None, reason.ToUpperInvariant(), detail));

    /// <summary>The signed assertion of RFC 7523; null when the key cannot sign.</summary>
    private string? Assertion(GrantConfiguration grant)
    {
        var now = time.GetUtcNow();
        var header = new Dictionary<string, object> { ["alg"] = "RS256", ["typ"] = "JWT" };
        if (grant.PrivateKeyId.Length > 0)
            header["kid"] = grant.PrivateKeyId;
        var claims = new Dictionary<string, object>
        {
            ["iss"] = grant.ClientId,
            ["scope"] = grant.Scope,
            ["aud"] = grant.TokenUrl,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + AssertionLife).ToUnixTimeSeconds(),
        };
        var text = $"{Encoded(header)}.{Encoded(claims)}";
        using var key = RSA.Create();
        try
        {
            key.ImportFromPem(grant.PrivateKey ?? "");
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            return null;
        }

        var signature = key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{text}.{Base64Url.EncodeToString(signature)}";

        static string Encoded(Dictionary<string, object> part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
    }

    private static JsonElement? FieldsOf(EgressResponse? response)
    {
        if (response is null)
            return null;
        try
        {
            using var document = JsonDocument.Parse(response.Body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement? fields, string name) =>
        fields is { } all && all.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A number, or a number in a string as some providers write it.</summary>
    private static double? Seconds(JsonElement? fields, string name)
    {
        if (fields is not { } all || !all.TryGetProperty(name, out var value))
            return null;
        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
        return double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
    }
}
