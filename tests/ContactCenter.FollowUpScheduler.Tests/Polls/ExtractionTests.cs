using ContactCenter.FollowUps.V1;
using static ContactCenter.FollowUpScheduler.Tests.Examples;
using HttpMethod = ContactCenter.FollowUps.V1.HttpMethod;

namespace ContactCenter.FollowUpScheduler.Tests.Polls;

public sealed class ExtractionTests(TestServers servers) : FollowUpTest(servers)
{
    protected override IEnumerable<string> Settings => ["--FollowUps:MaxNotificationsPerPoll=2"];

    [Fact]
    [Rule("FUP-16")]
    [Rule("FUP-22")]
    [Rule("FUP-24")]
    [Rule("FUP-28")]
    [Rule("FUP-42")]
    public async Task A_poll_that_cannot_be_reconciled_fails_with_its_reason_and_changes_nothing()
    {
        await PrepareAsync();
        await CreateAsync(Approvals());
        var polls = 1;

        Assert.Equal(("INTEGRATION_FAILED", 503), await FailureAsync((503, "")));
        Assert.Equal(("INTEGRATION_FAILED", 404), await FailureAsync((404, "{}")));
        Assert.Equal(("NOT_JSON", 200), await FailureAsync((200, "<x/>")));
        Assert.Equal(("NOT_JSON", 200), await FailureAsync((200, $"{new string('[', 65)}{new string(']', 65)}")));
        Assert.Equal("RESPONSE_TOO_LARGE", (await FailureAsync((200, $"\"{new string('x', 4 << 20)}\""))).Reason);
        Assert.Equal(("LOOPING_ELEMENT_NOT_FOUND", 200), await FailureAsync((200, """{"result":null}""")));
        Assert.Equal(("LOOPING_ELEMENT_NOT_ARRAY", 200), await FailureAsync((200, """{"result":{}}""")));
        Assert.Equal(("NO_USABLE_RECORD", 200), await FailureAsync((200, """{"result":[{"id":""},{"name":"x"}]}""")));
        Assert.Equal(("TOO_MANY_RECORDS", 200), await FailureAsync((200, $$"""{"result":[{{string.Join(',', Enumerable.Range(0, 10_001).Select(i => $$"""{"id":{{i}}}"""))}}]}""")));
        Assert.Equal(("TOO_MANY_NOTIFICATIONS", 200), await FailureAsync((200, $$"""{"result":[{{Ticket("A")}},{{Ticket("B")}},{{Ticket("C")}}]}""")));
        Itsm.ContentType = "text/html";
        Assert.Equal(("NOT_JSON", 200), await FailureAsync((200, """{"result":[]}""")));
        Assert.Empty((await Records.ListRecordsAsync(new() { FollowUpId = "approvals" }, cancellationToken: Cancellation)).Records);

        async Task<(string Reason, int Status)> FailureAsync((int, string) answer)
        {
            Itsm.Answer = _ => answer;
            await PassAsync(TimeSpan.FromMinutes(30));
            var poll = await PolledAsync("approvals", ++polls);
            Assert.Equal(PollState.Failed, poll.State);
            return (poll.Reason, poll.Steps[0].HttpStatus);
        }
    }

    [Fact]
    [Rule("FUP-13")]
    [Rule("FUP-15")]
    [Rule("FUP-18")]
    [Rule("FUP-20")]
    [Rule("FUP-27")]
    public async Task Steps_use_what_earlier_ones_fetched_and_define()
    {
        await PrepareAsync();
        await People.UpsertGlobalAttributeAsync(new() { Attribute = new() { Attribute = "queue", Value = "before" } }, cancellationToken: Cancellation);
        await Integrations.CreateIntegrationAsync(
            new()
            {
                Integration = new()
                {
                    IntegrationId = "details",
                    Method = HttpMethod.Post,
                    Url = $"http://{Itsm.Authority}/details?since=@{{followup.since}}&queue=@{{global.queue}}",
                    Headers = { new Header { Name = "X-Name", Value = "@{followup.name}" } },
                    Body = """{"ids":"@{local.ids}","queue":"@{global.queue}"}""",
                },
            },
            cancellationToken: Cancellation);
        var followUp = Approvals();
        var steps = followUp.DataExtraction.Steps;
        steps.Add(new Step
        {
            DefineAttributes = new()
            {
                Assignments =
                {
                    new Assignment { Scope = AttributeScope.Local, Attribute = "ids", Value = "@{local.tickets.ids}" },
                    new Assignment { Scope = AttributeScope.Global, Attribute = "queue", Value = "@{local.tickets.queue}" },
                },
            },
        });
        steps.Add(new Step { IntegrationCall = new() { IntegrationId = "details", ResultAs = "details" } });
        steps.Add(new Step
        {
            Condition = new() { Clauses = { new Clause { Left = "@{local.tickets.none}", Operator = Operator.Exists } } },
            IntegrationCall = new() { IntegrationId = "details" },
        });
        followUp.DataExtraction.LoopingElement = "@{local.details.result}";
        Itsm.Answer = request => request.Path == "/tickets" ? (200, """{"ids":["A",1],"queue":"after"}""") : (200, $$"""{"result":[{{Ticket("A")}}]}""");

        await CreateAsync(followUp);
        var poll = await PolledAsync("approvals", 1);

        Assert.Equal((PollState.Succeeded, true, "details"), (poll.State, poll.Steps[3].Skipped, poll.Steps[2].IntegrationId));
        var request = Assert.Single(Itsm.Requests, request => request.Path == "/details");
        Assert.Equal(("?since=2026-03-02T07%3A30%3A00.000Z&queue=after", """{"ids":["A",1],"queue":"after"}""", "Approvals"), (request.Query, request.Body, request.Headers["X-Name"]));
        Assert.Equal("after", (await People.ListAttributesAsync(new(), cancellationToken: Cancellation)).GlobalAttributes.Single().Value);
    }

    [Fact]
    [Rule("FUP-17")]
    [Rule("FUP-24")]
    [Rule("FUP-35")]
    public async Task Pages_are_fetched_to_the_last_and_unusable_elements_are_listed()
    {
        await PrepareAsync();
        var integration = (await Integrations.GetIntegrationAsync(new() { IntegrationId = "itsm" }, cancellationToken: Cancellation)).Integration;
        integration.Paging = new() { ItemsPath = "result", NextLinkPath = "links.next" };
        await Integrations.UpdateIntegrationAsync(new() { Integration = integration }, cancellationToken: Cancellation);
        Itsm.Answer = request => request.Query == "?page=2"
            ? (200, $$"""{"result":[{{Ticket("B", "Closed")}},{"id":"A"},{"id":"{{new string('x', 257)}}"}]}""")
            : (200, $$$"""{"result":[{{{Ticket("A")}}},{"no":1}],"links":{"next":"/tickets?page=2"}}""");

        await CreateAsync(Approvals());
        var poll = await PolledAsync("approvals", 1);

        Assert.Equal(["A"], poll.NewIds);
        Assert.Equal([(2, "ID_MISSING"), (4, "ID_REPEATED"), (5, "ID_TOO_LONG")], poll.Skipped.Select(skipped => (skipped.Position, skipped.Reason)));

        Itsm.Answer = request => request.Query == "?page=2" ? (500, "") : (200, """{"result":[],"links":{"next":"/tickets?page=2"}}""");
        await PassAsync(TimeSpan.FromMinutes(30));
        Assert.Equal("INTEGRATION_FAILED", (await PolledAsync("approvals", 2)).Reason);
        Assert.Equal(RecordState.Active, (await RecordAsync("approvals", "A")).State);
    }

    [Fact]
    [Rule("FUP-92")]
    [Rule("FUP-95")]
    public async Task A_poll_can_be_asked_for_once_a_minute_and_does_not_move_the_plan()
    {
        await PrepareAsync();
        await CreateAsync(Approvals());
        var before = (await FollowUps.GetFollowUpAsync(new() { FollowUpId = "approvals" }, cancellationToken: Cancellation)).FollowUp.NextPollTime;

        await FollowUps.TriggerPollAsync(new() { FollowUpId = "approvals" }, cancellationToken: Cancellation);
        await PolledAsync("approvals", 2);
        await FailsAsync(Grpc.Core.StatusCode.ResourceExhausted, "TOO_MANY_POLLS", FollowUps.TriggerPollAsync(new() { FollowUpId = "approvals" }, cancellationToken: Cancellation));

        Assert.Equal(before, (await FollowUps.GetFollowUpAsync(new() { FollowUpId = "approvals" }, cancellationToken: Cancellation)).FollowUp.NextPollTime);
    }

    [Fact]
    [Rule("FUP-92")]
    public async Task A_poll_that_is_due_while_another_one_runs_is_skipped_and_listed()
    {
        await PrepareAsync();
        Itsm.Answer = _ => (0, "");
        await FollowUps.CreateFollowUpAsync(new() { FollowUp = Approvals() }, cancellationToken: Cancellation);
        await Eventually.TrueAsync(() => !Itsm.Requests.IsEmpty);

        await FollowUps.TriggerPollAsync(new() { FollowUpId = "approvals" }, cancellationToken: Cancellation);
        await PolledAsync("approvals", 1);

        var polls = (await Polls.ListPollsAsync(new() { FollowUpId = "approvals" }, cancellationToken: Cancellation)).Polls;
        Assert.Equal([(PollState.Running, ""), (PollState.Skipped, "POLL_RUNNING")], polls.OrderBy(poll => poll.State).Select(poll => (poll.State, poll.Reason)));
        Assert.Single(Itsm.Requests);
    }
}
