using ContactCenter.Insights.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.InsightsEnrichment.Tests.Recordings;

public sealed class CheckLinksTests(TestServers servers) : InsightsTest(servers)
{
    private readonly TaskLife _life = Examples.ColdTransfer();
    private WebApplication _media = null!;

    private string Authority => new Uri(_media.Urls.Single()).Authority;

    protected override IEnumerable<string> Settings => [$"--Egress:AllowList:0={Authority}", "--Recordings:CheckLinks=true"];

    public override async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        _media = builder.Build();
        // Whoever comes without the key in the query is turned away, whatever else they bring.
        _media.MapGet("/{status:int}", (HttpContext context, int status) =>
        {
            context.Response.StatusCode = context.Request.Query.ContainsKey("key") || status == 404 ? (status == 404 ? 404 : 200) : status;
            return context.Response.WriteAsync(new string('x', 100));
        });
        await _media.StartAsync(Cancellation);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _media.DisposeAsync();
    }

    [Fact]
    [Rule("INS-56")]
    public async Task Links_are_asked_for_as_they_stand_and_warned_of_and_kept()
    {
        await SendAsync(_life.Forms);
        await SettledAsync();
        var segments = (await Conversations.ListSegmentsAsync(new() { Filter = new() { TaskSid = _life.TaskSid } }, cancellationToken: Cancellation)).Segments;
        string[] links = [$"http://{Authority}/403?key=1", $"http://{Authority}/401", $"http://user:secret@{Authority}/403", $"http://{Authority}/404"];
        foreach (var (segment, link) in segments.Zip(links))
            await Conversations.SetSegmentLinkAsync(new() { SegmentId = segment.SegmentId, SegmentLink = link }, cancellationToken: Cancellation);

        // Each new link is looked at in the background.
        await Eventually.TrueAsync(async () => await WarningsAsync() == "segment_link_needs_auth 2, segment_link_not_https 4, segment_link_user_info 1");
        var checkedLinks = await Conversations.CheckLinksAsync(new() { SegmentIds = { segments.Select(segment => segment.SegmentId) } }, cancellationToken: Cancellation);

        Assert.Equal(
            [
                "Playable 200 segment_link_not_https", "NeedsAuth 401 segment_link_needs_auth,segment_link_not_https",
                "NeedsAuth 403 segment_link_needs_auth,segment_link_not_https,segment_link_user_info", "Unreachable 404 segment_link_not_https",
            ],
            checkedLinks.Results.Select(result => $"{result.Status} {result.HttpStatus} {string.Join(',', result.WarningCodes)}"));
        Assert.All(checkedLinks.Results, result => Assert.DoesNotContain("secret", result.Failure, StringComparison.Ordinal));
        Assert.Equal("segment_link_needs_auth 4, segment_link_not_https 8, segment_link_user_info 2", await WarningsAsync());
        var kept = (await Conversations.ListSegmentsAsync(new() { Filter = new() { TaskSid = _life.TaskSid } }, cancellationToken: Cancellation)).Segments;
        Assert.Equal(links, kept.Select(segment => segment.Attributes["segment_link"]));
    }

    [Fact]
    [Rule("INS-56")]
    public async Task Checks_that_name_no_segments_are_told_so()
    {
        await CheckFailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", "segment_ids", new());
        await CheckFailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", "segment_ids", new() { SegmentIds = { Enumerable.Repeat("seg_x", 101) } });
        await CheckFailsAsync(StatusCode.NotFound, "SEGMENT_NOT_FOUND", null, new() { SegmentIds = { "seg_x" } });
    }

    private Task CheckFailsAsync(StatusCode code, string reason, string? field, CheckLinksRequest request) =>
        FailsAsync(code, reason, field, () => Conversations.CheckLinksAsync(request, cancellationToken: Cancellation));

    private Task<string> WarningsAsync() => QueryAsync<string>("SELECT coalesce(string_agg(code || ' ' || count, ', ' ORDER BY code), '') FROM insights.warnings");
}
