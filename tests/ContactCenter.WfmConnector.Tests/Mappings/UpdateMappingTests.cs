using ContactCenter.Wfm.V1;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Tests.Mappings;

public sealed class UpdateMappingTests(TestServers servers) : WfmTest(servers)
{
    private readonly TestServers _servers = servers;

    protected override string Start => "10:20:00";

    protected override Task<string> TakeBrokerAsync() => _servers.ShareVirtualHostAsync();

    [Fact]
    [Rule("WFM-17"), Rule("WFM-18")]
    public async Task A_login_id_is_read_and_replaced_by_one_that_nobody_has()
    {
        await Mappings.CreateAgentLoginAsync(new() { AgentLogin = new() { AgentSid = "WK1", LoginId = "4711" } }, cancellationToken: Cancellation);
        await Mappings.CreateAgentLoginAsync(new() { AgentLogin = new() { AgentSid = "WK2", LoginId = "4712" } }, cancellationToken: Cancellation);
        var login = await ReadAsync();
        Assert.Equal("4711", login.LoginId);

        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", () => UpdateAsync(new(login) { Etag = "" }));
        await FailsAsync(StatusCode.Aborted, "ETAG_MISMATCH", () => UpdateAsync(new(login) { Etag = "x", LoginId = "4713" }));
        await FailsAsync(StatusCode.AlreadyExists, "LOGIN_ID_TAKEN", () => UpdateAsync(new(login) { LoginId = "4712" }));
        await FailsAsync(StatusCode.NotFound, "MAPPING_NOT_FOUND", () => UpdateAsync(new(login) { AgentSid = "WK3", LoginId = "4713" }));
        await UpdateAsync(new(login) { LoginId = "4713" });
        Assert.Equal("4713", (await ReadAsync()).LoginId);
        await FailsAsync(StatusCode.Aborted, "ETAG_MISMATCH", () => UpdateAsync(new(login) { LoginId = "4714" }));
        await FailsAsync(StatusCode.NotFound, "MAPPING_NOT_FOUND", async () => await Mappings.GetAgentLoginAsync(new() { AgentSid = "WK3" }, cancellationToken: Cancellation));

        async Task<AgentLogin> ReadAsync() => (await Mappings.GetAgentLoginAsync(new() { AgentSid = "WK1" }, cancellationToken: Cancellation)).AgentLogin;

        async Task UpdateAsync(AgentLogin changed)
        {
            var answer = (await Mappings.UpdateAgentLoginAsync(new() { AgentLogin = changed }, cancellationToken: Cancellation)).AgentLogin;
            Assert.Equal(await ReadAsync(), answer);
        }
    }

    [Fact]
    [Rule("WFM-24"), Rule("WFM-27"), Rule("WFM-53")]
    public async Task Activities_and_channels_are_read_and_replaced()
    {
        await Mappings.CreateActivityMappingAsync(new() { ActivityMapping = new() { ActivitySid = "WA1", State = "UNAVAILABLE", ReasonCode = "R1" } }, cancellationToken: Cancellation);
        var activity = (await Mappings.GetActivityMappingAsync(new() { ActivitySid = "WA1" }, cancellationToken: Cancellation)).ActivityMapping;
        await FailsAsync(
            StatusCode.InvalidArgument,
            "FIELD_INVALID",
            async () => await Mappings.UpdateActivityMappingAsync(new() { ActivityMapping = new(activity) { StateClass = "WRAP_UP" } }, cancellationToken: Cancellation));
        var coaching = new ActivityMapping(activity) { State = "COACHING", StateClass = "AVAILABLE", ReasonCode = "" };
        var updated = (await Mappings.UpdateActivityMappingAsync(new() { ActivityMapping = coaching }, cancellationToken: Cancellation)).ActivityMapping;
        Assert.Equal(updated, (await Mappings.GetActivityMappingAsync(new() { ActivitySid = "WA1" }, cancellationToken: Cancellation)).ActivityMapping);
        Assert.Equal(new ActivityMapping(coaching) { Etag = updated.Etag }, Assert.Single((await Mappings.ListActivityMappingsAsync(new(), cancellationToken: Cancellation)).ActivityMappings));
        await FailsAsync(
            StatusCode.Aborted, "ETAG_MISMATCH", async () => await Mappings.UpdateActivityMappingAsync(new() { ActivityMapping = coaching }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "MAPPING_NOT_FOUND", async () => await Mappings.GetActivityMappingAsync(new() { ActivitySid = "WA2" }, cancellationToken: Cancellation));

        await Mappings.CreateMediumMappingAsync(new() { MediumMapping = new() { Channel = "video", Medium = Medium.Web } }, cancellationToken: Cancellation);
        var channel = (await Mappings.GetMediumMappingAsync(new() { Channel = "video" }, cancellationToken: Cancellation)).MediumMapping;
        Assert.Equal(Medium.Web, channel.Medium);
        await Mappings.UpdateMediumMappingAsync(new() { MediumMapping = new(channel) { Medium = Medium.Chat } }, cancellationToken: Cancellation);
        Assert.Equal(Medium.Chat, (await Mappings.GetMediumMappingAsync(new() { Channel = "video" }, cancellationToken: Cancellation)).MediumMapping.Medium);
        await FailsAsync(StatusCode.Aborted, "ETAG_MISMATCH", async () => await Mappings.UpdateMediumMappingAsync(new() { MediumMapping = channel }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "MAPPING_NOT_FOUND", async () => await Mappings.GetMediumMappingAsync(new() { Channel = "other" }, cancellationToken: Cancellation));
    }

    [Fact]
    [Rule("WFM-57"), Rule("WFM-58"), Rule("WFM-59")]
    public async Task A_queue_feeds_another_skill_with_another_service_level_and_what_was_sealed_keeps_its_level()
    {
        await Mappings.CreateQueueMappingAsync(new() { QueueMapping = new() { QueueSid = "WQ1", Medium = Medium.Voice, SkillId = "Voice" } }, cancellationToken: Cancellation);
        await Mappings.CreateQueueMappingAsync(new() { QueueMapping = new() { QueueSid = "WQ1", Medium = Medium.Chat, SkillId = "Chat" } }, cancellationToken: Cancellation);
        await RestateAsync("10:00:00", "10:15:00");
        var mapping = await ReadAsync();

        await FailsAsync(StatusCode.FailedPrecondition, "SKILL_MEDIUM_CONFLICT", () => UpdateAsync(new(mapping) { SkillId = "Chat" }));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", () => UpdateAsync(new(mapping) { Etag = "" }));
        await FailsAsync(StatusCode.NotFound, "MAPPING_NOT_FOUND", () => UpdateAsync(new(mapping) { QueueSid = "WQ2" }));
        await UpdateAsync(new(mapping) { SkillName = "Calls" });
        Assert.Equal(2, await CountAsync("SELECT count(*) FROM wfm.service_levels"));
        await UpdateAsync(new(await ReadAsync()) { SkillId = "Support", ServiceLevelSeconds = 60, ShortAbandonSeconds = 0 });
        Assert.Equal(("Support", "Calls", 60, 0), ((await ReadAsync()).SkillId, (await ReadAsync()).SkillName, (await ReadAsync()).ServiceLevelSeconds, (await ReadAsync()).ShortAbandonSeconds));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM wfm.service_levels WHERE until_time < 'infinity' AND seconds = 20"));
        await FailsAsync(StatusCode.Aborted, "ETAG_MISMATCH", () => UpdateAsync(mapping));

        async Task<QueueMapping> ReadAsync() => (await Mappings.GetQueueMappingAsync(new() { QueueSid = "WQ1", Medium = Medium.Voice }, cancellationToken: Cancellation)).QueueMapping;

        async Task UpdateAsync(QueueMapping changed)
        {
            var answer = (await Mappings.UpdateQueueMappingAsync(new() { QueueMapping = changed }, cancellationToken: Cancellation)).QueueMapping;
            Assert.Equal(await ReadAsync(), answer);
        }
    }
}
