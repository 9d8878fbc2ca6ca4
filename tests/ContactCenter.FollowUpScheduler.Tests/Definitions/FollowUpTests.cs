using System.Collections.Concurrent;
using ContactCenter.Events.FollowUps;
using ContactCenter.FollowUps.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MassTransit;
using static ContactCenter.FollowUpScheduler.Tests.Examples;

namespace ContactCenter.FollowUpScheduler.Tests.Definitions;

public sealed class FollowUpTests(TestServers servers) : FollowUpTest(servers)
{
    protected override IEnumerable<string> Settings => ["--FollowUps:MaxFollowUps=3"];

    [Fact]
    [Rule("FUP-1")]
    [Rule("FUP-2")]
    [Rule("FUP-6")]
    [Rule("FUP-12")]
    [Rule("FUP-13")]
    [Rule("FUP-16")]
    [Rule("FUP-22")]
    [Rule("FUP-23")]
    [Rule("FUP-31")]
    [Rule("FUP-32")]
    [Rule("FUP-45")]
    [Rule("FUP-63")]
    [Rule("FUP-64")]
    public async Task Everything_that_is_wrong_is_named_at_once_and_nothing_is_saved()
    {
        var followUp = Approvals();
        followUp.DisplayName = " \t ";
        followUp.DataExtraction.PollingFrequencyMinutes = 9;
        followUp.DataExtraction.RecordType = "XML";
        followUp.DataExtraction.LoopingElement = "x @{local.a}";
        followUp.DataExtraction.ReconciliationId = "@{followup.data.id";
        followUp.DataExtraction.Condition.Clauses[0].Left = "@{user.email}";
        followUp.Recipients = new();
        followUp.Message.Parts[0].Text = "@{global.none}";
        followUp.NotificationSchedule.NotificationFrequencyMinutes = 7_201;
        followUp.NotificationSchedule.Attempts = 11;

        await FailsAsync(
            StatusCode.InvalidArgument,
            "FIELD_INVALID",
            FollowUps.CreateFollowUpAsync(new() { FollowUp = followUp }, cancellationToken: Cancellation),
            "follow_up.display_name FIELD_REQUIRED",
            "follow_up.data_extraction.polling_frequency_minutes POLLING_FREQUENCY_OUT_OF_RANGE: must be 10 to 7200",
            "follow_up.data_extraction.record_type UNSUPPORTED_RECORD_TYPE",
            "follow_up.data_extraction.looping_element FIELD_INVALID",
            "follow_up.data_extraction.reconciliation_id TEMPLATE_SYNTAX at character 1",
            "follow_up.data_extraction.condition.clauses[0].left SCOPE_NOT_AVAILABLE",
            "follow_up.recipients RECIPIENT_REQUIRED",
            "follow_up.message.parts[0].text UNKNOWN_ATTRIBUTE",
            "follow_up.notification_schedule.notification_frequency_minutes NOTIFICATION_FREQUENCY_OUT_OF_RANGE",
            "follow_up.notification_schedule.attempts ATTEMPTS_OUT_OF_RANGE");
        Assert.Empty((await FollowUps.ListFollowUpsAsync(new(), cancellationToken: Cancellation)).FollowUps);
        var found = await FollowUps.ValidateFollowUpAsync(new() { FollowUp = followUp, Section = Section.Recipients }, cancellationToken: Cancellation);
        Assert.Equal("RECIPIENT_REQUIRED", Assert.Single(found.Problems).Reason);
        followUp.DataExtraction.Steps.Clear();
        found = await FollowUps.ValidateFollowUpAsync(new() { FollowUp = followUp, Section = Section.DataExtraction }, cancellationToken: Cancellation);
        Assert.Contains(found.Problems, problem => problem.Field == "follow_up.data_extraction.steps");
    }

    [Fact]
    [Rule("FUP-3")]
    [Rule("FUP-4")]
    [Rule("FUP-5")]
    [Rule("FUP-8")]
    [Rule("FUP-103")]
    public async Task Follow_ups_are_kept_by_id_and_name_and_changed_by_their_etag()
    {
        var (first, second) = (Inactive("", "Ação aprovada"), Inactive("own-id", "Beta"));
        var created = await CreateAsync(first);
        Assert.Equal(("fu-1", FollowUpStatus.Inactive, "1"), (created.FollowUpId, created.Status, created.Etag));
        await CreateAsync(second);
        await FailsAsync(StatusCode.AlreadyExists, "NAME_TAKEN", FollowUps.CreateFollowUpAsync(new() { FollowUp = Inactive("", "BETA ") }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.AlreadyExists, "FOLLOW_UP_EXISTS", FollowUps.CreateFollowUpAsync(new() { FollowUp = Inactive("own-id", "Gamma") }, cancellationToken: Cancellation));

        Assert.Equal(["fu-1"], await FoundAsync("ACAO"));
        Assert.Equal(["own-id"], await FoundAsync("own"));
        Assert.Empty(await FoundAsync("n-id"));
        var page = await FollowUps.ListFollowUpsAsync(new() { PageSize = 1 }, cancellationToken: Cancellation);
        var rest = await FollowUps.ListFollowUpsAsync(new() { PageSize = 1, PageToken = page.NextPageToken }, cancellationToken: Cancellation);
        Assert.Equal(("Ação aprovada", "Beta", ""), (page.FollowUps.Single().DisplayName, rest.FollowUps.Single().DisplayName, rest.NextPageToken));

        created.DisplayName = "Alpha";
        var updated = (await FollowUps.UpdateFollowUpAsync(new() { FollowUp = created }, cancellationToken: Cancellation)).FollowUp;
        Assert.Equal("2", updated.Etag);
        await FailsAsync(StatusCode.Aborted, "ETAG_MISMATCH", FollowUps.UpdateFollowUpAsync(new() { FollowUp = created }, cancellationToken: Cancellation));

        var request = new DeleteFollowUpRequest { RequestId = NewId(), FollowUpId = "own-id", Etag = "1" };
        await FollowUps.DeleteFollowUpAsync(request, cancellationToken: Cancellation);
        await FollowUps.DeleteFollowUpAsync(request, cancellationToken: Cancellation);
        await FailsAsync(StatusCode.NotFound, "FOLLOW_UP_NOT_FOUND", FollowUps.GetFollowUpAsync(new() { FollowUpId = "own-id" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.AlreadyExists, "FOLLOW_UP_EXISTS", FollowUps.CreateFollowUpAsync(new() { FollowUp = Inactive("own-id", "Delta") }, cancellationToken: Cancellation));
        await CreateAsync(Inactive("", "Beta"));
        await CreateAsync(Inactive("", "Epsilon"));
        await FailsAsync(StatusCode.ResourceExhausted, "TOO_MANY_FOLLOW_UPS", FollowUps.CreateFollowUpAsync(new() { FollowUp = Inactive("", "Zeta") }, cancellationToken: Cancellation));
    }

    [Fact]
    [Rule("FUP-7")]
    [Rule("FUP-14")]
    public async Task An_active_follow_up_needs_all_that_it_refers_to_and_what_is_used_stays()
    {
        await PrepareAsync();
        var integration = Integration($"http://{Itsm.Authority}/tickets");
        (integration.IntegrationId, integration.Authentication) = ("secured", new() { Bearer = new() { TokenSecret = "itsm-token" } });
        await Integrations.CreateIntegrationAsync(new() { Integration = integration }, cancellationToken: Cancellation);
        var followUp = Approvals();
        followUp.DataExtraction.Steps[0].IntegrationCall.IntegrationId = "secured";
        (followUp.Message.ChannelId, followUp.Status) = ("none", FollowUpStatus.Active);

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await FollowUps.CreateFollowUpAsync(new() { FollowUp = followUp }, cancellationToken: Cancellation));
        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.Contains("channel 'none' does not exist; secret 'itsm-token' is not set", failure.Status.Detail, StringComparison.Ordinal);

        followUp.Status = FollowUpStatus.Inactive;
        await CreateAsync(followUp);
        await FailsAsync(StatusCode.FailedPrecondition, "IN_USE", Integrations.DeleteIntegrationAsync(new() { IntegrationId = "secured", Etag = "1" }, cancellationToken: Cancellation));
        await Channels.DeleteChannelAsync(new() { ChannelId = "rbm-main", Etag = "1" }, cancellationToken: Cancellation);
        await FailsAsync(StatusCode.NotFound, "CHANNEL_NOT_FOUND", Channels.GetChannelAsync(new() { ChannelId = "rbm-main" }, cancellationToken: Cancellation));
    }

    [Fact]
    [Rule("FUP-9")]
    [Rule("FUP-10")]
    [Rule("FUP-11")]
    public async Task Inactive_keeps_what_is_tracked_and_deletion_closes_it()
    {
        await PrepareAsync();
        Itsm.HasTickets(Ticket("A"));
        var followUp = await CreateAsync(Approvals());
        await SentAsync("approvals", 1);

        followUp = (await FollowUps.GetFollowUpAsync(new() { FollowUpId = "approvals" }, cancellationToken: Cancellation)).FollowUp;
        followUp.Status = FollowUpStatus.Inactive;
        followUp = (await FollowUps.UpdateFollowUpAsync(new() { FollowUp = followUp }, cancellationToken: Cancellation)).FollowUp;
        Assert.Null(followUp.NextPollTime);
        await PassAsync(TimeSpan.FromMinutes(70));
        await Eventually.TrueAsync(async () => (await NotificationsAsync("approvals")).Any(notification => notification is { State: NotificationState.Deferred, Reason: "FOLLOW_UP_INACTIVE" }));
        Assert.Single((await Polls.ListPollsAsync(new() { FollowUpId = "approvals" }, cancellationToken: Cancellation)).Polls);
        await FailsAsync(StatusCode.FailedPrecondition, "FOLLOW_UP_INACTIVE", FollowUps.TriggerPollAsync(new() { FollowUpId = "approvals" }, cancellationToken: Cancellation));

        followUp.Status = FollowUpStatus.Active;
        followUp = (await FollowUps.UpdateFollowUpAsync(new() { FollowUp = followUp }, cancellationToken: Cancellation)).FollowUp;
        await PolledAsync("approvals", 2);
        await SentAsync("approvals", 2);
        Assert.Equal(1, (await RecordAsync("approvals", "A")).Episode);

        await FollowUps.DeleteFollowUpAsync(new() { FollowUpId = "approvals", Etag = followUp.Etag }, cancellationToken: Cancellation);
        Assert.Equal((RecordState.Closed, "FOLLOW_UP_DELETED"), ((await RecordAsync("approvals", "A")).State, (await RecordAsync("approvals", "A")).CloseReason));
        Assert.DoesNotContain(await NotificationsAsync("approvals"), notification => notification.State is NotificationState.Pending or NotificationState.Deferred);
        Assert.Equal(2, (await History.ListConversationEventsAsync(new() { Type = ConversationEventType.FollowUpNotificationSent, EndTime = Time.GetUtcNow().AddSeconds(1).ToTimestamp() }, cancellationToken: Cancellation)).Events.Count);
    }

    [Fact]
    [Rule("FUP-90")]
    [Rule("FUP-96")]
    public async Task The_next_runs_are_told_in_a_zone()
    {
        await PrepareAsync();
        await PassAsync(new DateTimeOffset(2026, 3, 27, 7, 0, 0, TimeSpan.Zero) - Time.GetUtcNow());
        var followUp = Approvals();
        followUp.DataExtraction.PollingFrequencyMinutes = 1_440;
        await CreateAsync(followUp);

        var runs = (await FollowUps.ListNextRunsAsync(new() { FollowUpId = "approvals", TimeZone = "Europe/Lisbon" }, cancellationToken: Cancellation)).Runs;

        Assert.Equal(10, runs.Count);
        Assert.Equal(["2026-03-28T07:00:00+00:00", "2026-03-29T08:00:00+01:00", "2026-03-30T08:00:00+01:00"], runs.Take(3).Select(run => run.LocalTime));
        Assert.Equal("2026-04-06T08:00:00+01:00", runs[^1].LocalTime);
    }

    private static FollowUp Inactive(string id, string name)
    {
        var followUp = Approvals();
        (followUp.FollowUpId, followUp.DisplayName, followUp.Status) = (id, name, FollowUpStatus.Unspecified);
        return followUp;
    }

    private async Task<IEnumerable<string>> FoundAsync(string query) =>
        (await FollowUps.ListFollowUpsAsync(new() { Query = query }, cancellationToken: Cancellation)).FollowUps.Select(followUp => followUp.FollowUpId);

    [Fact]
    public async Task Every_change_of_a_follow_up_is_told()
    {
        var (id, told) = ($"fu-{NewId()}", new ConcurrentQueue<string>());
        var bus = Bus.Factory.CreateUsingRabbitMq(configure =>
        {
            configure.Host(new Uri(Broker));
            configure.ReceiveEndpoint(endpoint => endpoint.Handler<FollowUpChanged>(context =>
            {
                if (context.Message.FollowUpId == id)
                    told.Enqueue($"{context.Message.Revision} {context.Message.Status} {context.Message.DisplayName}");
                return Task.CompletedTask;
            }));
        });
        await bus.StartAsync(Cancellation);
        await PrepareAsync();
        var followUp = Approvals();
        followUp.FollowUpId = id;

        followUp = await CreateAsync(followUp);
        (followUp.DisplayName, followUp.Status) = ("Approvals of today", FollowUpStatus.Inactive);
        followUp = (await FollowUps.UpdateFollowUpAsync(new() { FollowUp = followUp }, cancellationToken: Cancellation)).FollowUp;
        await FollowUps.DeleteFollowUpAsync(new() { FollowUpId = id, Etag = followUp.Etag }, cancellationToken: Cancellation);

        await Eventually.TrueAsync(() => Task.FromResult(told.Count == 3));
        await bus.StopAsync(Cancellation);
        Assert.Equal(["1 ACTIVE Approvals", "2 DELETED Approvals of today", "2 INACTIVE Approvals of today"], told.Order(StringComparer.Ordinal));
    }
}
