using ContactCenter.Contracts;
using ContactCenter.Egress;
using ContactCenter.Egress.Guard;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Integrations;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>Checks the configuration of a channel completely (FUP-54, FUP-56, FUP-60, FUP-61).</summary>
/// <param name="guard">Says which hosts may be called.</param>
/// <param name="findings">Takes what is wrong.</param>
public sealed class ChannelReader(EgressGuard guard, Findings findings)
{
    private const string Field = "channel";
    private const int LongestName = 100;
    private const int HighestPort = 65_535;
    private const int MostSecrets = 2;

    /// <summary>Checks a channel.</summary>
    /// <param name="channel">The channel.</param>
    public void Read(Channel channel)
    {
        findings.Check(IntegrationReader.IsId(channel.ChannelId), $"{Field}.channel_id", "must be a lower-case letter, then 2 to 62 lower-case letters, digits and hyphens");
        findings.Check(channel.DisplayName.Trim().Length is >= 1 and <= LongestName, $"{Field}.display_name", $"must have 1 to {LongestName} characters");
        switch (channel.SettingsCase)
        {
            case Channel.SettingsOneofCase.Rbm:
                findings.Required($"{Field}.rbm.agent_id", channel.Rbm.AgentId);
                if (channel.Rbm.BaseUrl.Length > 0)
                    Allowed($"{Field}.rbm.base_url", () => guard.CheckUrl(EgressUrl.Parse(channel.Rbm.BaseUrl)));
                break;
            case Channel.SettingsOneofCase.Email:
                ReadEmail(channel.Email);
                break;
            case Channel.SettingsOneofCase.Sms:
                ReadHttp($"{Field}.sms", channel.Sms);
                break;
            case Channel.SettingsOneofCase.Webhook:
                ReadHttp($"{Field}.webhook", channel.Webhook);
                break;
            case Channel.SettingsOneofCase.Chat:
                ReadHttp($"{Field}.chat", channel.Chat);
                break;
            default:
                findings.Refuse(Field, FollowUpErrors.FieldRequired, "must have settings of its type");
                break;
        }
    }

    private void ReadEmail(EmailSettings email)
    {
        const string Email = $"{Field}.email";
        if (findings.Check(email.Port is >= 0 and <= HighestPort, $"{Email}.port", "must be 1 to 65535, or 0 for 587") && findings.Required($"{Email}.host", email.Host))
        {
            if (HostName.Parse(email.Host) is { } host)
                Allowed($"{Email}.host", () => guard.CheckHost(host, SmtpSubmission.PortOf(email), EgressProtocol.Smtp));
            else
                findings.Check(false, $"{Email}.host", "must be a host name or an address");
        }

        if (email.Username.Length > 0)
            findings.Required($"{Email}.password_secret", email.PasswordSecret);
        if (findings.Required($"{Email}.from", email.From))
            findings.Check(MailAddresses.IsAddress(email.From), $"{Email}.from", "must be an e-mail address without a name");
        if (findings.Required($"{Email}.domain", email.Domain))
            findings.Check(HostName.Parse(email.Domain) is { Address: null }, $"{Email}.domain", "must be a domain name");
        if (email.PrivateCa.Length > 0)
            findings.Check(new TlsSettings { PrivateCa = email.PrivateCa }.Violation() is null, $"{Email}.private_ca", "must be certificates in PEM text");
    }

    private void ReadHttp(string field, HttpSettings settings)
    {
        if (findings.Required($"{field}.url", settings.Url))
            Allowed($"{field}.url", () => guard.CheckUrl(EgressUrl.Parse(settings.Url)));
        findings.Check(
            settings.SigningSecrets.Count is >= 1 and <= MostSecrets && settings.SigningSecrets.All(name => name.Length > 0),
            $"{field}.signing_secrets",
            "must be the names of 1 or 2 secrets");
    }

    private void Allowed(string field, System.Action check)
    {
        try
        {
            check();
        }
        catch (EgressException exception)
        {
            findings.Refuse(field, FollowUpErrors.UrlInvalid, exception.Failure.Detail);
        }
    }
}
