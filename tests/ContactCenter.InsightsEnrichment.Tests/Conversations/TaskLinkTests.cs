using System.Text.Json;
using ContactCenter.Insights.V1;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.Conversations;

public sealed class TaskLinkTests(TestServers servers) : InsightsTest(servers)
{
    private static readonly string A = TaskLife.Sid("WT", 1);
    private static readonly string B = TaskLife.Sid("WT", 2);
    private static readonly string C = TaskLife.Sid("WT", 3);

    [Fact]
    [Rule("INS-61"), Rule("INS-93"), Rule("INS-15")]
    public async Task A_task_is_joined_to_a_conversation_and_parted_again_whatever_is_processed_between()
    {
        var following = Task(3, new { previous_task_sid = B });
        await SendAsync([.. Task(1).Forms, .. Task(2).Forms, .. following.Forms.Take(1)]);
        await SettledAsync();

        var dry = await LinkAsync(A, B, dryRun: true);
        Assert.Equal((1L, 0), (dry.Moved.ConversationCount, dry.Entries.Count));
        Assert.Equal([B], dry.Moved.ConversationIds);
        Assert.Equal([$"{B}: {B} {C}", $"{A}: {A}"], await ConversationsAsync());

        var entry = Assert.Single((await LinkAsync(A, B)).Entries);
        Assert.Equal((ConversationAction.LinkTask, B, "conversation_id", B, A), (entry.Action, entry.TaskSid, entry.Changes[0].Field, entry.Changes[0].Before, entry.Changes[0].After));
        Assert.Equal([$"{A}: {A} {B} {C}"], await ConversationsAsync());
        await SendAsync([.. following.Forms, .. Task(2).Forms.Reverse(), .. Task(1).Forms]);
        await SettledAsync();
        Assert.Equal([$"{A}: {A} {B} {C}"], await ConversationsAsync());

        Assert.Equal([A], (await Conversations.UnlinkTaskAsync(new() { TaskSid = B, Reason = "r", DryRun = true }, cancellationToken: Cancellation)).Moved.ConversationIds);
        Assert.Equal([$"{A}: {A} {B} {C}"], await ConversationsAsync());
        var parted = await Conversations.UnlinkTaskAsync(new() { TaskSid = B, Reason = "wrong" }, cancellationToken: Cancellation);
        Assert.Equal((ConversationAction.UnlinkTask, A, B), (parted.Entry.Action, parted.Entry.Changes[0].Before, parted.Entry.Changes[0].After));
        await SendAsync([.. Task(2).Forms, .. following.Forms]);
        await SettledAsync();
        // The continuation of a task that stands alone stands alone too.
        Assert.Equal([$"{C}: {C}", $"{B}: {B}", $"{A}: {A}"], await ConversationsAsync());

        await LinkAsync(B, B);
        Assert.Equal([$"{B}: {B} {C}", $"{A}: {A}"], await ConversationsAsync());
        foreach (var id in (string[])[A, B])
        {
            var history = await Conversations.ListConversationHistoryAsync(new() { ConversationId = id }, cancellationToken: Cancellation);
            Assert.Equal(
                id == A ? ["UnlinkTask wrong", "LinkTask r"] : ["LinkTask r", "UnlinkTask wrong", "LinkTask r"], history.Entries.Select(one => $"{one.Action} {one.Reason}"));
        }
    }

    [Fact]
    [Rule("INS-61"), Rule("INS-60")]
    public async Task A_task_that_attributes_joined_can_be_parted_and_one_that_others_name_cannot()
    {
        await SendAsync([.. Task(1, new { call_sid = "CA1" }).Forms, .. Task(2, new { call_sid = "CA1" }).Forms, .. Task(3, new { conversations = new { conversation_id = A } }).Forms]);
        await SettledAsync();
        Assert.Equal([$"{A}: {A} {B} {C}"], await ConversationsAsync());

        await Conversations.UnlinkTaskAsync(new() { TaskSid = B, Reason = "r" }, cancellationToken: Cancellation);
        Assert.Equal([$"{B}: {B}", $"{A}: {A} {C}"], await ConversationsAsync());
        await FailsAsync(StatusCode.FailedPrecondition, "TASK_NAMES_CONVERSATION", null, () => Conversations.UnlinkTaskAsync(new() { TaskSid = A, Reason = "r" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.FailedPrecondition, "TASK_NOT_LINKED", null, () => Conversations.UnlinkTaskAsync(new() { TaskSid = B, Reason = "r" }, cancellationToken: Cancellation));
        Assert.Equal([$"{B}: {B}", $"{A}: {A} {C}"], await ConversationsAsync());
    }

    [Fact]
    [Rule("INS-61")]
    public async Task Links_that_cannot_be_are_told_why()
    {
        await SendAsync(Task(1).Forms);
        await SettledAsync();
        await LinkFailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "conversation_id", new() { TaskSids = { A }, Reason = "r" });
        await LinkFailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "task_sids", new() { ConversationId = A, Reason = "r" });
        await LinkFailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", "task_sids", new() { ConversationId = A, Reason = "r", TaskSids = { Enumerable.Repeat(A, 1001) } });
        await LinkFailsAsync(StatusCode.InvalidArgument, "REASON_REQUIRED", "reason", new() { ConversationId = A, TaskSids = { A } });
        await LinkFailsAsync(StatusCode.NotFound, "TASK_NOT_FOUND", null, new() { ConversationId = A, TaskSids = { A, B }, Reason = "r" });
        await LinkFailsAsync(StatusCode.NotFound, "CONVERSATION_NOT_FOUND", null, new() { ConversationId = B, TaskSids = { A }, Reason = "r" });
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "task_sid", () => Conversations.UnlinkTaskAsync(new() { Reason = "r" }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "REASON_REQUIRED", "reason", () => Conversations.UnlinkTaskAsync(new() { TaskSid = A }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.NotFound, "TASK_NOT_FOUND", null, () => Conversations.UnlinkTaskAsync(new() { TaskSid = B, Reason = "r" }, cancellationToken: Cancellation));
    }

    private static TaskLife Task(int number, object? attributes = null) =>
        new TaskLife(number) { Attributes = JsonSerializer.Serialize(attributes ?? new { }) }.Entered($"09:0{number}:00", "Level 1").Canceled($"09:0{number}:10");

    private async Task<LinkTasksResponse> LinkAsync(string conversationId, string taskSid, bool dryRun = false) => await Conversations.LinkTasksAsync(
        new() { ConversationId = conversationId, TaskSids = { taskSid }, Reason = "r", DryRun = dryRun }, cancellationToken: Cancellation);

    private Task LinkFailsAsync(StatusCode code, string reason, string? field, LinkTasksRequest request) =>
        FailsAsync(code, reason, field, () => Conversations.LinkTasksAsync(request, cancellationToken: Cancellation));

    private async Task<IEnumerable<string>> ConversationsAsync() => (await Conversations.ListConversationsAsync(new(), cancellationToken: Cancellation)).Conversations
        .Select(conversation => $"{conversation.ConversationId}: {string.Join(' ', conversation.TaskSids)}");
}
