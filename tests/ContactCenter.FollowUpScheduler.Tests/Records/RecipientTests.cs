using ContactCenter.FollowUps.V1;
using Grpc.Core;
using static ContactCenter.FollowUpScheduler.Tests.Examples;
using HttpMethod = ContactCenter.FollowUps.V1.HttpMethod;

namespace ContactCenter.FollowUpScheduler.Tests.Records;

public sealed class RecipientTests(TestServers servers) : FollowUpTest(servers)
{
    [Fact]
    [Rule("FUP-44")]
    [Rule("FUP-45")]
    [Rule("FUP-47")]
    [Rule("FUP-48")]
    [Rule("FUP-49")]
    public async Task Users_and_groups_are_found_told_once_and_left_out_while_they_cannot_be()
    {
        await PrepareAsync();
        await People.BatchUpsertUsersAsync(
            new()
            {
                Users =
                {
                    new User { UserId = "bo", Email = "Bo@example.com", Phone = "+351210000002" },
                    new User { UserId = "cy", Phone = "+351210000003" },
                    new User { UserId = "no-phone", Email = "twin@example.com" },
                    new User { UserId = "twin", Email = "twin@example.com" },
                },
            },
            cancellationToken: Cancellation);
        await People.UpsertGroupAsync(new() { Group = new() { GroupId = "analysts", DisplayName = "Analysts", UserIds = { "ana", "cy" } } }, cancellationToken: Cancellation);
        var followUp = Approvals();
        (followUp.Recipients.User, followUp.Recipients.Group) = ("@{followup.data.who}", "@{followup.data.group}");
        Itsm.HasTickets("""{"id":"A","status":"Pending Approval","who":["ana","bo@EXAMPLE.com","+351210000003","nobody","twin@example.com","no-phone"],"group":"Analysts"}""");

        await CreateAsync(followUp);
        await SentAsync("approvals", 3);

        Assert.Equal(
            [("ana", ""), ("bo", ""), ("cy", ""), ("no-phone", "NO_ADDRESS"), ("nobody", "RECIPIENT_NOT_FOUND"), ("twin@example.com", "RECIPIENT_AMBIGUOUS")],
            (await RecordAsync("approvals", "A")).Recipients.Select(recipient => (recipient.UserId, recipient.BlockedReason)));

        // One is removed, one can be told now: he begins with his first attempt.
        await People.BatchUpsertUsersAsync(new() { Users = { new User { UserId = "no-phone", Phone = "+351210000004" } } }, cancellationToken: Cancellation);
        Itsm.HasTickets("""{"id":"A","status":"Pending Approval","who":["ana","no-phone"],"group":""}""");
        await PassAsync(TimeSpan.FromMinutes(30));
        await PolledAsync("approvals", 2);
        var sent = await SentAsync("approvals", 4);
        Assert.Equal(("no-phone", 1), (sent[^1].UserId, sent[^1].Attempt));
        Assert.Equal(["bo", "cy"], (await NotificationsAsync("approvals")).Where(notification => notification.State == NotificationState.Canceled).Select(notification => notification.UserId).Order());

        // None of the former recipients remains.
        Itsm.HasTickets("""{"id":"A","status":"Pending Approval","who":["bo"],"group":""}""");
        await PassAsync(TimeSpan.FromMinutes(30));
        await PolledAsync("approvals", 3);
        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification is { Episode: 2, UserId: "bo", Attempt: 1, SentTime: not null }));
        Assert.Equal(2, (await RecordAsync("approvals", "A")).Episode);
    }

    [Fact]
    [Rule("FUP-44")]
    [Rule("FUP-68")]
    public async Task A_record_is_exhausted_when_the_last_recipient_who_was_waited_for_is_removed()
    {
        await PrepareAsync();
        var sleeper = new User { UserId = "bo", Phone = "+351210000002", QuietHours = { new QuietHours { Start = "00:00", End = "23:00" } } };
        await People.BatchUpsertUsersAsync(new() { Users = { sleeper } }, cancellationToken: Cancellation);
        var followUp = Approvals();
        followUp.NotificationSchedule.Attempts = 1;
        Itsm.HasTickets("""{"id":"A","status":"Pending Approval","approver":["ana","bo"]}""");
        await CreateAsync(followUp);
        await SentAsync("approvals", 1);
        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification is { UserId: "bo", Reason: "QUIET_HOURS" }));
        Assert.Equal(RecordState.Active, (await RecordAsync("approvals", "A")).State);

        Itsm.HasTickets(Ticket("A"));
        await PassAsync(TimeSpan.FromMinutes(30));
        await PolledAsync("approvals", 2);

        Assert.Equal(RecordState.Exhausted, (await RecordAsync("approvals", "A")).State);
    }

    [Fact]
    [Rule("FUP-21")]
    [Rule("FUP-46")]
    public async Task Recipients_are_looked_up_once_per_request_and_their_attributes_are_written()
    {
        await PrepareAsync();
        await People.DeclareUserAttributeAsync(new() { Attribute = "last_ticket" }, cancellationToken: Cancellation);
        await Integrations.CreateIntegrationAsync(
            new() { Integration = new() { IntegrationId = "managers", Method = HttpMethod.Get, Url = $"http://{Itsm.Authority}/managers/@{{followup.data.team}}" } }, cancellationToken: Cancellation);
        var followUp = Approvals();
        followUp.Recipients.User = "@{local.manager.id}";
        followUp.Recipients.Steps.Add(new Step { IntegrationCall = new() { IntegrationId = "managers", ResultAs = "manager" } });
        followUp.Recipients.Steps.Add(new Step { DefineAttributes = new() { Assignments = { new Assignment { Scope = AttributeScope.User, Attribute = "last_ticket", Value = "@{followup.data.id}" } } } });
        Itsm.Answer = request => request.Path switch
        {
            "/managers/red" => (200, """{"id":"ana"}"""),
            "/managers/blue" => (404, "{}"),
            _ => (200, $$"""{"result":[{{Team("A", "red")}},{{Team("B", "red")}},{{Team("C", "blue")}}]}"""),
        };

        await CreateAsync(followUp);
        await SentAsync("approvals", 2);

        Assert.Single(Itsm.Requests, request => request.Path == "/managers/red");
        Assert.Equal("B", (await People.GetUserAsync(new() { UserId = "ana" }, cancellationToken: Cancellation)).User.Attributes["last_ticket"]);
        Assert.Equal([("@{local.manager.id}", "LOOK_UP_FAILED")], await RecipientsAsync("C"));
    }

    [Fact]
    [Rule("FUP-46")]
    [Rule("FUP-49")]
    public async Task A_look_up_that_fails_blocks_who_is_told_of_its_record_until_it_succeeds()
    {
        await PrepareAsync();
        await People.BatchUpsertUsersAsync(new() { Users = { new User { UserId = "bo", Phone = "+351210000002" } } }, cancellationToken: Cancellation);
        await Integrations.CreateIntegrationAsync(
            new() { Integration = new() { IntegrationId = "managers", Method = HttpMethod.Get, Url = $"http://{Itsm.Authority}/managers/@{{followup.data.team}}" } }, cancellationToken: Cancellation);
        var followUp = Approvals();
        followUp.Recipients.User = "@{local.manager.id}";
        followUp.Recipients.Steps.Add(new Step { IntegrationCall = new() { IntegrationId = "managers", ResultAs = "manager" } });
        var managers = new Dictionary<string, string?> { ["/managers/red"] = "ana", ["/managers/blue"] = null };
        Itsm.Answer = request => !managers.TryGetValue(request.Path, out var manager)
            ? (200, $$"""{"result":[{{Team("A", "red")}},{{Team("B", "blue")}}]}""")
            : manager is null ? (404, "{}") : (200, $$"""{"id":"{{manager}}"}""");

        await CreateAsync(followUp);
        await SentAsync("approvals", 1);
        Assert.Equal([("@{local.manager.id}", "LOOK_UP_FAILED")], await RecipientsAsync("B"));

        managers = new() { ["/managers/red"] = null, ["/managers/blue"] = "bo" };
        await PassAsync(TimeSpan.FromMinutes(30));
        await PolledAsync("approvals", 2);
        Assert.Equal("bo", (await SentAsync("approvals", 2))[^1].UserId);
        Assert.Equal([("ana", "LOOK_UP_FAILED")], await RecipientsAsync("A"));
        Assert.Equal([("bo", "")], await RecipientsAsync("B"));
        await PassAsync(TimeSpan.FromMinutes(30));
        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification is { UserId: "ana", Attempt: 2, Reason: "LOOK_UP_FAILED" }));

        managers["/managers/red"] = "ana";
        await PassAsync(TimeSpan.FromMinutes(30));
        var again = (await SentAsync("approvals", 4)).Single(notification => notification is { UserId: "ana", Attempt: 2 });
        Assert.Equal(Time.GetUtcNow(), again.EffectiveDueTime.ToDateTimeOffset());
        Assert.Equal([("ana", "")], await RecipientsAsync("A"));
    }

    [Fact]
    [Rule("FUP-48")]
    public async Task Who_leaves_a_group_is_not_told_by_its_next_attempt()
    {
        await PrepareAsync();
        await People.BatchUpsertUsersAsync(new() { Users = { new User { UserId = "bo", Phone = "+351210000002" } } }, cancellationToken: Cancellation);
        await People.UpsertGroupAsync(new() { Group = new() { GroupId = "analysts", DisplayName = "Analysts", UserIds = { "ana", "bo" } } }, cancellationToken: Cancellation);
        var followUp = Approvals();
        (followUp.Recipients.User, followUp.Recipients.Group, followUp.DataExtraction.PollingFrequencyMinutes) = ("", "analysts", 7_200);
        Itsm.HasTickets(Ticket("A"));
        await CreateAsync(followUp);
        await SentAsync("approvals", 2);

        await People.UpsertGroupAsync(new() { Group = new() { GroupId = "analysts", DisplayName = "Analysts", UserIds = { "ana" } } }, cancellationToken: Cancellation);
        await PassAsync(TimeSpan.FromMinutes(60));

        Assert.Equal("ana", (await SentAsync("approvals", 3)).Single(notification => notification.Attempt == 2).UserId);
        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification is { UserId: "bo", Attempt: 2, Reason: "NO_LONGER_WANTED" }));
    }

    [Fact]
    [Rule("FUP-20")]
    [Rule("FUP-21")]
    [Rule("FUP-47")]
    [Rule("FUP-48")]
    public async Task The_directory_refuses_what_it_cannot_keep()
    {
        await FailsAsync(
            StatusCode.InvalidArgument,
            "FIELD_INVALID",
            People.BatchUpsertUsersAsync(
                new() { Users = { new User { UserId = "a", Email = "no address", Phone = "123", TimeZone = "Mars/Base", Attributes = { ["none"] = "x" } }, new User { UserId = "a" } } }, cancellationToken: Cancellation),
            "users[0].email FIELD_INVALID",
            "users[0].phone FIELD_INVALID",
            "users[0].time_zone FIELD_INVALID",
            "users[0].attributes[none] UNKNOWN_ATTRIBUTE",
            "users[1].user_id FIELD_INVALID");
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", People.UpsertGroupAsync(new() { Group = new() { GroupId = "g", DisplayName = "G", UserIds = { "nobody" } } }, cancellationToken: Cancellation), "group.user_ids");
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", People.DeclareUserAttributeAsync(new() { Attribute = "email" }, cancellationToken: Cancellation), "attribute");
        var tooMany = new Group { GroupId = "g", DisplayName = "G", UserIds = { Enumerable.Range(0, 1_001).Select(i => $"u{i}") } };
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", People.UpsertGroupAsync(new() { Group = tooMany }, cancellationToken: Cancellation), "group.user_ids FIELD_INVALID: must be at most 1000");
        for (var i = 0; i < 15; i++)
            await People.DeclareUserAttributeAsync(new() { Attribute = $"a{i}" }, cancellationToken: Cancellation);
        await People.DeclareUserAttributeAsync(new() { Attribute = "a0" }, cancellationToken: Cancellation);
        await FailsAsync(StatusCode.ResourceExhausted, "TOO_MANY_ATTRIBUTES", People.DeclareUserAttributeAsync(new() { Attribute = "a15" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "USER_NOT_FOUND", People.DeleteUserAsync(new() { UserId = "nobody" }, cancellationToken: Cancellation));
    }

    private async Task<IEnumerable<(string User, string Blocked)>> RecipientsAsync(string id) =>
        (await RecordAsync("approvals", id)).Recipients.Select(recipient => (recipient.UserId, recipient.BlockedReason)).ToList();

    private static string Team(string id, string team) => $$"""{"id":"{{id}}","status":"Pending Approval","team":"{{team}}"}""";
}
