using System.Text.Json.Nodes;
using ContactCenter.WfmConnector.Reports;
using Grpc.Core;
using ReportKind = ContactCenter.Wfm.V1.ReportKind;
using WireProfile = ContactCenter.WfmConnector.Reports.WireProfile;

namespace ContactCenter.WfmConnector.Tests.Reports;

public sealed class WireProfileTests(TestServers servers) : WfmTest(servers)
{
    protected override string Start => "10:40:00";

    [Fact]
    [Rule("WFM-8"), Rule("WFM-14"), Rule("WFM-88"), Rule("WFM-91"), Rule("WFM-92")]
    public async Task Another_profile_changes_names_paths_forms_and_token_of_what_is_written_from_then_on()
    {
        await PublishAsync(Told.Activity("WK1", "10:01:00.700", "Available"), Told.Activity("WK1", "10:05:00", "Lunch Ü"));
        await ConnectAsync();
        await RestateAsync("10:00:00", "10:15:00", push: true);
        var before = (await ReportAsync("10:00:00", ReportKind.Activity)).Body;
        Assert.Contains("\"startTime\":\"2026-03-02T10:01:00Z\"", before, StringComparison.Ordinal);

        await Profiles.CreateWireProfileAsync(new() { Document = Custom() }, cancellationToken: Cancellation);
        Assert.Equal(["cxone-acd/1 True", "ours/2 False"], await ListAsync());
        Assert.Equal(Custom(), (await Profiles.GetWireProfileAsync(new() { ProfileId = "ours/2" }, cancellationToken: Cancellation)).Document);
        await Profiles.ActivateWireProfileAsync(new() { ProfileId = "ours/2" }, cancellationToken: Cancellation);
        Assert.Equal(["cxone-acd/1 False", "ours/2 True"], await ListAsync());

        // What is stored keeps its profile, and is no other because of a new one.
        Assert.Equal(0, (await RestateAsync("10:00:00", "10:15:00")).ChangedValues);
        Assert.Equal(before, (await ReportAsync("10:00:00", ReportKind.Activity)).Body);
        await PublishAsync(Told.Activity("WK1", "10:04:00", "Lunch Ü"));
        var change = Assert.Single((await RestateAsync("10:00:00", "10:15:00", push: true)).Changes, change => change.Measure == "duration");
        Assert.Equal(("239", "179"), (change.OldValue, change.NewValue));
        var (report, body) = await ReportAsync("10:00:00", ReportKind.Activity);
        Assert.Equal("""{"from":1772445600,"to":1772446500,"items":[{"agent":"WK1","what":"AVAILABLE","start":1772445660,"end":1772445840,"src":"acd","v":2}]}""", body);
        Assert.Equal(("ours/2", 1), (report.Profile, report.Revision));
        Assert.EndsWith("\"agentQueueReport\":[],\"agentSystemPerformanceReport\":[{\"agentId\":\"WK1\"}]}", (await ReportAsync("10:00:00", ReportKind.Queue)).Body, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => Cxone.To("/push/activities").Any());
        Assert.Equal("Bearer id", Cxone.To("/push/activities").First().Authorization);

        // Without a heartbeat an empty list of states is one, unless something was taken lately.
        await Eventually.TrueAsync(async () => await CountAsync("SELECT count(*) FROM wfm.reports WHERE state = 'WAITING'") == 0);
        var beats = Cxone.To(CxoneStub.Heartbeat).Count();
        Time.Set(Time.GetUtcNow().AddSeconds(61));
        await Eventually.TrueAsync(() => Cxone.To(CxoneStub.States).Any(call => call.Json.GetProperty("agentStates").GetArrayLength() == 0));
        Assert.Equal(beats, Cxone.To(CxoneStub.Heartbeat).Count());
        await PublishAsync(Told.Activity("WK1", "10:30:00", "Außer Haus"));
        await Eventually.TrueAsync(() => Cxone.ReportedStates.Any(state => state.GetRawText() == """{"agentId":"WK1","state":"UNAVAILABLE","reasonText":"Außer Haus"}"""));

        await FailsAsync(StatusCode.AlreadyExists, "PROFILE_EXISTS", () => CreateAsync(Custom()));
        await FailsAsync(StatusCode.AlreadyExists, "PROFILE_EXISTS", () => CreateAsync(WireProfile.DefaultDocument));
        await FailsAsync(StatusCode.NotFound, "PROFILE_UNKNOWN", async () => await Profiles.ActivateWireProfileAsync(new() { ProfileId = "none/1" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "PROFILE_UNKNOWN", async () => await Profiles.GetWireProfileAsync(new() { ProfileId = "none/1" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "PROFILE_INVALID", () => CreateAsync("{"));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", () => CreateAsync(""));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", () => CreateAsync(new string(' ', 65_537)));
    }

    private async Task<IEnumerable<string>> ListAsync() =>
        (await Profiles.ListWireProfilesAsync(new(), cancellationToken: Cancellation)).WireProfiles.Select(profile => $"{profile.ProfileId} {profile.Active}");

    private async Task CreateAsync(string document) => await Profiles.CreateWireProfileAsync(new() { Document = document }, cancellationToken: Cancellation);

    private static string Custom() => WireProfileFaultTests.Changed(profile =>
    {
        (profile["id"], profile["time"], profile["token"], profile["sectionShape"]) = ("ours/2", "EPOCH_SECONDS", "ID_TOKEN", "ARRAY");
        profile["paths"]!["activity_report"] = "push/activities";
        profile["paths"]!.AsObject().Remove("heartbeat");
        profile["fields"]!["activity_report"] = new JsonObject { ["start"] = "from", ["end"] = "to", ["rows"] = "items" };
        profile["fields"]!["activity"] = new JsonObject { ["agent_id"] = "agent", ["activity"] = "what", ["start"] = "start", ["end"] = "end" };
        profile["fields"]!["agent_performance"] = new JsonObject { ["agent_id"] = "agentId" };
        profile["fields"]!["agent_state"] = new JsonObject { ["agent_id"] = "agentId", ["state"] = "state", ["reason_text"] = "reasonText" };
        profile["constants"] = new JsonObject { ["activity"] = new JsonObject { ["src"] = "acd", ["v"] = 2 } };
    });
}

public sealed class WireProfileFaultTests
{
    [Fact]
    [Rule("WFM-89")]
    public void Every_fault_is_told_with_its_place()
    {
        var (profile, faults) = WireProfileReader.Read(Changed(document =>
        {
            document["id"] = "No Version";
            document["time"] = "UNIX";
            document["extra"] = 1;
            document["allowSplit"] = "yes";
            document["paths"]!["queue_report"] = "https://elsewhere.example.com/x";
            document["paths"]!["agent_states"] = "../x";
            document["paths"]!["other"] = "x";
            document["fields"]!["queue"]!["offered_all"] = "x";
            document["fields"]!["queue"]!["abandoned"] = "offered";
            document["fields"]!["activity"]!.AsObject().Remove("agent_id");
            document["fields"]!["activity_report"]!.AsObject().Remove("end");
            document["fields"]!["agent_state"]!.AsObject().Remove("state");
            document["fields"]!["agent_state"]!["medium"] = 1;
            document["fields"]!["queues"] = new JsonObject();
            document["constants"] = new JsonObject { ["queue"] = new JsonObject { ["queueId"] = "x", ["list"] = new JsonArray() } };
        }));

        Assert.Null(profile);
        Assert.Equal(
            [
                "/allowSplit", "/constants/queue/list", "/constants/queue/queueId", "/extra", "/fields/activity/agent_id", "/fields/activity_report/end", "/fields/agent_state/medium",
                "/fields/agent_state/state", "/fields/queue/abandoned", "/fields/queue/offered_all", "/fields/queues", "/id", "/paths/agent_states", "/paths/other", "/paths/queue_report", "/time",
            ],
            faults.Select(fault => fault.Pointer).Order(StringComparer.Ordinal));
        Assert.All(faults, fault => Assert.NotEmpty(fault.Reason));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"id":"a/1","id":"a/1"}""")]
    [Rule("WFM-89")]
    public void What_is_no_object_with_names_of_its_own_is_a_fault_as_a_whole(string document) =>
        Assert.Equal("", Assert.Single(WireProfileReader.Read(document).Faults).Pointer);

    [Theory]
    [InlineData("""{"acdType":"\ud800"}""", "/acdType")]
    [InlineData("""{"constants":{"queue":{"kind":["\udc00"]}}}""", "/constants/queue/kind/0")]
    [InlineData("""{"paths":{"\ud800":"x"}}""", "/paths")]
    [Rule("WFM-89")]
    public void Half_a_character_is_a_fault_with_its_place(string document, string place) =>
        Assert.Equal(place, Assert.Single(WireProfileReader.Read(document).Faults).Pointer);

    [Fact]
    [Rule("WFM-88")]
    public void The_built_in_profile_has_no_fault() => Assert.Empty(WireProfileReader.Read(WireProfile.DefaultDocument).Faults);

    internal static string Changed(Action<JsonObject> change)
    {
        var profile = JsonNode.Parse(WireProfile.DefaultDocument)!.AsObject();
        change(profile);
        return profile.ToJsonString();
    }
}
