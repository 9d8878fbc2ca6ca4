using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.Conversations;

public sealed class ConversationServiceTests(TestServers servers) : InsightsTest(servers)
{
    [Fact]
    public async Task Lists_page_without_gaps_and_filters_narrow_them()
    {
        for (var number = 1; number <= 5; number++)
            await SendAsync((number % 2 == 1 ? Examples.ColdTransfer(number) : Examples.AbandonedAfterTransfer(number)).Forms);
        await SettledAsync();

        var ids = new List<string>();
        var request = new ListConversationsRequest { PageSize = 2 };
        do
        {
            var page = await Conversations.ListConversationsAsync(request, cancellationToken: Cancellation);
            ids.AddRange(page.Conversations.Select(conversation => conversation.ConversationId));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(new[] { 1, 3, 5, 2, 4 }.Select(number => TaskLife.Sid("WT", number)), ids);
        Assert.Equal(2, await CountAsync(new() { Abandoned = Abandoned.Yes }));
        Assert.Equal(3, await CountAsync(new() { StartTime = At(10) }));
        Assert.Equal(2, await CountAsync(new() { EndTime = At(10) }));
        Assert.Equal(5, await CountAsync(new() { QueueSid = TaskLife.SidOf("Level 2"), Channel = "Call" }));
        Assert.Equal(0, await CountAsync(new() { QueueSid = TaskLife.SidOf("Level 9") }));
        Assert.Equal(5, await CountAsync(new() { AgentSid = TaskLife.Sid("WK", "Alba Perez".Sum(letter => letter)) }));
        Assert.Equal(0, await CountAsync(new() { Channel = "Chat" }));
        Assert.Equal(0, await CountAsync(new() { AccountSid = TaskLife.Sid("AC", 9) }));

        var segments = await Conversations.ListSegmentsAsync(
            new() { Filter = new() { Kinds = { SegmentKind.MissedConversation }, ConversationId = TaskLife.Sid("WT", 2) } }, cancellationToken: Cancellation);
        var missed = Assert.Single(segments.Segments);
        Assert.Equal(MissedReason.Canceled, missed.MissedReason);
        Assert.Equal(missed, (await Conversations.GetSegmentAsync(new() { SegmentId = missed.SegmentId }, cancellationToken: Cancellation)).Segment);
    }

    [Fact]
    public async Task Bad_requests_are_told_what_is_wrong()
    {
        var token = Paging.Token(new ConversationFilter { Channel = "Call" }, "1", "2", "3");

        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", () => Conversations.GetConversationAsync(new(), cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "CONVERSATION_NOT_FOUND", () => Conversations.GetConversationAsync(new() { ConversationId = "x" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", () => Conversations.GetSegmentAsync(new(), cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "SEGMENT_NOT_FOUND", () => Conversations.GetSegmentAsync(new() { SegmentId = "seg_x" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "PAGE_SIZE_INVALID", () => Conversations.ListConversationsAsync(new() { PageSize = 1_001 }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "PAGE_SIZE_INVALID", () => Conversations.ListSegmentsAsync(new() { PageSize = -1 }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Conversations.ListConversationsAsync(new() { PageToken = "nonsense!" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Conversations.ListConversationsAsync(new() { PageToken = token }, cancellationToken: Cancellation));
        foreach (var forged in new[] { Paging.Token(new ConversationFilter(), "x", "2", "3"), Paging.Token(new ConversationFilter(), "-1", "2", "3"), Paging.Token(new ConversationFilter(), "1", "\0", "3") })
            await FailsAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Conversations.ListConversationsAsync(new() { PageToken = forged, Filter = new() }, cancellationToken: Cancellation));
        await FailsAsync(
            StatusCode.InvalidArgument, "TIME_INVALID",
            () => Conversations.ListConversationsAsync(new() { Filter = new() { StartTime = new() { Seconds = long.MaxValue } } }, cancellationToken: Cancellation));
        await FailsAsync(
            StatusCode.InvalidArgument, "RANGE_INVALID",
            () => Conversations.ListConversationsAsync(new() { Filter = new() { StartTime = At(10), EndTime = At(10) } }, cancellationToken: Cancellation));
    }

    private static Timestamp At(int hour) => new DateTime(2026, 3, 2, hour, 0, 0, DateTimeKind.Utc).ToTimestamp();

    private async Task<int> CountAsync(ConversationFilter filter) =>
        (await Conversations.ListConversationsAsync(new() { Filter = filter }, cancellationToken: Cancellation)).Conversations.Count;

    private static async Task FailsAsync<T>(StatusCode code, string reason, Func<AsyncUnaryCall<T>> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal((code, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
    }
}
