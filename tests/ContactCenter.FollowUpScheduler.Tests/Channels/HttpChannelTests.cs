using System.Text.Json.Nodes;
using ContactCenter.Egress.Webhooks;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Answers;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using static ContactCenter.FollowUpScheduler.Tests.Examples;
using FollowUpAction = ContactCenter.FollowUps.V1.Action;

namespace ContactCenter.FollowUpScheduler.Tests.Channels;

/// <summary>Channels that post messages to a system of the deployment.</summary>
public sealed class HttpChannelTests(TestServers servers) : FollowUpTest(servers)
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    protected override IEnumerable<string> Settings => ["--FollowUps:PublicBaseUrl=https://contact.example.com"];

    [Fact]
    [Rule("FUP-54")]
    [Rule("FUP-55")]
    [Rule("FUP-61")]
    public async Task A_gateway_of_text_messages_is_posted_signed_pieces_of_one_text()
    {
        await PrepareAsync(new() { ChannelId = "sms", DisplayName = "SMS", Enabled = true, Sms = Gateway("/sms") });
        var followUp = Approvals();
        followUp.Message.ChannelId = "sms";
        followUp.Message.Parts.Add(new MessagePart { Text = string.Join(' ', Enumerable.Repeat("word", 400)) });
        followUp.Message.Parts.Add(new MessagePart { Image = new() { Url = "https://img.example/i.png", AlternativeText = "A photo" } });
        Itsm.HasTickets(Ticket("A"));

        await CreateAsync(followUp);
        var sent = Assert.Single(await SentAsync("approvals", 1));

        Assert.Equal([$"{sent.NotificationId}/0", $"{sent.NotificationId}/1"], sent.MessageIds);
        Assert.Equal(sent.MessageIds, sent.AcceptedMessageIds);
        Assert.Equal(sent.MessageIds, Rbm.Requests.Select(request => request.Headers["Idempotency-Key"]));
        Assert.All(Rbm.Requests, IsSigned);
        var posted = Rbm.Requests.Select(request => JsonNode.Parse(request.Body)!).ToList();
        Assert.Equal(sent.MessageIds, posted.Select(body => (string)body["id"]!));
        Assert.All(posted, body => Assert.Equal("+351210000001", (string)body["to"]!));
        var texts = posted.ConvertAll(body => (string)body["text"]!);
        Assert.StartsWith("Ana, approve A?\n\nword word ", texts[0], StringComparison.Ordinal);
        Assert.All(texts, text => Assert.InRange(text.Length, 1, 1_600));
        Assert.EndsWith("word", texts[0], StringComparison.Ordinal);
        var token = Services.GetRequiredService<AnswerTokens>().Create(Guid.Parse(sent.NotificationId), 0);
        Assert.Contains($"\n\nA photo: https://img.example/i.png\n\nApprove: https://contact.example.com/answers/{token}\n\nReject: ", texts[1], StringComparison.Ordinal);
    }

    [Fact]
    [Rule("FUP-55")]
    public async Task A_text_of_more_than_three_pieces_is_not_sent()
    {
        await PrepareAsync(new() { ChannelId = "sms", DisplayName = "SMS", Enabled = true, Sms = Gateway("/sms") });
        var followUp = Approvals();
        followUp.Message.ChannelId = "sms";
        followUp.Message.Parts.Add(new MessagePart { Text = new string('x', 3_000) });
        followUp.Message.Parts.Add(new MessagePart { Text = new string('x', 3_000) });
        Itsm.HasTickets(Ticket("A"));

        var found = await FollowUps.ValidateFollowUpAsync(new() { FollowUp = followUp, Section = Section.Message }, cancellationToken: Cancellation);
        await CreateAsync(followUp);

        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification is { State: NotificationState.Failed, Reason: "MESSAGE_TOO_LONG" }));
        Assert.Empty(Rbm.Requests);
        Assert.Equal(["SPLIT", "SPLIT"], found.Warnings.Where(warning => warning.Field.Contains("parts", StringComparison.Ordinal)).Select(warning => warning.Code));
    }

    [Fact]
    [Rule("FUP-54")]
    [Rule("FUP-61")]
    [Rule("FUP-81")]
    public async Task A_webhook_is_posted_the_whole_message_and_answers_with_its_token()
    {
        await PrepareAsync(new() { ChannelId = "hook", DisplayName = "Hook", Enabled = true, Webhook = Gateway("/hook") });
        var followUp = Approvals();
        (followUp.Message.ChannelId, followUp.Message.Subject) = ("hook", "Approval of @{followup.data.id}");
        followUp.Message.Parts.Add(new MessagePart { Cards = new() { Cards_ = { new Card { Title = "A card", Description = "of @{channel.type}", Image = new() { Url = "https://img.example/c.png", AlternativeText = "c" } } } } });
        followUp.Message.Actions.RemoveAt(1);
        followUp.Message.Actions.Add(new FollowUpAction { ActionId = "open", Title = "Open", Kind = ActionKind.OpenUrl, Url = "https://itsm.example/A" });
        Itsm.HasTickets(Ticket("A"));

        await CreateAsync(followUp);
        var sent = Assert.Single(await SentAsync("approvals", 1));

        var request = Assert.Single(Rbm.Requests);
        Assert.Equal(("POST", "/hook", $"{sent.NotificationId}/0"), (request.Method, request.Path, request.Headers["webhook-id"]));
        IsSigned(request);
        var token = Services.GetRequiredService<AnswerTokens>().Create(Guid.Parse(sent.NotificationId), 0);
        Assert.Equal(
            """{"id":"ID/0","to":"ana","subject":"Approval of A","parts":[{"text":"Ana, approve A?"},{"cards":[{"title":"A card","description":"of WEBHOOK","image":{"url":"https://img.example/c.png","alternativeText":"c"}}]}],"actions":[{"title":"Approve","kind":"REPLY","token":"TOKEN","url":"https://contact.example.com/answers/TOKEN"},{"title":"Open","kind":"OPEN_URL","url":"https://itsm.example/A"}],"timeToLiveSeconds":3600}"""
                .Replace("ID", sent.NotificationId, StringComparison.Ordinal).Replace("TOKEN", token, StringComparison.Ordinal),
            request.Body);
        await Records.AnswerNotificationAsync(new() { Token = token }, cancellationToken: Cancellation);
        Assert.Equal("approve", (await RecordAsync("approvals", "A")).Answer.ActionId);
    }

    [Fact]
    [Rule("FUP-54")]
    public async Task A_channel_says_what_it_can_and_needs_a_URL_and_what_signs()
    {
        await PrepareAsync(new() { ChannelId = "sms", DisplayName = "SMS", Enabled = true, Sms = Gateway("/sms") });

        Assert.Equal(new ChannelCapabilities { LongestText = 1_600 }, await CapabilitiesAsync("sms"));
        Assert.Equal(
            new ChannelCapabilities { Cards = true, Images = true, Actions = true, Receipts = true, DeduplicatesById = true, Revokes = true, LongestText = 3_072 }, await CapabilitiesAsync("rbm-main"));
        await FailsAsync(
            StatusCode.InvalidArgument,
            "FIELD_INVALID",
            Channels.CreateChannelAsync(new() { Channel = new() { ChannelId = "chat", DisplayName = "Chat", Chat = new() { Url = "http://evil.example/x" } } }, cancellationToken: Cancellation),
            "channel.chat.url URL_INVALID",
            "channel.chat.signing_secrets FIELD_INVALID");
        var unsigned = new Channel { ChannelId = "sms-2", DisplayName = "SMS", Enabled = true, Sms = Gateway("/sms") };
        unsigned.Sms.SigningSecrets[0] = "not-set";
        await Channels.CreateChannelAsync(new() { Channel = unsigned }, cancellationToken: Cancellation);
        var followUp = Approvals();
        followUp.Message.ChannelId = "sms-2";
        await FailsAsync(StatusCode.FailedPrecondition, "REFERENCE_MISSING", FollowUps.CreateFollowUpAsync(new() { FollowUp = followUp }, cancellationToken: Cancellation));
    }

    private async Task<ChannelCapabilities> CapabilitiesAsync(string id) => (await Channels.GetChannelAsync(new() { ChannelId = id }, cancellationToken: Cancellation)).Channel.Capabilities;

    private async Task PrepareAsync(Channel channel)
    {
        await PrepareAsync();
        await Operations.SetSecretAsync(new() { Name = "gateway", Value = Secret }, cancellationToken: Cancellation);
        await Channels.CreateChannelAsync(new() { Channel = channel }, cancellationToken: Cancellation);
    }

    private HttpSettings Gateway(string path) => new() { Url = $"http://{Rbm.Authority}{path}", SigningSecrets = { "gateway" } };

    private void IsSigned(ReceivedRequest request) => Assert.True(WebhookSigning.Verify(
        [Secret], request.Headers["webhook-id"], request.Headers["webhook-timestamp"], request.Headers["webhook-signature"], System.Text.Encoding.UTF8.GetBytes(request.Body), Time.GetUtcNow()));
}
