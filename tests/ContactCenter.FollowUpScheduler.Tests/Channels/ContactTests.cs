using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Answers;
using ContactCenter.FollowUpScheduler.Directories;
using Grpc.Core;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using static ContactCenter.FollowUpScheduler.Tests.Examples;

namespace ContactCenter.FollowUpScheduler.Tests.Channels;

/// <summary>Whoever writes to us becomes known, and is told where he wrote last.</summary>
public sealed class ContactTests(TestServers servers) : FollowUpTest(servers)
{
    protected override IEnumerable<string> Settings => ["--FollowUps:DefaultChannel=hook"];

    protected override Task<string> TakeVirtualHostAsync(TestServers servers) => servers.CreateVirtualHostAsync(Cancellation);

    [Fact]
    [Rule("FUP-47")]
    [Rule("FUP-51")]
    public async Task A_first_contact_makes_a_user_who_is_told_in_the_same_channel()
    {
        await PrepareChannelsAsync();
        Itsm.HasTickets(Ticket("A", approver: "visitor-17"), Ticket("B", approver: "+351210000009"));
        var bus = Bus.Factory.CreateUsingRabbitMq(bus => bus.Host(new Uri(Broker)));
        await bus.StartAsync(Cancellation);
        await PublishAsync(bus, "chat", "visitor-17");
        await PublishAsync(bus, "SMS", "+351210000009");
        await PublishAsync(bus, "voice", "+351210000008");
        await Eventually.TrueAsync(async () => await IsUserAsync("visitor-17") && await IsUserAsync("+351210000009"));
        await bus.StopAsync(Cancellation);

        await CreateAsync(LastUsed());
        await SentAsync("approvals", 2);

        Assert.Equal(
            [("/chat", "visitor-17"), ("/sms", "+351210000009")],
            Rbm.Requests.Select(request => (request.Path, (string)System.Text.Json.Nodes.JsonNode.Parse(request.Body)!["to"]!)).Order());
        Assert.Equal("+351210000009", (await People.GetUserAsync(new() { UserId = "+351210000009" }, cancellationToken: Cancellation)).User.Phone);
        Assert.False(await IsUserAsync("+351210000008"));
    }

    [Fact]
    [Rule("FUP-47")]
    [Rule("FUP-52")]
    public async Task The_newest_contact_on_an_enabled_chat_channel_counts_and_without_one_the_default()
    {
        await PrepareChannelsAsync();
        Itsm.HasTickets(Ticket("A"));
        var followUp = LastUsed();
        followUp.NotificationSchedule.Attempts = 5;
        followUp.Message.Actions[0].Continues = true;
        await CreateAsync(followUp);
        Assert.Equal("hook", (await SentAsync("approvals", 1))[0].ChannelId);

        // Known by telephone and by mail; what is older, and what is hidden, changes nothing.
        await NoteAsync("+351210000001", "SMS", 5);
        await NoteAsync("ANA@example.com", "CHAT", 7);
        await NoteAsync("+351210000001", "SMS", 6);
        await NoteAsync("hash_abc", "RBM", 9);
        await PassAsync(TimeSpan.FromMinutes(60));
        Assert.Equal("chat", (await SentAsync("approvals", 2)).Single(notification => notification.Attempt == 2).ChannelId);
        Assert.Single((await People.ListUsersAsync(new(), cancellationToken: Cancellation)).Users);

        var chat = (await Channels.GetChannelAsync(new() { ChannelId = "chat" }, cancellationToken: Cancellation)).Channel;
        chat.Enabled = false;
        chat = (await Channels.UpdateChannelAsync(new() { Channel = chat }, cancellationToken: Cancellation)).Channel;
        await PassAsync(TimeSpan.FromMinutes(60));
        var bySms = (await SentAsync("approvals", 3)).Single(notification => notification.Attempt == 3);
        Assert.Equal("sms", bySms.ChannelId);

        // An answer is a contact too.
        await Records.AnswerNotificationAsync(new() { Token = Services.GetRequiredService<AnswerTokens>().Create(Guid.Parse(bySms.NotificationId), 0) }, cancellationToken: Cancellation);
        chat.Enabled = true;
        await Channels.UpdateChannelAsync(new() { Channel = chat }, cancellationToken: Cancellation);
        await PassAsync(TimeSpan.FromMinutes(60));
        Assert.Equal("sms", (await SentAsync("approvals", 4)).Single(notification => notification.Attempt == 4).ChannelId);
    }

    private async Task PrepareChannelsAsync()
    {
        await PrepareAsync();
        await Operations.SetSecretAsync(new() { Name = "gateway", Value = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }, cancellationToken: Cancellation);
        foreach (var channel in new[] { new Channel { ChannelId = "chat", Chat = Gateway("/chat") }, new Channel { ChannelId = "sms", Sms = Gateway("/sms") }, new Channel { ChannelId = "hook", Webhook = Gateway("/hook") } })
        {
            (channel.DisplayName, channel.Enabled) = (channel.ChannelId, true);
            await Channels.CreateChannelAsync(new() { Channel = channel }, cancellationToken: Cancellation);
        }
    }

    private HttpSettings Gateway(string path) => new() { Url = $"http://{Rbm.Authority}{path}", SigningSecrets = { "gateway" } };

    private static FollowUp LastUsed()
    {
        var followUp = Approvals();
        (followUp.Message.ChannelId, followUp.Message.LastUsedChannel, followUp.DataExtraction.PollingFrequencyMinutes) = ("", true, 7_200);
        return followUp;
    }

    private async Task NoteAsync(string address, string type, int minute)
    {
        await using var connection = await Services.GetRequiredService<DurableDatabase>().OpenAsync(Cancellation);
        await Services.GetRequiredService<Contacts>().NoteAsync(connection, address, type, new DateTimeOffset(2026, 3, 2, 8, minute, 0, TimeSpan.Zero));
    }

    private async Task<bool> IsUserAsync(string id)
    {
        try
        {
            await People.GetUserAsync(new() { UserId = id }, cancellationToken: Cancellation);
            return true;
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound)
        {
            return false;
        }
    }

    /// <summary>Publishes as a service does: messages are known by UUIDs of version 7.</summary>
    private Task PublishAsync(IBus bus, string channel, string address) => bus.Publish(
        new CustomerContacted
        {
            EventId = Guid.Parse(NewId()),
            OccurredTime = Time.GetUtcNow(),
            RecordedTime = Time.GetUtcNow(),
            AccountSid = "AC00000000000000000000000000000000",
            CustomerId = $"cus_{address}",
            Channel = channel,
            Address = address,
        },
        context => context.MessageId = Guid.CreateVersion7(Time.GetUtcNow()),
        Cancellation);
}
