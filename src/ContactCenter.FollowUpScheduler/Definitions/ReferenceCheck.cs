using ContactCenter.Egress.OAuth;
using ContactCenter.Egress.Secrets;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Channels;
using ContactCenter.FollowUpScheduler.Directories;
using ContactCenter.FollowUpScheduler.Integrations;
using Microsoft.Extensions.Options;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>Checks what a definition refers to: that templates of integrations fit the place of the call, and before activation that all is there (FUP-7, FUP-31, FUP-55).</summary>
/// <param name="integrations">The integrations.</param>
/// <param name="channels">The channels.</param>
/// <param name="types">Say what channels can show.</param>
/// <param name="directory">The declared attributes.</param>
/// <param name="secrets">The secrets.</param>
/// <param name="grants">The grants.</param>
/// <param name="options">The default channel, and where links lead to.</param>
public sealed class ReferenceCheck(
    DefinitionStore<Integration> integrations, DefinitionStore<Channel> channels, ChannelTypes types, DirectoryStore directory, SecretDesk secrets, GrantStore grants, IOptions<FollowUpOptions> options)
{
    private const int MostChannels = 1_000;

    /// <summary>Checks a definition completely but for what has to be there when it is activated.</summary>
    /// <param name="followUp">The definition.</param>
    /// <param name="section">The section to check; unspecified for all.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<Findings> CheckAsync(FollowUp followUp, Section section, CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var declared = await directory.DeclaredAsync(cancellationToken);
        new FollowUpReader(findings, declared).Read(followUp, section);
        var steps = FollowUpReferences.Steps(followUp).Where(placed => placed.Step.IntegrationCall is not null).ToList();
        var known = await integrations.FindAsync(steps.Select(placed => placed.Step.IntegrationCall.IntegrationId), cancellationToken);
        foreach (var (field, place, step) in steps)
        {
            if (known.TryGetValue(step.IntegrationCall.IntegrationId, out var integration))
                findings.References($"{field}.integration_call.integration_id", RequestTemplate.Of(integration.Definition).References, declared.At(place));
        }

        if (section is Section.Unspecified or Section.Message && followUp.Message is { } message)
        {
            var fit = new ChannelFit(findings, message, options.Value.PublicBaseUrl.Length > 0);
            foreach (var channel in await ChannelsOfAsync(message, cancellationToken))
                fit.Check(channel.Id, channel.Definition, types.Of(channel.Definition).Capabilities);
        }

        return findings;
    }

    /// <summary>What an ACTIVE follow-up lacks.</summary>
    /// <param name="followUp">The definition, which has been checked.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>One sentence for each; none if nothing is missing.</returns>
    public async Task<IReadOnlyList<string>> MissingAsync(FollowUp followUp, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        var ids = FollowUpReferences.Of(followUp).ToList();
        var integrationIds = ids.Where(id => id.StartsWith("integrations/", StringComparison.Ordinal)).Select(id => id.Split('/')[1]).ToList();
        var channelIds = FollowUpReferences.ChannelIds(followUp.Message).Distinct().ToList();
        var knownIntegrations = await integrations.FindAsync(integrationIds, cancellationToken);
        var knownChannels = await channels.FindAsync(channelIds, cancellationToken);
        missing.AddRange(integrationIds.Where(id => !knownIntegrations.ContainsKey(id)).Select(id => $"integration '{id}' does not exist"));
        missing.AddRange(channelIds.Where(id => !knownChannels.ContainsKey(id)).Select(id => $"channel '{id}' does not exist"));
        missing.AddRange(knownChannels.Values.Where(channel => !channel.Definition.Enabled).Select(channel => $"channel '{channel.Id}' is disabled"));
        var knownSecrets = (await secrets.ListAsync(cancellationToken)).Select(secret => secret.Name).ToHashSet(StringComparer.Ordinal);
        var neededSecrets = knownIntegrations.Values.Select(integration => RequestTemplate.SecretOf(integration.Definition.Authentication))
            .Concat(knownChannels.Values.Select(channel => channel.Definition.Email?.PasswordSecret))
            .Concat(knownChannels.Values.SelectMany(channel => SignedPost.SettingsOf(channel.Definition)?.SigningSecrets ?? []));
        missing.AddRange(neededSecrets.Where(name => name is { Length: > 0 } && !knownSecrets.Contains(name)).Distinct().Select(name => $"secret '{name}' is not set"));
        var neededGrants = knownIntegrations.Values.Select(integration => integration.Definition.Authentication?.Oauth2?.GrantId)
            .Concat(knownChannels.Values.Select(channel => channel.Definition.Rbm?.GrantId));
        foreach (var grant in neededGrants.OfType<string>().Where(id => id.Length > 0).Distinct())
        {
            if (await grants.GetAsync(grant, cancellationToken) is null)
                missing.Add($"grant '{grant}' does not exist");
        }

        return missing;
    }

    /// <summary>The channels that a message may go by: those it names, and every chat channel if the last-used one counts.</summary>
    private async Task<IReadOnlyList<StoredDefinition<Channel>>> ChannelsOfAsync(Message message, CancellationToken cancellationToken)
    {
        var named = (await channels.FindAsync(FollowUpReferences.ChannelIds(message), cancellationToken)).Values;
        if (!message.LastUsedChannel)
            return [.. named];
        var used = (await channels.ListAsync("", MostChannels, cancellationToken))
            .Where(channel => channel.Definition.Enabled && (ChannelChoice.ChatTypes.Contains(ChannelChoice.TypeOf(channel.Definition)) || channel.Id == options.Value.DefaultChannel));
        return [.. used.Concat(named).DistinctBy(channel => channel.Id)];
    }
}
