using ContactCenter.FollowUps.V1;
using ContactCenter.Sandbox.Itsm;
using ContactCenter.Sandbox.Rbm;
using Grpc.Core;
using V1Channel = ContactCenter.FollowUps.V1.Channel;

namespace ContactCenter.Sandbox.FollowUps;

/// <summary>Tells the suite of the sandbox's people, systems and channels, as an operator does.</summary>
/// <param name="integrations">Takes the ITSM system's operations.</param>
/// <param name="channels">Takes the channels.</param>
/// <param name="directory">Takes the people.</param>
/// <param name="followUps">Takes the follow-ups.</param>
/// <param name="webhook">Names the agent.</param>
/// <param name="mails">Where the mail server is.</param>
public sealed class FollowUpSetup(
    IntegrationService.IntegrationServiceClient integrations,
    ChannelService.ChannelServiceClient channels,
    DirectoryService.DirectoryServiceClient directory,
    FollowUpService.FollowUpServiceClient followUps,
    RbmWebhook webhook,
    MailFolder mails)
{
    private const string Domain = "sandbox.example";

    private static readonly TicketKind[] Kinds = [TicketKind.Approval, TicketKind.Information, TicketKind.Closing];

    /// <summary>Stores everything that follow-ups refer to, then the follow-ups of a day, which poll at once.</summary>
    /// <param name="url">Where the sandbox is reached.</param>
    /// <param name="plan">The day.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="cancellation">Ends the calls.</param>
    /// <returns>The follow-ups by the kind of their tickets.</returns>
    public async Task<IReadOnlyDictionary<TicketKind, string>> CreateAsync(string url, TicketPlan plan, int seed, CancellationToken cancellation)
    {
        var people = Person.All.Select(person => new User { UserId = person.Id, FirstName = person.Name, Email = person.Mail, Phone = person.Phone });
        await directory.BatchUpsertUsersAsync(new() { Users = { people } }, cancellationToken: cancellation);
        await directory.UpsertGroupAsync(
            new() { Group = new() { GroupId = Person.DeskId, DisplayName = Person.DeskName, UserIds = { Person.Desk.Select(person => person.Id) } } }, cancellationToken: cancellation);
        foreach (var integration in FollowUpDefinitions.Integrations(url))
        {
            await SaveAsync(
                async () => await integrations.CreateIntegrationAsync(new() { Integration = integration }, cancellationToken: cancellation),
                async () =>
                {
                    integration.Etag = (await integrations.GetIntegrationAsync(new() { IntegrationId = integration.IntegrationId }, cancellationToken: cancellation)).Integration.Etag;
                    await integrations.UpdateIntegrationAsync(new() { Integration = integration }, cancellationToken: cancellation);
                });
        }

        foreach (var channel in await ChannelsAsync(url, cancellation))
        {
            await SaveAsync(
                async () => await channels.CreateChannelAsync(new() { Channel = channel }, cancellationToken: cancellation),
                async () =>
                {
                    channel.Etag = (await channels.GetChannelAsync(new() { ChannelId = channel.ChannelId }, cancellationToken: cancellation)).Channel.Etag;
                    await channels.UpdateChannelAsync(new() { Channel = channel }, cancellationToken: cancellation);
                });
        }

        var created = new Dictionary<TicketKind, string>();
        foreach (var kind in Kinds)
            created[kind] = (await followUps.CreateFollowUpAsync(new() { FollowUp = FollowUpDefinitions.Of(kind, plan, seed) }, cancellationToken: cancellation)).FollowUp.FollowUpId;
        return created;
    }

    /// <summary>Makes follow-ups INACTIVE, as the system that they poll goes away with this process.</summary>
    /// <param name="ids">The follow-ups.</param>
    /// <param name="cancellation">Ends the calls.</param>
    public async Task DeactivateAsync(IEnumerable<string> ids, CancellationToken cancellation)
    {
        foreach (var id in ids)
        {
            var followUp = (await followUps.GetFollowUpAsync(new() { FollowUpId = id }, cancellationToken: cancellation)).FollowUp;
            followUp.Status = FollowUpStatus.Inactive;
            await followUps.UpdateFollowUpAsync(new() { FollowUp = followUp }, cancellationToken: cancellation);
        }
    }

    private async Task<IReadOnlyList<V1Channel>> ChannelsAsync(string url, CancellationToken cancellation) =>
    [
        new() { ChannelId = FollowUpDefinitions.Rbm, DisplayName = "RCS of the sandbox", Enabled = true, Rbm = new() { AgentId = webhook.Agent, BaseUrl = url } },
        new()
        {
            ChannelId = FollowUpDefinitions.Mail,
            DisplayName = "E-mail of the sandbox",
            Enabled = true,
            Email = new() { Host = mails.Host, Port = mails.Port, From = $"follow-ups@{Domain}", Domain = Domain, PrivateCa = await mails.CertificateAsync(cancellation) },
        },
    ];

    private static async Task SaveAsync(Func<Task> create, Func<Task> update)
    {
        try
        {
            await create();
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            await update();
        }
    }
}
