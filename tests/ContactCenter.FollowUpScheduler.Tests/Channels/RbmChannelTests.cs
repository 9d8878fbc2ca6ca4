using ContactCenter.Events.Insights;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Answers;
using ContactCenter.FollowUpScheduler.Channels;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using static ContactCenter.FollowUpScheduler.Tests.Examples;
using FollowUpAction = ContactCenter.FollowUps.V1.Action;
using HttpMethod = ContactCenter.FollowUps.V1.HttpMethod;

namespace ContactCenter.FollowUpScheduler.Tests.Channels;

public sealed class RbmChannelTests(TestServers servers) : FollowUpTest(servers)
{
    protected override Task<string> TakeVirtualHostAsync(TestServers servers) => servers.CreateVirtualHostAsync(Cancellation);

    [Fact]
    [Rule("FUP-50")]
    [Rule("FUP-56")]
    [Rule("FUP-57")]
    [Rule("FUP-77")]
    [Rule("FUP-80")]
    public async Task A_message_is_posted_part_by_part_with_ids_of_its_own_and_suggestions_on_the_last()
    {
        await PrepareAsync();
        var followUp = Approvals();
        followUp.Message.Parts.Add(new MessagePart { Image = new() { Url = "https://img.example/@{followup.data.id}.png", AlternativeText = "photo" } });
        followUp.Message.Parts.Add(new MessagePart { Cards = new() { Cards_ = { new Card { Title = "@{followup.data.id}", Description = "of @{channel.type}", Image = new() { Url = "https://img.example/c.png", AlternativeText = "c" } } } } });
        followUp.Message.Actions.RemoveAt(1);
        followUp.Message.Actions.Add(new FollowUpAction { ActionId = "open", Title = "Open", Kind = ActionKind.OpenUrl, Url = "https://itsm.example/t?id=@{followup.data.id}" });
        Itsm.HasTickets(Ticket("I 1"));

        await CreateAsync(followUp);
        var sent = Assert.Single(await SentAsync("approvals", 1));

        var id = Guid.Parse(sent.NotificationId);
        var tokens = Services.GetRequiredService<AnswerTokens>();
        Assert.Equal(Enumerable.Range(0, 3).Select(part => NameGuid.OfMessage(id, part).ToString()), sent.MessageIds);
        Assert.All(Rbm.Requests, request => Assert.Equal(("POST", "/v1/phones/+351210000001/agentMessages"), (request.Method, request.Path)));
        Assert.Equal(sent.MessageIds.Select(message => $"?messageId={message}&agentId=brand%40rbm.goog"), Rbm.Requests.Select(request => request.Query));
        Assert.Equal(
            [
                """{"contentMessage":{"text":"Ana, approve I 1?"},"ttl":"3600s"}""",
                """{"contentMessage":{"contentInfo":{"fileUrl":"https://img.example/I%201.png"}},"ttl":"3600s"}""",
                """{"contentMessage":{"richCard":{"standaloneCard":{"cardOrientation":"VERTICAL","cardContent":{"title":"I 1","description":"of RBM","media":{"height":"MEDIUM","contentInfo":{"fileUrl":"https://img.example/c.png"}}}}},"suggestions":[{"reply":{"text":"Approve","postbackData":"fup:FIRST"}},{"action":{"text":"Open","postbackData":"fup:SECOND","openUrlAction":{"url":"https://itsm.example/t?id=I%201"}}}]},"ttl":"3600s"}"""
                    .Replace("FIRST", tokens.Create(id, 0), StringComparison.Ordinal).Replace("SECOND", tokens.Create(id, 1), StringComparison.Ordinal),
            ],
            Rbm.Requests.Select(request => request.Body));
    }

    [Fact]
    [Rule("FUP-53")]
    [Rule("FUP-56")]
    [Rule("FUP-66")]
    public async Task Who_has_no_RCS_is_not_reached_and_what_is_busy_is_tried_again_with_the_same_id()
    {
        await PrepareAsync();
        Itsm.HasTickets(Ticket("A"));
        Rbm.Answer = _ => (503, "");
        await CreateAsync(Approvals());
        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification is { Attempt: 1, Reason: "RETRYING" }));
        var due = (await NotificationsAsync("approvals")).Single(notification => notification.Attempt == 1).EffectiveDueTime;
        Rbm.Answer = _ => (200, "{}");
        await PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(due, (await SentAsync("approvals", 1))[0].EffectiveDueTime);
        Assert.Single(Rbm.Requests.Select(request => request.Query).Distinct());

        Rbm.Answer = _ => (404, "{}");
        await PassAsync(TimeSpan.FromMinutes(60));
        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification is { Attempt: 2, State: NotificationState.Failed, Reason: "NOT_REACHABLE" }));
    }

    [Fact]
    [Rule("FUP-100")]
    public async Task A_notification_that_is_refused_half_way_has_failed_and_lists_what_was_taken()
    {
        await PrepareAsync();
        Itsm.HasTickets(Ticket("A"));
        var followUp = Approvals();
        followUp.Message.Parts.Add(new MessagePart { Text = "More of @{followup.data.id}." });
        Rbm.Answer = request => (request.Body.Contains("More", StringComparison.Ordinal) ? 400 : 200, "{}");

        await CreateAsync(followUp);

        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification.State == NotificationState.Failed));
        var failed = (await NotificationsAsync("approvals")).Single(notification => notification.Attempt == 1);
        Assert.Equal((2, failed.MessageIds[0]), (failed.MessageIds.Count, Assert.Single(failed.AcceptedMessageIds)));
        Assert.Empty((await History.ListConversationEventsAsync(new(), cancellationToken: Cancellation)).Events);
    }

    [Fact]
    [Rule("FUP-58")]
    [Rule("FUP-78")]
    [Rule("FUP-79")]
    [Rule("FUP-81")]
    [Rule("FUP-84")]
    [Rule("FUP-100")]
    public async Task Receipts_and_taps_from_Insights_move_notifications_and_answer_records()
    {
        await PrepareAsync();
        await Integrations.CreateIntegrationAsync(
            new() { Integration = new() { IntegrationId = "approve", Method = HttpMethod.Post, Url = $"http://{Itsm.Authority}/approve", Body = """{"id":"@{followup.data.id}","answer":"@{followup.answer}","by":"@{user.email}"}""" } },
            cancellationToken: Cancellation);
        var followUp = Approvals();
        followUp.Message.Actions[0].OnAnswer.Add(new Step { IntegrationCall = new() { IntegrationId = "approve" } });
        Itsm.Answer = request => request.Path == "/tickets" ? (200, $$"""{"result":[{{Ticket("A")}}]}""") : (200, "{}");
        await CreateAsync(followUp);
        var sent = Assert.Single(await SentAsync("approvals", 1));
        var bus = await StartBusAsync();

        await PublishAsync(bus, Receipt(sent.MessageIds[0], "READ"));
        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification.State == NotificationState.Read));
        await PublishAsync(bus, Receipt(sent.MessageIds[0], "DELIVERED"));
        await PublishAsync(bus, Tap($"fup:{Services.GetRequiredService<AnswerTokens>().Create(Guid.Parse(sent.NotificationId), 0)}"));
        await Eventually.TrueAsync(async () => (await RecordAsync("approvals", "A")).Answer?.Effect == "DONE");
        await bus.StopAsync(Cancellation);

        var record = await RecordAsync("approvals", "A");
        Assert.Equal((RecordState.Answered, "approve", "ana"), (record.State, record.Answer.ActionId, record.Answer.UserId));
        Assert.Contains(await NotificationsAsync("approvals"), notification => notification is { Attempt: 2, State: NotificationState.Canceled });
        Assert.Equal(NotificationState.Read, (await NotificationsAsync("approvals")).Single(notification => notification.Attempt == 1).State);
        var call = Assert.Single(Itsm.Requests, request => request.Path == "/approve");
        Assert.Equal("""{"id":"A","answer":"approve","by":"ana@example.com"}""", call.Body);
        Assert.True(call.Headers.ContainsKey("Idempotency-Key"));
        var events = (await History.ListConversationEventsAsync(new() { InitiatedBy = Initiator.Bot, EndTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddYears(1)), StartTime = new() }, cancellationToken: Cancellation)).Events;
        Assert.Single(events.Select(entry => entry.ConversationId).Distinct());
        Assert.Equal(
            ["ANSWERED approve", "DELIVERY_CHANGED DELIVERED", "DELIVERY_CHANGED READ", "FOLLOW_UP_NOTIFICATION_SENT "], events.Select(entry => $"{entry.Code} {entry.Detail}").Order(StringComparer.Ordinal));
    }

    [Fact]
    [Rule("FUP-49")]
    [Rule("FUP-52")]
    [Rule("FUP-58")]
    public async Task Who_unsubscribes_is_left_out_until_he_subscribes_again_and_his_last_channel_is_used()
    {
        await PrepareAsync();
        Itsm.HasTickets(Ticket("A"));
        var followUp = Approvals();
        (followUp.Message.ChannelId, followUp.Message.LastUsedChannel) = ("", true);
        await CreateAsync(followUp);
        Assert.Equal("NO_CHANNEL", (await RecordAsync("approvals", "A")).Recipients.Single().BlockedReason);
        var bus = await StartBusAsync();

        await PublishAsync(bus, Tap(null));
        await PublishAsync(bus, Subscription(subscribed: false, 0));
        await PollUntilAsync("OPTED_OUT");
        await PublishAsync(bus, Subscription(subscribed: true, 1));
        // Older than what is known.
        await PublishAsync(bus, Subscription(subscribed: false, -1));
        await PollUntilAsync("");
        await bus.StopAsync(Cancellation);

        Assert.Equal(1, (await SentAsync("approvals", 1))[0].Attempt);
    }

    /// <summary>Polls until a recipient's reason is what the events say, which the broker delivers in its own time.</summary>
    private Task PollUntilAsync(string reason) => Eventually.TrueAsync(async () =>
    {
        await PassAsync(TimeSpan.FromMinutes(30));
        var polls = (await Polls.ListPollsAsync(new() { FollowUpId = "approvals", PageSize = 1_000 }, cancellationToken: Cancellation)).Polls.Count;
        await PolledAsync("approvals", polls);
        return (await RecordAsync("approvals", "A")).Recipients.Single().BlockedReason == reason;
    });

    private async Task<IBusControl> StartBusAsync()
    {
        var bus = Bus.Factory.CreateUsingRabbitMq(bus => bus.Host(new Uri(Broker)));
        await bus.StartAsync(Cancellation);
        return bus;
    }

    /// <summary>Publishes as a service does: messages are known by UUIDs of version 7.</summary>
    private Task PublishAsync<T>(IBus bus, T message)
        where T : class =>
        bus.Publish(message, context => context.MessageId = Guid.CreateVersion7(Time.GetUtcNow()), Cancellation);

    private RcsReceiptReceived Receipt(string messageId, string kind) => new()
    {
        EventId = Guid.Parse(NewId()),
        OccurredTime = Time.GetUtcNow(),
        AgentId = "brand@rbm.goog",
        MessageId = messageId,
        Kind = kind,
        Known = true,
        Counted = true,
    };

    private RcsUserMessageReceived Tap(string? postbackData) => new()
    {
        EventId = Guid.Parse(NewId()),
        OccurredTime = Time.GetUtcNow(),
        AgentId = "brand@rbm.goog",
        PhoneNumber = "+351210000001",
        UserMessageId = NewId(),
        Type = postbackData is null ? "text" : "suggested_reply",
        PostbackData = postbackData,
    };

    private static RcsSubscriptionChanged Subscription(bool subscribed, int minutes) => new()
    {
        EventId = Guid.Parse(NewId()),
        OccurredTime = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero).AddMinutes(minutes),
        AgentId = "brand@rbm.goog",
        PhoneNumber = "+351210000001",
        Subscribed = subscribed,
    };
}
