using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Warnings;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Tests.Warnings;

public sealed class WarningServiceTests(TestServers servers) : InsightsTest(servers)
{
    [Fact]
    [Rule("INS-112"), Rule("INS-42")]
    public async Task Warnings_are_listed_with_count_masked_sample_and_events_until_somebody_acknowledges_them()
    {
        await WarnAsync(1, new { campaign = new string('A', 130), conversation_attribute_11 = "x" });
        await WarnAsync(2, new { campaign = new string('B', 150) });

        var listed = (await ListAsync()).ToList();
        Assert.Equal(["unknown_attribute conversation_attribute_11 1", "value_truncated campaign 2"], listed.Select(warning => $"{warning.Code} {warning.Field} {warning.Count}"));
        Assert.Equal((TaskLife.AccountSid, "AAA… (130 characters)", 2), (listed[1].AccountSid, listed[1].Sample, listed[1].RawEventIds.Count));
        Assert.Equal(DateTimeOffset.Parse(listed[1].Day + "T00:00:00Z", null).Date, listed[1].FirstTime.ToDateTime().Date);
        var page = await Warnings.ListWarningsAsync(new() { PageSize = 1 }, cancellationToken: Cancellation);
        var next = await Warnings.ListWarningsAsync(new() { PageSize = 1, PageToken = page.NextPageToken }, cancellationToken: Cancellation);
        Assert.Equal(listed, [.. page.Warnings, .. next.Warnings]);
        Assert.Empty(next.NextPageToken);

        var request = new AcknowledgeWarningsRequest { RequestId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString(), Filter = new() { Code = "value_truncated", StartDay = listed[1].Day } };
        for (var i = 0; i < 2; i++)
            Assert.Equal(1, (await Warnings.AcknowledgeWarningsAsync(request, cancellationToken: Cancellation)).AcknowledgedCount);
        Assert.Equal("unknown_attribute", Assert.Single(await ListAsync()).Code);
        Assert.Contains(await ListAsync(done: true), warning => warning is { Acknowledged: true, AcknowledgedBy: "apikey:" + TestKey.Id });
    }

    [Fact]
    [Rule("INS-112")]
    public async Task Warnings_are_removed_after_their_retention()
    {
        await WarnAsync(1, new { kind = "Queue" });
        await using var replica = await RunAsync();
        var options = replica.Services.GetRequiredService<IOptions<EnrichmentOptions>>();
        var later = new ManualTimeProvider(TimeProvider.System.GetUtcNow().AddDays(options.Value.Retention.WarningDays));
        await new WarningRetention(replica.Services.GetRequiredService<DurableDatabase>(), options, later).RunAsync(null!, Cancellation);
        Assert.Single(await ListAsync());

        later.Advance(TimeSpan.FromDays(1));
        await new WarningRetention(replica.Services.GetRequiredService<DurableDatabase>(), options, later).RunAsync(null!, Cancellation);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Bad_requests_are_told_what_is_wrong()
    {
        await FailsAsync("FIELD_REQUIRED", () => Warnings.AcknowledgeWarningsAsync(new(), cancellationToken: Cancellation));
        await FailsAsync("DAY_INVALID", () => Warnings.ListWarningsAsync(new() { Filter = new() { StartDay = "yesterday" } }, cancellationToken: Cancellation));
        await FailsAsync("RANGE_INVALID", () => Warnings.ListWarningsAsync(new() { Filter = new() { StartDay = "2026-03-02", EndDay = "2026-03-02" } }, cancellationToken: Cancellation));
        await FailsAsync("PAGE_SIZE_INVALID", () => Warnings.ListWarningsAsync(new() { PageSize = -1 }, cancellationToken: Cancellation));
        await FailsAsync("PAGE_TOKEN_INVALID", () => Warnings.ListWarningsAsync(new() { PageToken = Paging.Token(new WarningFilter(), "x", "", "", ""), Filter = new() }, cancellationToken: Cancellation));
    }

    private async Task WarnAsync(int number, object conversations)
    {
        await SendAsync(new TaskLife(number) { Attributes = JsonSerializer.Serialize(new { conversations }) }.Entered("09:00:00", "Level 1").Canceled("09:00:10").Forms);
        await SettledAsync();
    }

    private async Task<IEnumerable<Insights.V1.Warning>> ListAsync(bool done = false) =>
        (await Warnings.ListWarningsAsync(new() { IncludeDone = done }, cancellationToken: Cancellation)).Warnings;

    private static async Task FailsAsync<T>(string reason, Func<AsyncUnaryCall<T>> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal((StatusCode.InvalidArgument, reason), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
    }
}
