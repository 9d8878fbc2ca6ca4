using ContactCenter.Events.FollowUps;
using ContactCenter.Events.Insights;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Answers;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using static ContactCenter.FollowUpScheduler.Tests.Examples;

namespace ContactCenter.FollowUpScheduler.Tests.Notifications;

/// <summary>Messages that are taken back as their record has ended.</summary>
public sealed class RevocationTests(TestServers servers) : FollowUpTest(servers)
{
    protected override Task<string> TakeVirtualHostAsync(TestServers servers) => servers.CreateVirtualHostAsync(Cancellation);

    [Theory]
    [Rule("FUP-54"), Rule("FUP-59")]
    [InlineData("stopped", "RECORD_STOPPED")]
    [InlineData("closed", "RECORD_CLOSED")]
    [InlineData("deleted", "RECORD_CLOSED")]
    public async Task What_has_not_arrived_when_its_record_ends_is_taken_back_where_it_was_sent_to(string end, string reason)
    {
        await PrepareAsync();
        Itsm.HasTickets(Ticket("A"));
        Rbm.Answer = Named;
        var followUp = Approvals();
        followUp.Message.Parts.Add(new MessagePart { Text = "More of @{followup.data.id}." });
        var created = await CreateAsync(followUp);
        var sent = Assert.Single(await SentAsync("approvals", 1));
        Assert.Equal(sent.MessageIds.Select(id => $"phones/+351210000001/agentMessages/{id}"), sent.ProviderMessageIds);
        // Who has another number by now was sent it to the old one.
        var ana = Ana();
        ana.Phone = "+351210000002";
        await People.BatchUpsertUsersAsync(new() { Users = { ana } }, cancellationToken: Cancellation);
        List<FollowUpNotificationStatusChanged> changes = [];
        var bus = Bus.Factory.CreateUsingRabbitMq(bus => bus.Host(new Uri(Broker)));
        await bus.StartAsync(Cancellation);
        await bus.ConnectReceiveEndpoint($"test-{NewId()}", endpoint => endpoint.Handler<FollowUpNotificationStatusChanged>(context =>
        {
            changes.Add(context.Message);
            return Task.CompletedTask;
        })).Ready;

        if (end == "stopped")
            await Records.StopRecordAsync(new() { RecordId = sent.RecordId, Note = "Duplicate." }, cancellationToken: Cancellation);
        else if (end == "deleted")
            await FollowUps.DeleteFollowUpAsync(new() { FollowUpId = "approvals", Etag = created.Etag }, cancellationToken: Cancellation);
        else
            await PollWithoutTicketsAsync();

        await Eventually.TrueAsync(async () => (await FirstAsync()).State == NotificationState.Revoked);
        Assert.Equal(reason, (await FirstAsync()).Reason);
        Assert.Equal(
            sent.MessageIds.Select(id => $"/v1/phones/+351210000001/agentMessages/{id}?agentId=brand%40rbm.goog"),
            Rbm.Requests.Where(request => request.Method == "DELETE").Select(request => request.Path + request.Query));
        await Eventually.TrueAsync(() => changes.Count == 1);
        await bus.StopAsync(Cancellation);
        Assert.Equal((sent.NotificationId, "REVOKED", reason), (changes[0].NotificationId, changes[0].State, changes[0].Reason));
    }

    [Fact]
    [Rule("FUP-59")]
    public async Task What_was_answered_or_has_arrived_stays_and_what_was_sent_besides_is_taken_back()
    {
        await PrepareAsync();
        Itsm.HasTickets(Ticket("A"));
        Rbm.Answer = Named;
        await CreateAsync(Approvals());
        var first = Assert.Single(await SentAsync("approvals", 1));
        await PassAsync(TimeSpan.FromMinutes(60));
        await SentAsync("approvals", 2);
        await PassAsync(TimeSpan.FromMinutes(60));
        var third = (await SentAsync("approvals", 3)).Single(notification => notification.Attempt == 3);
        var bus = Bus.Factory.CreateUsingRabbitMq(bus => bus.Host(new Uri(Broker)));
        await bus.StartAsync(Cancellation);
        await bus.Publish(
            new RcsReceiptReceived { EventId = Guid.Parse(NewId()), OccurredTime = Time.GetUtcNow(), AgentId = "brand@rbm.goog", MessageId = third.MessageIds[0], Kind = "DELIVERED", Known = true, Counted = true },
            context => context.MessageId = Guid.CreateVersion7(Time.GetUtcNow()),
            Cancellation);
        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification.State == NotificationState.Delivered));
        await bus.StopAsync(Cancellation);

        await Records.AnswerNotificationAsync(new() { Token = Services.GetRequiredService<AnswerTokens>().Create(Guid.Parse(first.NotificationId), 0) }, cancellationToken: Cancellation);

        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification.State == NotificationState.Revoked));
        Assert.Equal(
            [(1, NotificationState.Sent), (2, NotificationState.Revoked), (3, NotificationState.Delivered)],
            (await NotificationsAsync("approvals")).OrderBy(notification => notification.Attempt).Select(notification => (notification.Attempt, notification.State)));
        Assert.Single(Rbm.Requests, request => request.Method == "DELETE");
    }

    [Fact]
    [Rule("FUP-59")]
    public async Task A_refusal_to_take_back_changes_nothing_and_who_is_busy_is_asked_again()
    {
        await PrepareAsync();
        Itsm.HasTickets(Ticket("A"), Ticket("B"));
        var refusals = 0;
        // Without a name in the answer the address is that of now.
        Rbm.Answer = request => request.Method == "POST" ? (200, "{}") : refusals++ == 0 ? (503, "") : (404, "{}");
        await CreateAsync(Approvals());
        var sent = await SentAsync("approvals", 2);
        Assert.All(sent, notification => Assert.Equal("", Assert.Single(notification.ProviderMessageIds)));

        await Records.StopRecordAsync(new() { RecordId = sent[0].RecordId, Note = "Duplicate." }, cancellationToken: Cancellation);
        await Eventually.TrueAsync(() => refusals == 1);
        await PassAsync(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => refusals == 2);
        await PassAsync(TimeSpan.FromMinutes(1));

        var after = await NotificationsAsync("approvals");
        Assert.Equal((NotificationState.Sent, ""), after.Where(notification => notification.NotificationId == sent[0].NotificationId).Select(notification => (notification.State, notification.Reason)).Single());
        Assert.Empty((await Operations.ListDeadLettersAsync(new(), cancellationToken: Cancellation)).DeadLetters);
        Assert.All(Rbm.Requests.Where(request => request.Method == "DELETE"), request => Assert.Equal($"/v1/phones/+351210000001/agentMessages/{sent[0].MessageIds[0]}", request.Path));
    }

    private async Task<Notification> FirstAsync() => (await NotificationsAsync("approvals")).Single(notification => notification.Attempt == 1);

    private async Task PollWithoutTicketsAsync()
    {
        Itsm.HasTickets();
        await PassAsync(TimeSpan.FromMinutes(30));
        await PolledAsync("approvals", 2);
    }

    /// <summary>Takes everything, and gives messages their names.</summary>
    private static (int Status, string Body) Named(ReceivedRequest request) =>
        (200, request.Method == "POST" ? $$"""{"name":"{{request.Path["/v1/".Length..]}}/{{request.Query.Split('=', '&')[1]}}","sendTime":"2026-03-02T08:00:00Z"}""" : "{}");
}
