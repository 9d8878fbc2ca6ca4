using ContactCenter.Wfm.V1;
using ContactCenter.WfmConnector.Facts;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Tests.Mappings;

public sealed class MappingTests(TestServers servers) : WfmTest(servers)
{
    protected override string Start => "08:20:00";

    [Fact]
    [Rule("WFM-17"), Rule("WFM-18"), Rule("WFM-20")]
    public async Task A_mapped_login_id_wins_over_the_attribute_and_nobody_else_gets_it()
    {
        await PublishAsync([.. Enumerable.Range(1, 4).Select(object (number) => Told.Activity($"WK{number}", "08:00:00", "Available"))]);
        await PublishAsync(Told.Agent("WK1", "08:00:00", " 4711 "), Told.Agent("WK2", "08:01:00", "4711"));
        Assert.Equal(["LOGIN_ID_DUPLICATE WK2 4711"], await WarningsAsync("LOGIN_ID_DUPLICATE"));
        await ConnectAsync();
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Count() >= 4);

        await FailsAsync(StatusCode.AlreadyExists, "LOGIN_ID_TAKEN", () => CreateAsync("WK2", "4711"));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", () => CreateAsync("WK2", ""));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", () => CreateAsync("WK2", new string('x', 65)));
        await CreateAsync("WK2", "4712");
        await FailsAsync(StatusCode.AlreadyExists, "MAPPING_EXISTS", () => CreateAsync("WK2", "4713"));
        await FailsAsync(StatusCode.AlreadyExists, "LOGIN_ID_TAKEN", () => CreateAsync("WK3", "4712"));
        await CreateAsync("WK3", "4713");
        await PublishAsync(Told.Agent("WK4", "08:02:00", "4713"));
        Assert.Equal(["4711", "4712", "4713", "WK4"], await LoginsAsync());
        Assert.Equal(["LOGIN_ID_DUPLICATE WK4 4713"], await WarningsAsync("LOGIN_ID_DUPLICATE"));
        Assert.Equal(["WK2 4712", "WK3 4713"], (await Mappings.ListAgentLoginsAsync(new(), cancellationToken: Cancellation)).AgentLogins.Select(login => $"{login.AgentSid} {login.LoginId}"));
        // The open state is told under the new id.
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Any(state => state.GetProperty("agentId").GetString() == "4712"));

        await Mappings.DeleteAgentLoginAsync(new() { AgentSid = "WK3" }, cancellationToken: Cancellation);
        await FailsAsync(StatusCode.NotFound, "MAPPING_NOT_FOUND", async () => await Mappings.DeleteAgentLoginAsync(new() { AgentSid = "WK3" }, cancellationToken: Cancellation));
        Assert.Equal(["4711", "4712", "WK3", "4713"], await LoginsAsync());
    }

    [Fact]
    [Rule("WFM-22"), Rule("WFM-24"), Rule("WFM-25"), Rule("WFM-27")]
    public async Task A_mapped_activity_means_its_state_from_then_on_and_a_new_one_its_name_with_a_warning()
    {
        await PublishAsync(Told.Activity("WK1", "08:10:00", "Training"), Told.Activity("WK2", "08:10:00", "Break"));
        await PublishAsync(Told.Activity("WK2", "08:12:00", "BREAK"), Told.Activity("WK2", "08:14:00", "Pause") with { ActivitySid = "WA-Break" });
        Assert.Equal(["ACTIVITY_UNMAPPED WA-BREAK BREAK", "ACTIVITY_UNMAPPED WA-Break Pause", "ACTIVITY_UNMAPPED WA-Training Training"], await WarningsAsync("ACTIVITY_UNMAPPED"));
        Assert.Equal(["REASON_CODE_COLLISION WA-BREAK BREAK_REAK"], await WarningsAsync("REASON_CODE_COLLISION"));

        var mapping = new ActivityMapping { ActivitySid = "WA-Training", State = "COACHING", StateClass = "AVAILABLE", ReasonCode = "C1", ReasonText = "With a coach" };
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", () => CreateAsync(new ActivityMapping(mapping) { StateClass = "LOGGED_OUT" }));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", () => CreateAsync(new ActivityMapping(mapping) { State = "Coaching" }));
        await CreateAsync(mapping);
        await FailsAsync(StatusCode.AlreadyExists, "MAPPING_EXISTS", () => CreateAsync(new ActivityMapping(mapping) { State = "OTHER" }));
        var listed = (await Mappings.ListActivityMappingsAsync(new(), cancellationToken: Cancellation)).ActivityMappings.Single();
        Assert.Equal(new ActivityMapping(mapping) { Etag = listed.Etag }, listed);
        await PublishAsync(Told.Activity("WK1", "08:25:00", "Available"), Told.Activity("WK1", "08:26:00", "Training"));
        Time.Set(Told.At("08:27:00"));
        await Mappings.DeleteActivityMappingAsync(new() { ActivitySid = "WA-Training" }, cancellationToken: Cancellation);
        await FailsAsync(StatusCode.NotFound, "MAPPING_NOT_FOUND", async () => await Mappings.DeleteActivityMappingAsync(new() { ActivitySid = "WA-Training" }, cancellationToken: Cancellation));
        await PublishAsync(Told.Activity("WK1", "08:28:00", "Available"), Told.Activity("WK1", "08:29:00", "Training"));

        var activities = (await Adherence.ListAgentActivitiesAsync(
            new() { StartTime = Told.At("08:00:00").ToTimestamp(), EndTime = Told.At("08:30:00").ToTimestamp() }, cancellationToken: Cancellation)).Activities;
        Assert.Equal(
            [
                "WK1 UNAVAILABLE TRAINING Training", "WK1 AVAILABLE", "WK1 COACHING C1 With a coach", "WK1 AVAILABLE", "WK1 UNAVAILABLE TRAINING Training",
                "WK2 UNAVAILABLE BREAK Break", "WK2 UNAVAILABLE BREAK_REAK BREAK", "WK2 UNAVAILABLE BREAK Pause",
            ],
            activities.Select(activity => $"{activity.AgentSid} {activity.State} {activity.ReasonCode} {activity.ReasonText}".TrimEnd()));
        Time.Set(Told.At("08:31:00"));
        await RestateAsync("08:15:00", "08:30:00");
        Assert.Contains("\"availableTime\":240,\"unavailableTime\":660", (await ReportAsync("08:15:00", ReportKind.Queue)).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("WFM-53"), Rule("WFM-55"), Rule("WFM-57")]
    public async Task What_is_not_reported_is_listed_and_comes_in_once_its_channel_is_mapped()
    {
        await PublishAsync(
            Told.Closed(Told.Wait("seg_1", "08:00:00", "08:01:00", "moved") with { TaskChannel = "video" }), Told.Closed(Told.Wait("seg_2", "08:00:00", "08:02:00", "moved") with { TaskChannel = "email" }),
            Told.Closed(Told.Wait("seg_3", "08:00:00", "08:03:00", "moved") with { Direction = "Outbound" }), Told.Closed(Told.Wait("seg_4", "08:00:00", "08:04:00", "moved")));
        Assert.Equal(["seg_1 video MEDIUM_UNKNOWN", "seg_2 email MEDIUM_UNSUPPORTED", "seg_3 voice DIRECTION_UNSUPPORTED"], await ExcludedAsync());
        await RestateAsync("08:00:00", "08:15:00");
        Assert.Equal(3, await ExcludedCountAsync());

        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", () => CreateAsync(new MediumMapping { Medium = Medium.Web }));
        await CreateAsync(new MediumMapping { Channel = "video", Medium = Medium.Web });
        await FailsAsync(StatusCode.AlreadyExists, "MAPPING_EXISTS", () => CreateAsync(new MediumMapping { Channel = "video" }));
        Assert.Equal("video Web", string.Join(", ", (await Mappings.ListMediumMappingsAsync(new(), cancellationToken: Cancellation)).MediumMappings.Select(row => $"{row.Channel} {row.Medium}")));
        await PublishAsync(Told.Closed(Told.Wait("seg_5", "08:00:00", "08:05:00", "moved") with { TaskChannel = "video" }), Told.Handling("WK1", "WR1", "08:05:00", "talking", "video"));
        await RestateAsync("08:00:00", "08:15:00");
        Assert.Equal(2, await ExcludedCountAsync());
        Assert.Contains("\"queueId\":\"WQ1-WEB\",\"medium\":\"WEB\",\"direction\":\"INBOUND\",\"offered\":2", (await ReportAsync("08:00:00", ReportKind.Queue)).Body, StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM wfm.handlings WHERE medium = 2"));
        Assert.Equal(["QUEUE_UNMAPPED WQ1 inbound voice", "QUEUE_UNMAPPED WQ1 inbound web"], await WarningsAsync("QUEUE_UNMAPPED"));

        await Mappings.DeleteMediumMappingAsync(new() { Channel = "video" }, cancellationToken: Cancellation);
        await FailsAsync(StatusCode.NotFound, "MAPPING_NOT_FOUND", async () => await Mappings.DeleteMediumMappingAsync(new() { Channel = "video" }, cancellationToken: Cancellation));
        Assert.Equal(4, (await ExcludedAsync()).Count);
    }

    [Fact]
    [Rule("WFM-27"), Rule("WFM-76")]
    public async Task The_past_is_mapped_anew_only_where_a_restatement_says_so()
    {
        await PublishAsync(
            Told.Activity("WK1", "07:50:00", "Training"), Told.Activity("WK1", "08:05:00", "Available"), Told.Activity("WK1", "08:10:00", "Training"),
            Told.Activity("WK2", "08:00:00", "Available"), Told.Handling("WK2", "WR1", "08:01:00", "talking", "video"), Told.Handling("WK2", "WR1", "08:02:00", "released", "video"));
        await RestateAsync("07:45:00", "08:15:00");
        await CreateAsync(new ActivityMapping { ActivitySid = "WA-Training", State = "COACHING", StateClass = "AVAILABLE" });
        await CreateAsync(new MediumMapping { Channel = "video", Medium = Medium.Web });
        Assert.Equal(0, (await RestateAsync("08:00:00", "08:15:00")).ChangedValues);
        string[] before = ["WK1 07:50 UNAVAILABLE", "WK1 08:05 AVAILABLE", "WK1 08:10 UNAVAILABLE", "WK2 08:00 AVAILABLE", "WK2 08:01 ON_CONTACT", "WK2 08:02 AVAILABLE"];
        Assert.Equal(before, await SpansAsync());

        var planned = await RestateAsync("08:00:00", "08:15:00", remap: true, validateOnly: true);
        Assert.True(planned.ChangedValues > 0);
        Assert.Equal(before, await SpansAsync());
        Assert.Equal(planned.Changes, (await RestateAsync("08:00:00", "08:15:00", remap: true)).Changes);
        Assert.Equal(
            ["WK1 07:50 UNAVAILABLE", "WK1 08:05 AVAILABLE", "WK1 08:10 COACHING", "WK2 08:00 AVAILABLE", "WK2 08:01 ON_CONTACT Web", "WK2 08:02 AVAILABLE"], await SpansAsync());
        Assert.Equal(["COACHING", "AVAILABLE"], (await States.ListAgentStatesAsync(new(), cancellationToken: Cancellation)).AgentStates.Select(state => state.State));

        // Without the mapping the names count again.
        await Mappings.DeleteActivityMappingAsync(new() { ActivitySid = "WA-Training" }, cancellationToken: Cancellation);
        await RestateAsync("08:00:00", "08:15:00", remap: true);
        Assert.Equal("WK1 08:10 UNAVAILABLE", (await SpansAsync())[2]);
        Assert.Equal(0, (await RestateAsync("08:00:00", "08:15:00", remap: true)).ChangedValues);
    }

    private async Task<IReadOnlyList<string>> SpansAsync() => [.. (await Adherence.ListAgentActivitiesAsync(
        new() { StartTime = Told.At("08:00:00").ToTimestamp(), EndTime = Told.At("08:15:00").ToTimestamp() }, cancellationToken: Cancellation)).Activities
        .Select(span => $"{span.AgentSid} {span.StartTime.ToDateTime():HH:mm} {span.State} {(span.Medium == Medium.Unspecified ? "" : span.Medium)}".TrimEnd())];

    [Theory]
    [InlineData("voice", "Messaging", ContactMedium.Voice)]
    [InlineData("email", "Voice", ContactMedium.Other)]
    [InlineData("web", null, ContactMedium.Web)]
    [InlineData("default", "Voice (PSTN)", ContactMedium.Voice)]
    [InlineData("default", "Messaging Session (SMS)", ContactMedium.Sms)]
    [InlineData(null, "Messaging Session (Web chat)", ContactMedium.Chat)]
    [InlineData("default", "Video", ContactMedium.Other)]
    [InlineData("default", null, ContactMedium.Other)]
    [Rule("WFM-52"), Rule("WFM-53")]
    public void The_channel_tells_the_medium_and_else_the_type_of_the_session(string? channel, string? type, ContactMedium medium) =>
        Assert.Equal(medium, ContactMedia.Of(channel, type));

    private async Task CreateAsync(string agent, string login) =>
        await Mappings.CreateAgentLoginAsync(new() { AgentLogin = new() { AgentSid = agent, LoginId = login } }, cancellationToken: Cancellation);

    private async Task CreateAsync(ActivityMapping mapping) => await Mappings.CreateActivityMappingAsync(new() { ActivityMapping = mapping }, cancellationToken: Cancellation);

    private async Task CreateAsync(MediumMapping mapping) => await Mappings.CreateMediumMappingAsync(new() { MediumMapping = mapping }, cancellationToken: Cancellation);

    private async Task<IEnumerable<string>> LoginsAsync() => (await States.ListAgentStatesAsync(new(), cancellationToken: Cancellation)).AgentStates.Select(state => state.LoginId);

    private async Task<IReadOnlyList<string>> ExcludedAsync()
    {
        var found = new List<string>();
        var request = new ListExcludedContactsRequest { StartTime = Told.At("08:00:00").ToTimestamp(), EndTime = Told.At("08:15:00").ToTimestamp(), PageSize = 2 };
        do
        {
            var page = await Intervals.ListExcludedContactsAsync(request, cancellationToken: Cancellation);
            found.AddRange(page.Contacts.Select(contact => $"{contact.SegmentId} {contact.Channel} {contact.Reason}"));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return found;
    }

    private async Task<int> ExcludedCountAsync() => (await Intervals.ListIntervalsAsync(
        new() { StartTime = Told.At("08:00:00").ToTimestamp(), EndTime = Told.At("08:15:00").ToTimestamp() }, cancellationToken: Cancellation)).Intervals.Single().ExcludedContacts;

    private async Task<IReadOnlyList<string>> WarningsAsync(string code)
    {
        var warnings = new List<string>();
        var request = new ListMappingWarningsRequest { PageSize = 2 };
        do
        {
            var page = await Mappings.ListMappingWarningsAsync(request, cancellationToken: Cancellation);
            warnings.AddRange(page.Warnings.Where(warning => warning.Code == code).Select(warning => $"{warning.Code} {warning.Subject} {warning.Detail}".TrimEnd()));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return warnings;
    }
}
