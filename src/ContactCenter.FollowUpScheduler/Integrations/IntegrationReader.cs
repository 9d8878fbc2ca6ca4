using System.Text.RegularExpressions;
using ContactCenter.Contracts;
using ContactCenter.Egress;
using ContactCenter.Egress.Guard;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Templates;
using HttpMethod = ContactCenter.FollowUps.V1.HttpMethod;

namespace ContactCenter.FollowUpScheduler.Integrations;

/// <summary>Checks the configuration of an integration completely (FUP-14, FUP-17).</summary>
/// <param name="guard">Says which hosts may be called.</param>
/// <param name="findings">Takes what is wrong.</param>
/// <param name="declared">The attributes that are declared.</param>
public sealed partial class IntegrationReader(EgressGuard guard, Findings findings, Scopes declared)
{
    private const string Field = "integration";
    private const int MostHeaders = 50;
    private const int LongestTimeout = 300;
    private const int MostAttempts = 10;
    private const int LongestDelay = 60_000;

    private readonly Scopes _scopes = declared.At(Place.Integration);

    /// <summary>Checks an integration.</summary>
    /// <param name="integration">The integration.</param>
    public void Read(Integration integration)
    {
        findings.Check(IsId(integration.IntegrationId), $"{Field}.integration_id", "must be a lower-case letter, then 2 to 62 lower-case letters, digits and hyphens");
        findings.Check(integration.Method != HttpMethod.Unspecified && Enum.IsDefined(integration.Method), $"{Field}.method", "must be GET, HEAD, POST, PUT, PATCH or DELETE");
        ReadUrl(integration.Url);
        findings.Check(integration.Headers.Count <= MostHeaders, $"{Field}.headers", $"must be at most {MostHeaders}");
        for (var i = 0; i < Math.Min(integration.Headers.Count, MostHeaders); i++)
        {
            var (header, field) = (integration.Headers[i], $"{Field}.headers[{i}]");
            findings.Check(HeaderName().IsMatch(header.Name), $"{field}.name", "must be the name of a header field");
            findings.Template($"{field}.value", header.Value, _scopes);
        }

        if (integration.Body.Length > 0)
        {
            findings.Check(integration.Method is not (HttpMethod.Get or HttpMethod.Head), $"{Field}.body", "must be empty with GET and HEAD");
            if (JsonTemplate.Parse(integration.Body, out var problem) is { } body)
                findings.References($"{Field}.body", body.References, _scopes);
            else
                findings.Refuse($"{Field}.body", FollowUpErrors.TemplateSyntax, problem!.Message, problem.Position);
        }

        ReadAuthentication(integration.Authentication);
        for (var i = 0; i < integration.SuccessStatuses.Count; i++)
        {
            var range = integration.SuccessStatuses[i];
            findings.Check(range.First is >= 200 and <= 599 && range.Last >= range.First && range.Last <= 599, $"{Field}.success_statuses[{i}]", "must be statuses from 200 to 599");
        }

        findings.Check(integration.TimeoutSeconds is >= 0 and <= LongestTimeout, $"{Field}.timeout_seconds", $"must be 1 to {LongestTimeout}, or 0 for 30");
        findings.Check(integration.Retry is null or { MaxAttempts: >= 0 and <= MostAttempts }, $"{Field}.retry.max_attempts", $"must be 1 to {MostAttempts}, or 0 for 3");
        findings.Check(integration.Retry is null or { InitialDelayMilliseconds: >= 0 and <= LongestDelay }, $"{Field}.retry.initial_delay_milliseconds", $"must be 0 to {LongestDelay}");
        findings.Check(integration.Paging is null or { KindCase: not Paging.KindOneofCase.None }, $"{Field}.paging", "must have a path of the next link or a parameter");
    }

    /// <summary>Whether a text can be the id of an integration or channel.</summary>
    /// <param name="id">The text.</param>
    public static bool IsId(string id) => Id().IsMatch(id);

    private void ReadUrl(string text)
    {
        const string Url = $"{Field}.url";
        if (!findings.Required(Url, text))
            return;
        if (UrlTemplate.Parse(text, out var problem) is not { } url)
        {
            findings.Refuse(Url, FollowUpErrors.TemplateSyntax, problem!.Message, problem.Position);
            return;
        }

        findings.References(Url, url.References, _scopes);
        try
        {
            guard.CheckUrl(EgressUrl.Parse(url.Sample));
        }
        catch (EgressException exception)
        {
            findings.Refuse(Url, FollowUpErrors.UrlInvalid, exception.Failure.Detail);
        }
    }

    private void ReadAuthentication(Authentication? authentication)
    {
        const string Method = $"{Field}.authentication";
        switch (authentication?.MethodCase)
        {
            case null:
                break;
            case Authentication.MethodOneofCase.Basic:
                if (findings.Required($"{Method}.basic.username", authentication.Basic.Username))
                    findings.Check(!authentication.Basic.Username.Contains(':', StringComparison.Ordinal), $"{Method}.basic.username", "must have no colon");
                findings.Required($"{Method}.basic.password_secret", authentication.Basic.PasswordSecret);
                break;
            case Authentication.MethodOneofCase.Bearer:
                findings.Required($"{Method}.bearer.token_secret", authentication.Bearer.TokenSecret);
                break;
            case Authentication.MethodOneofCase.ApiKey:
                findings.Check(HeaderName().IsMatch(authentication.ApiKey.Header), $"{Method}.api_key.header", "must be the name of a header field");
                findings.Required($"{Method}.api_key.key_secret", authentication.ApiKey.KeySecret);
                break;
            case Authentication.MethodOneofCase.Oauth2:
                findings.Required($"{Method}.oauth2.grant_id", authentication.Oauth2.GrantId);
                break;
            default:
                findings.Refuse(Method, FollowUpErrors.FieldRequired, "must have a method");
                break;
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{2,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex Id();

    [GeneratedRegex("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderName();
}
