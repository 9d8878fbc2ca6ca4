using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Tests.Customers;

public sealed class CustomerServiceTests(TestServers servers) : InsightsTest(servers)
{
    private static readonly CustomerRules Rules = new(new(new CustomerOptions()), new(Options.Create(new CustomerOptions { IdKey = CustomerIdKey })));
    private static readonly string A = IdOf("A"), B = IdOf("B"), C = IdOf("C");

    [Fact]
    [Rule("INS-90"), Rule("INS-91"), Rule("INS-93")]
    public async Task The_worked_example_of_a_merge_comes_out_as_specified()
    {
        foreach (var number in (int[])[1, 2, 3])
            await SendAsync(Contact.By(number, "A"));
        foreach (var number in (int[])[4, 5])
            await SendAsync(Contact.By(number, "B"));
        await SettledAsync();

        var dry = await MergeAsync(A, B, dryRun: true);
        Assert.Equal((3, null), (dry.Moved.ConversationCount, dry.Entry));
        Assert.Equal(new[] { 1, 2, 3 }.Select(number => TaskLife.Sid("WT", number)), dry.Moved.ConversationIds);
        Assert.Equal((3, 2), (await CountAsync(A), await CountAsync(B)));

        const string RequestId = "0198c5a1-7c1e-7d0f-9f0e-2f1f0a6f1c11";
        var merged = await MergeAsync(A, B, requestId: RequestId);
        Assert.Equal(merged, await MergeAsync(A, B, requestId: RequestId));
        Assert.Equal((CustomerAction.Merge, A, B, 3L, "test"), (merged.Entry.Action, merged.Entry.Before, merged.Entry.After, merged.Entry.ConversationCount, merged.Entry.Reason));
        Assert.Equal(5, await CountAsync(B));
        Assert.Equal(B, (await GetAsync(A)).CustomerId);
        Assert.Equal(B, (await ConversationAsync(TaskLife.Sid("WT", 1))).CustomerId);

        await SendAsync(Contact.By(6, "A"));
        await SettledAsync();
        Assert.Equal(6, await CountAsync(B));
        await FailsAsync(StatusCode.FailedPrecondition, "MERGE_CYCLE", () => MergeAsync(B, A));

        var unmerged = await Customers.UnmergeCustomerAsync(new() { CustomerId = A, Reason = "test" }, cancellationToken: Cancellation);
        Assert.Equal(4, unmerged.Moved.ConversationCount);
        Assert.Equal((4, 2), (await CountAsync(A), await CountAsync(B)));
        foreach (var id in (string[])[A, B])
        {
            var history = await Customers.ListCustomerHistoryAsync(new() { CustomerId = id }, cancellationToken: Cancellation);
            Assert.Equal([CustomerAction.Unmerge, CustomerAction.Merge], history.Entries.Select(entry => entry.Action));
        }

        Assert.Equal(
            "customers.merge customers.unmerge",
            await QueryAsync<string>("SELECT string_agg(action, ' ' ORDER BY seq) FROM durable.audit_entries WHERE action LIKE 'customers.%'"));
    }

    [Fact]
    [Rule("INS-90"), Rule("INS-91")]
    public async Task Merges_form_chains_but_no_circles_and_each_is_taken_back_by_itself()
    {
        await SendAsync([.. Contact.By(1, "A"), .. Contact.By(2, "B"), .. Contact.By(3, "C")]);
        await SettledAsync();
        await MergeAsync(A, B);
        await MergeAsync(B, C);

        Assert.Equal(new[] { A, B }.Order(StringComparer.Ordinal), (await GetAsync(A)).MergedCustomerIds);
        Assert.Equal(C, (await GetAsync(A)).CustomerId);
        await FailsAsync(StatusCode.FailedPrecondition, "MERGE_CYCLE", () => MergeAsync(C, A));
        await FailsAsync(StatusCode.FailedPrecondition, "MERGE_CYCLE", () => MergeAsync(C, C));
        await FailsAsync(StatusCode.FailedPrecondition, "CUSTOMER_MERGED", () => MergeAsync(A, C));
        await FailsAsync(StatusCode.NotFound, "CUSTOMER_NOT_FOUND", () => MergeAsync(C, "cus_unknown"));
        await FailsAsync(StatusCode.InvalidArgument, "REASON_REQUIRED", () => Customers.MergeCustomersAsync(new() { SourceCustomerId = C, TargetCustomerId = A }).ResponseAsync);

        var alone = await Customers.ListCustomersAsync(new() { Filter = new() { Merged = true } }, cancellationToken: Cancellation);
        Assert.Equal(
            new[] { $"{A} {B} 1", $"{B} {C} 1" }.Order(StringComparer.Ordinal),
            alone.Customers.Select(customer => $"{customer.CustomerId} {customer.MergedIntoCustomerId} {customer.ConversationCount}"));
        await Customers.UnmergeCustomerAsync(new() { CustomerId = B, Reason = "test" }, cancellationToken: Cancellation);
        Assert.Equal((B, 2L), ((await GetAsync(A)).CustomerId, (await GetAsync(A)).ConversationCount));
        await FailsAsync(StatusCode.FailedPrecondition, "CUSTOMER_NOT_MERGED", () => Customers.UnmergeCustomerAsync(new() { CustomerId = B, Reason = "test" }).ResponseAsync);
    }

    [Fact]
    [Rule("INS-88"), Rule("INS-90"), Rule("INS-47")]
    public async Task Values_are_the_latest_and_those_of_a_merged_customer_fill_gaps_only()
    {
        await SendAsync(Contact.Of(1, new { customers = new { external_id = "A", name = "First", zip = "89501", customer_label_1 = "Gold", business_value = 3 } }));
        await SendAsync(Contact.Of(3, new { customers = new { external_id = "A", name = "Third", organization = "", customer_attribute_2 = "EU" } }));
        await SendAsync(Contact.Of(2, new { customers = new { external_id = "A", name = "Second", organization = "Acme" } }));
        await SendAsync(Contact.Of(4, new { customers = new { external_id = "B", name = "Of B", city = "Reno" } }));
        await SettledAsync();
        await MergeAsync(B, A);

        var customer = await GetAsync(A);
        Assert.Equal(
            $"city=Reno customer_attribute_1={A} customer_attribute_2=EU customer_label_1=Gold customer_label_2=EU external_id=A name=Third organization=Acme zip=89501",
            string.Join(' ', customer.Attributes.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}")));
        Assert.Equal(3, customer.Measures["business_value"]);
        Assert.Equal((CustomerLinkSource.ExternalId, CustomerKeyKind.ExternalId, 4L), (customer.LinkSource, customer.KeyKind, customer.ConversationCount));
        Assert.Equal(new DateTime(2026, 3, 2, 10, 1, 0), customer.FirstSeenTime.ToDateTime());
        Assert.Equal(new DateTime(2026, 3, 2, 10, 4, 22, 100), customer.LastSeenTime.ToDateTime());

        var history = (await Customers.GetCustomerAsync(new() { CustomerId = A, IncludeFieldHistory = true }, cancellationToken: Cancellation)).FieldHistory;
        Assert.Equal(["Of B", "Third", "Second", "First"], history.Where(value => value.Field == "name").Select(value => value.Value));

        var journey = await Customers.ListCustomerJourneyAsync(new() { CustomerId = B, PageSize = 3 }, cancellationToken: Cancellation);
        var rest = await Customers.ListCustomerJourneyAsync(new() { CustomerId = B, PageSize = 3, PageToken = journey.NextPageToken }, cancellationToken: Cancellation);
        Assert.Equal(new[] { 4, 3, 2, 1 }.Select(number => TaskLife.Sid("WT", number)), journey.Entries.Concat(rest.Entries).Select(entry => entry.Conversation.ConversationId));
    }

    [Fact]
    public async Task Customers_are_listed_in_pages_and_found_by_a_key()
    {
        await SendAsync([.. Contact.By(1, "A"), .. Contact.By(2, "B"), .. Contact.By(3, "+15551234567")]);
        await SettledAsync();

        var ids = new List<string>();
        var request = new ListCustomersRequest { PageSize = 2 };
        do
        {
            var page = await Customers.ListCustomersAsync(request, cancellationToken: Cancellation);
            ids.AddRange(page.Customers.Select(customer => customer.CustomerId));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(new[] { A, B, IdOf("+15551234567") }.Order(StringComparer.Ordinal), ids);

        var found = await Customers.ListCustomersAsync(new() { Filter = new() { LinkKey = "+1 (555) 123-4567" } }, cancellationToken: Cancellation);
        Assert.Equal(IdOf("+15551234567"), Assert.Single(found.Customers).CustomerId);
        Assert.Empty((await Customers.ListCustomersAsync(new() { Filter = new() { LinkKey = "C" } }, cancellationToken: Cancellation)).Customers);
        await FailsAsync(StatusCode.NotFound, "CUSTOMER_NOT_FOUND", () => GetAsync(C));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", () => GetAsync(""));
    }

    [Fact]
    [Rule("INS-93"), Rule("INS-80")]
    public async Task A_preview_shows_every_key_and_why_it_was_not_used()
    {
        await SendAsync(Contact.By(1, "john.doe@example.com"));
        await SettledAsync();
        var preview = await Customers.PreviewLinkAsync(
            new() { TaskAttributes = """{"direction":"inbound","from":"anonymous","customers":{"phone":"+44xxxxxxxxx","email":" John.Doe@Example.com "}}""" }, cancellationToken: Cancellation);

        Assert.Equal(("cus_iicvx6fatzafpipktpxyt3u7ma", true), (preview.CustomerId, preview.Known));
        Assert.Equal(
            ["ExternalId||||NotGiven", "Phone|+44xxxxxxxxx|||NotUsable", "Email| John.Doe@Example.com |john.doe@example.com|Email|Unspecified", "From|anonymous|||Anonymous", "ConversationId||||AfterAnother"],
            preview.Explanations.Select(step => $"{step.Source}|{step.Raw}|{step.Normalised}|{(step.CustomerId.Length > 0 ? step.KeyKind.ToString() : "")}|{step.WhyNot}"));
        Assert.Equal("", (await Customers.PreviewLinkAsync(new(), cancellationToken: Cancellation)).CustomerId);
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", () => Customers.PreviewLinkAsync(new() { TaskAttributes = "[]" }).ResponseAsync);
    }

    private static string IdOf(string key) => Rules.Ids.Of(Rules.Keys.ExternalId(key));

    private async Task<MergeCustomersResponse> MergeAsync(string source, string target, bool dryRun = false, string requestId = "") => await Customers.MergeCustomersAsync(
        new() { SourceCustomerId = source, TargetCustomerId = target, Reason = "test", DryRun = dryRun, RequestId = requestId }, cancellationToken: Cancellation);

    private async Task<Insights.V1.Customer> GetAsync(string id) => (await Customers.GetCustomerAsync(new() { CustomerId = id }, cancellationToken: Cancellation)).Customer;

    private async Task<long> CountAsync(string id) => (await GetAsync(id)).ConversationCount;

    private static async Task FailsAsync<T>(StatusCode code, string reason, Func<Task<T>> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal((code, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
    }
}
