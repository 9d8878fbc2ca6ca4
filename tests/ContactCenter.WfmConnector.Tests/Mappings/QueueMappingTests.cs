using ContactCenter.Wfm.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Tests.Mappings;

public sealed class QueueMappingTests(TestServers servers) : WfmTest(servers)
{
    [Fact]
    [Rule("WFM-54"), Rule("WFM-56"), Rule("WFM-57"), Rule("WFM-58"), Rule("WFM-59"), Rule("WFM-62")]
    public async Task Mapped_queues_feed_skills_of_one_medium_and_direction_with_their_own_service_level()
    {
        await CreateAsync(new() { QueueSid = "WQ1", Medium = Medium.Voice, SkillId = "Voice", ServiceLevelSeconds = 60, ShortAbandonSeconds = 0 });
        await CreateAsync(new() { QueueSid = "WQ2", Medium = Medium.Voice, SkillId = "Voice", ServiceLevelSeconds = 60, ShortAbandonSeconds = 0 });
        await CreateAsync(new() { QueueSid = "WQ1", Medium = Medium.Chat, Outbound = true, SkillId = "Chat out", SkillName = "Chats that go out" });
        await FailsAsync(StatusCode.FailedPrecondition, "SKILL_MEDIUM_CONFLICT", () => CreateAsync(new() { QueueSid = "WQ3", Medium = Medium.Sms, SkillId = "Voice" }));
        await FailsAsync(StatusCode.AlreadyExists, "MAPPING_EXISTS", () => CreateAsync(new() { QueueSid = "WQ1", Medium = Medium.Voice, SkillId = "Other" }));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", () => CreateAsync(new() { QueueSid = "WQ1", Medium = Medium.Voice, Outbound = true, SkillId = "Out" }));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", () => CreateAsync(new() { QueueSid = "WQ1", SkillId = "Out" }));

        await PublishAsync(
            Told.Closed(Told.Answered("seg_1", "10:00:30", "10:05:00", 30_000, 200_000, 0)),
            Told.Closed(Told.Wait("seg_2", "10:00:00", "10:00:02", "abandoned") with { QueueSid = "WQ2" }),
            Told.Closed(Told.Wait("seg_3", "10:00:00", "10:00:05", "moved") with { TaskChannel = "chat", Direction = "Outbound" }),
            Told.Closed(Told.Wait("seg_4", "10:00:00", "10:00:05", "moved") with { TaskChannel = "sms", Direction = "Outbound" }));

        Assert.Equal(
            ["Chat out offered 1 in level 0 lost 0+0", "Voice offered 2 in level 1 lost 1+0"],
            (await ListAsync()).Select(row => $"{row.SkillId} offered {row.Offered} in level {row.AnsweredInServiceLevel} lost {row.Abandoned}+{row.ShortAbandoned}"));
        var first = await Mappings.ListQueueMappingsAsync(new() { PageSize = 2 }, cancellationToken: Cancellation);
        var second = await Mappings.ListQueueMappingsAsync(new() { PageSize = 2, PageToken = first.NextPageToken }, cancellationToken: Cancellation);
        Assert.Equal(
            ["WQ1 Chat Chat out Chats that go out 20 5", "WQ1 Voice Voice Voice 60 0", "WQ2 Voice Voice Voice 60 0"],
            first.QueueMappings.Concat(second.QueueMappings).Select(mapping =>
                $"{mapping.QueueSid} {mapping.Medium} {mapping.SkillId} {mapping.SkillName} {mapping.ServiceLevelSeconds} {mapping.ShortAbandonSeconds}"));

        await Mappings.DeleteQueueMappingAsync(new() { QueueSid = "WQ1", Medium = Medium.Voice }, cancellationToken: Cancellation);
        await FailsAsync(
            StatusCode.NotFound,
            "MAPPING_NOT_FOUND",
            async () => await Mappings.DeleteQueueMappingAsync(new() { QueueSid = "WQ1", Medium = Medium.Voice }, cancellationToken: Cancellation));
        Assert.Equal(["Chat out", "Voice", "WQ1"], (await ListAsync()).Select(row => row.SkillId));
    }

    [Fact]
    [Rule("WFM-59")]
    public async Task A_new_service_level_counts_for_intervals_that_are_not_sealed_yet()
    {
        await CreateAsync(new() { QueueSid = "WQ1", Medium = Medium.Voice, SkillId = "Voice", ServiceLevelPercent = 90 });
        await PublishAsync(
            Told.Closed(Told.Answered("seg_1", "10:00:30", "10:05:00", 30_000, 200_000, 0)), Told.Closed(Told.Answered("seg_2", "10:15:30", "10:20:00", 30_000, 200_000, 0)));
        await RestateAsync("10:00:00", "10:15:00");
        await Mappings.DeleteQueueMappingAsync(new() { QueueSid = "WQ1", Medium = Medium.Voice }, cancellationToken: Cancellation);
        await CreateAsync(new() { QueueSid = "WQ1", Medium = Medium.Voice, SkillId = "Voice", ServiceLevelSeconds = 60 });

        Assert.Equal(0, (await RestateAsync("10:00:00", "10:30:00")).ChangedValues);
        Assert.Equal([0, 1], (await ListAsync("10:30:00")).Select(row => row.AnsweredInServiceLevel));
        var mapping = (await Mappings.ListQueueMappingsAsync(new(), cancellationToken: Cancellation)).QueueMappings.Single();
        Assert.Equal((60, 80), (mapping.ServiceLevelSeconds, mapping.ServiceLevelPercent));
    }

    private async Task CreateAsync(QueueMapping mapping) => await Mappings.CreateQueueMappingAsync(new() { QueueMapping = mapping }, cancellationToken: Cancellation);

    private async Task<IReadOnlyList<QueueInterval>> ListAsync(string end = "10:15:00") => (await Intervals.ListQueueIntervalsAsync(
        new() { StartTime = Told.At("10:00:00").ToTimestamp(), EndTime = Told.At(end).ToTimestamp() }, cancellationToken: Cancellation)).QueueIntervals;
}
