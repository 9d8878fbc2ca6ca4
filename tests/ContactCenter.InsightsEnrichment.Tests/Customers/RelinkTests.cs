using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.Customers;

public sealed class RelinkTests(TestServers servers) : InsightsTest(servers)
{
    private const string OfPhone = "cus_hcllewivp4dhlg5nmvh4dlz4vq";
    private const string OfExternalId = "cus_jk2jm4r5zr5hypi2eebgg3xswu";

    [Fact]
    [Rule("INS-92"), Rule("INS-93")]
    public async Task The_worked_example_of_a_relink_comes_out_as_specified_and_survives_re_processing_until_it_is_withdrawn()
    {
        var life = ConversationCustomerTests.LateExternalId();
        await SendAsync(life.Forms);
        await SettledAsync();

        var dry = await RelinkAsync(life.TaskSid, dryRun: true);
        Assert.Equal((1L, null), (dry.Moved.ConversationCount, dry.Entry));
        Assert.Equal([life.TaskSid], dry.Moved.ConversationIds);
        await SettledAsync();
        Assert.Equal((OfPhone, CustomerLinkSource.Phone), await CustomerAsync(life.TaskSid));

        var real = await RelinkAsync(life.TaskSid);
        Assert.Equal((CustomerAction.Relink, OfPhone, OfExternalId, 1L), (real.Entry.Action, real.Entry.Before, real.Entry.After, real.Entry.ConversationCount));
        await SettledAsync();
        Assert.Equal((OfExternalId, CustomerLinkSource.Relinked), await CustomerAsync(life.TaskSid));

        await SendAsync(life.Forms);
        await SettledAsync();
        Assert.Equal((OfExternalId, CustomerLinkSource.Relinked), await CustomerAsync(life.TaskSid));
        Assert.Equal(0L, (await RelinkAsync(life.TaskSid, dryRun: true)).Moved.ConversationCount);

        var withdrawn = await Conversations.WithdrawRelinkAsync(new() { ConversationId = life.TaskSid, Reason = "test" }, cancellationToken: Cancellation);
        Assert.Equal((1L, OfExternalId, OfPhone), (withdrawn.Moved.ConversationCount, withdrawn.Entry.Before, withdrawn.Entry.After));
        await SettledAsync();
        Assert.Equal((OfPhone, CustomerLinkSource.Phone), await CustomerAsync(life.TaskSid));
        var history = await Customers.ListCustomerHistoryAsync(new() { CustomerId = OfPhone }, cancellationToken: Cancellation);
        Assert.Equal([CustomerAction.WithdrawRelink, CustomerAction.Relink], history.Entries.Select(entry => entry.Action));
        Assert.Equal(1, await QueryAsync<long>("SELECT sum(count) FROM insights.warnings WHERE code = 'external_id_late'"));
    }

    [Fact]
    public async Task Relinks_that_cannot_be_are_told_why()
    {
        var life = ConversationCustomerTests.LateExternalId();
        await SendAsync(life.Forms);
        await SettledAsync();

        await FailsAsync(StatusCode.NotFound, "CONVERSATION_NOT_FOUND", new() { ConversationId = "x", ExternalId = "A", Reason = "test" });
        await FailsAsync(StatusCode.NotFound, "CUSTOMER_NOT_FOUND", new() { ConversationId = life.TaskSid, CustomerId = "cus_x", Reason = "test" });
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", new() { ConversationId = life.TaskSid, Reason = "test" });
        await FailsAsync(StatusCode.InvalidArgument, "REASON_REQUIRED", new() { ConversationId = life.TaskSid, ExternalId = "A" });
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await Conversations.WithdrawRelinkAsync(new() { ConversationId = life.TaskSid, Reason = "test" }, cancellationToken: Cancellation));
        Assert.Equal((StatusCode.FailedPrecondition, "CONVERSATION_NOT_RELINKED"), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
    }

    private async Task<RelinkConversationResponse> RelinkAsync(string conversationId, bool dryRun = false) => await Conversations.RelinkConversationAsync(
        new() { ConversationId = conversationId, ExternalId = "crm-4711", Reason = "test", DryRun = dryRun }, cancellationToken: Cancellation);

    private async Task<(string, CustomerLinkSource)> CustomerAsync(string conversationId)
    {
        var conversation = await ConversationAsync(conversationId);
        return (conversation.CustomerId, conversation.CustomerLinkSource);
    }

    private async Task FailsAsync(StatusCode code, string reason, RelinkConversationRequest request)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Conversations.RelinkConversationAsync(request, cancellationToken: Cancellation));
        Assert.Equal((code, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
    }
}
