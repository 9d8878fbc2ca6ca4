using ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Tests.Customers;

public sealed class ConversationCustomersTests(TestServers servers) : InsightsTest(servers)
{
    private const string CustomerOfPhone = "cus_hcllewivp4dhlg5nmvh4dlz4vq";

    [Fact]
    [Rule("INS-79"), Rule("INS-80"), Rule("INS-82"), Rule("INS-83")]
    public async Task Conversations_over_any_channel_join_the_customer_that_their_key_names()
    {
        await SendAsync(Contact.Of(1, new { direction = "inbound", from = "anonymous" }));
        await SendAsync(Contact.Of(2, new { direction = "inbound", from = "1-555-123-4567" }));
        await SendAsync(Contact.Of(3, new { customers = new { external_id = "+15551234567", email = "jo@example.com" } }, "email"));
        await SendAsync(Contact.Of(4, new { customers = new { external_id = TaskLife.Sid("WT", 1) } }, "email"));
        await SendAsync(Contact.Of(5, new { customers = new { external_id = "15551234567" } }, "email"));
        await SendAsync(Contact.Of(6, new { direction = "outbound", from = "+18001234567", to = "+15551234567" }));
        await SettledAsync();

        Assert.Equal(
            [
                "1 cus_ku52o2kwwhwc76emv3plhx5xje ConversationId", $"2 {CustomerOfPhone} From", $"3 {CustomerOfPhone} ExternalId",
                "4 cus_ku52o2kwwhwc76emv3plhx5xje ExternalId", $"6 {CustomerOfPhone} To",
            ],
            (await Task.WhenAll(new[] { 1, 2, 3, 4, 6 }.Select(TextAsync))));
        Assert.NotEqual(CustomerOfPhone, (await ConversationAsync(TaskLife.Sid("WT", 5))).CustomerId);

        var journey = await Conversations.ListConversationsAsync(new() { Filter = new() { CustomerId = CustomerOfPhone } }, cancellationToken: Cancellation);
        Assert.Equal(new[] { 2, 3, 6 }.Select(number => TaskLife.Sid("WT", number)), journey.Conversations.Select(conversation => conversation.ConversationId).Order());
    }

    [Fact]
    [Rule("INS-84"), Rule("INS-15"), Rule("INS-112")]
    public async Task A_late_external_id_gives_the_same_customer_and_one_warning_whichever_event_comes_last()
    {
        await SendAsync(ConversationCustomerTests.LateExternalId(1).Forms);
        var other = ConversationCustomerTests.LateExternalId(2).Forms;
        await SendAsync(other.Where((_, index) => index != 1));
        await SettledAsync();
        Assert.Equal((false, CustomerLinkSource.ExternalId), await SourceAsync(2));
        await SendAsync([other[1]]);
        await SettledAsync();

        Assert.Equal([$"1 {CustomerOfPhone} Phone", $"2 {CustomerOfPhone} Phone"], await Task.WhenAll(TextAsync(1), TextAsync(2)));
        Assert.Equal("external_id_late external_id 2 crm…", await QueryAsync<string>("SELECT code || ' ' || field || ' ' || count || ' ' || sample FROM insights.warnings WHERE code LIKE '%late'"));
    }

    private async Task<(bool, CustomerLinkSource)> SourceAsync(int number)
    {
        var conversation = await ConversationAsync(TaskLife.Sid("WT", number));
        return (conversation.Provisional, conversation.CustomerLinkSource);
    }

    private async Task<string> TextAsync(int number)
    {
        var conversation = await ConversationAsync(TaskLife.Sid("WT", number));
        return $"{number} {conversation.CustomerId} {conversation.CustomerLinkSource}";
    }
}
