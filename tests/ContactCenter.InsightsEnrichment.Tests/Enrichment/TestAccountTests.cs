namespace ContactCenter.InsightsEnrichment.Tests.Enrichment;

public sealed class TestAccountTests(TestServers servers) : InsightsTest(servers)
{
    protected override IEnumerable<string> Settings => ["--Twilio:Accounts:0:Environment=test"];

    [Fact]
    [Rule("INS-18"), Rule("INS-138")]
    public async Task A_test_account_is_processed_in_full_and_publishes_nothing()
    {
        await SendAsync(Examples.ColdTransfer().Forms);
        await SettledAsync();

        Assert.Equal(4, (await RowsAsync(TaskLife.Sid("WT", 1))).Count);
        Assert.True((await Conversations.GetConversationAsync(new() { ConversationId = TaskLife.Sid("WT", 1) }, cancellationToken: Cancellation)).Conversation.Test);
        Assert.Equal(0, await QueryAsync<int>("SELECT count(*)::int FROM insights.segments WHERE published"));
        Assert.Equal(0, await QueryAsync<int>("SELECT count(*)::int FROM durable.outbox_messages WHERE type NOT LIKE '%ingest-watermark'"));
    }
}

public sealed class PublishedTestAccountTests(TestServers servers) : InsightsTest(servers)
{
    protected override IEnumerable<string> Settings => ["--Twilio:Accounts:0:Environment=test", "--Publish:TestAccounts=true"];

    [Fact]
    [Rule("INS-18"), Rule("INS-138")]
    public async Task A_test_account_publishes_where_it_is_asked_for()
    {
        await SendAsync(Examples.ColdTransfer().Forms);
        await SettledAsync();

        Assert.True((await ConversationAsync(TaskLife.Sid("WT", 1))).Test);
        Assert.Equal(4, await QueryAsync<int>("SELECT count(*)::int FROM insights.segments WHERE published AND test"));
    }
}
