using System.Text.Json;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Answers;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using static ContactCenter.FollowUpScheduler.Tests.Examples;
using HttpMethod = ContactCenter.FollowUps.V1.HttpMethod;

namespace ContactCenter.FollowUpScheduler.Tests.Templates;

public sealed class VariableTests(TestServers servers) : FollowUpTest(servers)
{
    [Fact]
    [Rule("FUP-30")]
    [Rule("FUP-85")]
    public async Task Every_variable_has_its_value_where_it_can_stand()
    {
        await PrepareAsync();
        await People.DeclareUserAttributeAsync(new() { Attribute = "desk" }, cancellationToken: Cancellation);
        await People.UpsertGlobalAttributeAsync(new() { Attribute = new() { Attribute = "team", Value = "Blue" } }, cancellationToken: Cancellation);
        var ana = Ana();
        (ana.LastName, ana.Language, ana.TimeZone) = ("Silva", "pt", "Europe/Lisbon");
        ana.Attributes["desk"] = "7";
        await People.BatchUpsertUsersAsync(new() { Users = { ana } }, cancellationToken: Cancellation);
        await AddNoteAsync("round", "@{followup.id} @{followup.name} @{followup.attempt}/@{followup.attempts} @{followup.episode} @{followup.recipients} @{followup.outcome|none}");
        await AddNoteAsync("all", "@{followup.attempt} @{followup.recipients} @{followup.outcome}");
        await AddNoteAsync("answer", "@{followup.answer} @{followup.answeredBy} @{followup.answerTime} @{user.id} @{user.desk} @{channel.id} @{channel.type} @{channel.address}");
        Itsm.Answer = request => request.Path == "/tickets" ? (200, $$"""{"result":[{{Ticket("A")}}]}""") : (200, "{}");
        var followUp = Approvals();
        followUp.NotificationSchedule.Attempts = 1;
        followUp.DataExtraction.Steps.Add(Define(AttributeScope.Local, "begin", "@{followup.since}"));
        followUp.DataExtraction.Condition.Clauses.Add(new Clause { Left = "@{local.begin}", Operator = Operator.Equals, Right = "2026-03-02T07:30:00.000Z" });
        followUp.Message.Parts[0].Text =
            "@{followup.id}|@{followup.name}|@{followup.attempt}|@{followup.attempts}|@{followup.episode}|@{followup.data.id}|@{followup.recordId}|@{global.team}|@{user.id}|@{user.firstName}|@{user.lastName}|@{user.email}|@{user.phone}|@{user.language}|@{user.timeZone}|@{user.desk}|@{channel.id}|@{channel.type}|@{channel.address}";
        followUp.Message.Actions[0].OnAnswer.Add(Call("answer"));
        followUp.PostActions = new() { AfterEachAttempt = { Call("round") }, AfterAllAttempts = { Call("all") }, AfterAllDelayMinutes = 0 };
        await CreateAsync(followUp);

        var sent = Assert.Single(await SentAsync("approvals", 1));
        await Eventually.TrueAsync(() => Task.FromResult(Notes().Count() == 2));
        await Records.AnswerNotificationAsync(new() { Token = Services.GetRequiredService<AnswerTokens>().Create(Guid.Parse(sent.NotificationId), 0) }, cancellationToken: Cancellation);
        await Eventually.TrueAsync(() => Task.FromResult(Notes().Count() == 3));

        using var body = JsonDocument.Parse(Assert.Single(Rbm.Requests).Body);
        Assert.Equal(
            $"approvals|Approvals|1|1|1|A|{sent.RecordId}|Blue|ana|Ana|Silva|ana@example.com|+351210000001|pt|Europe/Lisbon|7|rbm-main|RBM|+351210000001",
            body.RootElement.GetProperty("contentMessage").GetProperty("text").GetString());
        Assert.Equal(
            ["round: approvals Approvals 1/1 1 [\"ana\"] none", "all: 1 [\"ana\"] EXHAUSTED", "answer: approve ana 2026-03-02T08:00:00.000Z ana 7 rbm-main RBM +351210000001"],
            Notes());
    }

    [Fact]
    [Rule("FUP-19")]
    public async Task What_steps_set_for_a_record_is_neither_seen_by_another_record_nor_by_another_poll()
    {
        await PrepareAsync();
        await People.BatchUpsertUsersAsync(new() { Users = { new User { UserId = "ben", Phone = "+351210000002" } } }, cancellationToken: Cancellation);
        var followUp = Approvals();
        followUp.Recipients.User = "@{local.who|ben}";
        var step = Define(AttributeScope.Local, "who", "ana");
        step.Condition = new() { Match = Match.All, Clauses = { new Clause { Left = "@{followup.data.id}", Operator = Operator.Equals, Right = "A" } } };
        followUp.Recipients.Steps.Add(step);
        Itsm.HasTickets(Ticket("A"), Ticket("B"));
        await CreateAsync(followUp);
        Itsm.HasTickets(Ticket("A"), Ticket("B"), Ticket("C"));
        await PassAsync(TimeSpan.FromMinutes(30));
        await PolledAsync("approvals", 2);

        Assert.Equal(["A ana", "B ben", "C ben"], (await Records.ListRecordsAsync(new() { FollowUpId = "approvals" }, cancellationToken: Cancellation)).Records
            .Select(record => $"{record.ReconciliationId} {record.Recipients.Single().UserId}"));
    }

    [Fact]
    [Rule("FUP-85")]
    public async Task Post_actions_have_at_most_ten_steps_each()
    {
        await PrepareAsync();
        var followUp = Approvals();
        followUp.PostActions = new();
        followUp.PostActions.AfterEachAttempt.AddRange(Enumerable.Repeat(Call("itsm"), 11));
        followUp.PostActions.AfterAllAttempts.AddRange(Enumerable.Repeat(Call("itsm"), 11));

        await FailsAsync(
            StatusCode.InvalidArgument,
            "FIELD_INVALID",
            FollowUps.CreateFollowUpAsync(new() { FollowUp = followUp }, cancellationToken: Cancellation),
            "follow_up.post_actions.after_each_attempt FIELD_INVALID: must be at most 10",
            "follow_up.post_actions.after_all_attempts FIELD_INVALID: must be at most 10");
        followUp.PostActions.AfterEachAttempt.RemoveAt(0);
        followUp.PostActions.AfterAllAttempts.RemoveAt(0);
        await CreateAsync(followUp);
    }

    [Fact]
    [Rule("FUP-51")]
    public async Task A_message_goes_by_the_channel_it_names_or_by_the_one_used_last_and_not_by_both()
    {
        await PrepareAsync();
        var followUp = Approvals();
        foreach (var (channel, isLast) in ((string, bool)[])[("", false), ("rbm-main", true)])
        {
            (followUp.Message.ChannelId, followUp.Message.LastUsedChannel) = (channel, isLast);
            await FailsAsync(
                StatusCode.InvalidArgument, "FIELD_INVALID", FollowUps.CreateFollowUpAsync(new() { FollowUp = followUp }, cancellationToken: Cancellation), "follow_up.message.channel_id");
        }

        var disabled = RbmChannel();
        (disabled.ChannelId, disabled.Enabled) = ("rbm-off", false);
        await Channels.CreateChannelAsync(new() { Channel = disabled }, cancellationToken: Cancellation);
        (followUp.Message.ChannelId, followUp.Message.LastUsedChannel) = ("rbm-off", false);
        await FailsAsync(StatusCode.FailedPrecondition, "REFERENCE_MISSING", FollowUps.CreateFollowUpAsync(new() { FollowUp = followUp }, cancellationToken: Cancellation));

        followUp.Message.ChannelId = "rbm-main";
        Itsm.HasTickets(Ticket("A"));
        await CreateAsync(followUp);
        Assert.Equal("rbm-main", Assert.Single(await SentAsync("approvals", 1)).ChannelId);
    }

    private async Task AddNoteAsync(string id, string text) => await Integrations.CreateIntegrationAsync(
        new() { Integration = new() { IntegrationId = id, Method = HttpMethod.Post, Url = $"http://{Itsm.Authority}/{id}", Body = $$"""{"text":"{{text}}"}""" } }, cancellationToken: Cancellation);

    private IEnumerable<string> Notes() => Itsm.Requests.Where(request => request.Path != "/tickets").Select(request =>
    {
        using var body = JsonDocument.Parse(request.Body);
        return $"{request.Path[1..]}: {body.RootElement.GetProperty("text").GetString()}";
    });

    private static Step Call(string integration) => new() { IntegrationCall = new() { IntegrationId = integration } };

    private static Step Define(AttributeScope scope, string attribute, string value) =>
        new() { DefineAttributes = new() { Assignments = { new Assignment { Scope = scope, Attribute = attribute, Value = value } } } };
}
