using System.Net;
using System.Text;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Tests.Sessions;
using ContactCenter.InsightsEnrichment.Tests.WriteBack;

namespace ContactCenter.InsightsEnrichment.Tests.Recordings;

public sealed class RecordingLinkTests(TestServers servers) : WriteBackTest(servers)
{
    private const string Link = "https://media.example.com/1?key=1";

    protected override string[] Scopes => [.. base.Scopes, "insights.ingest"];

    protected override IEnumerable<string> Settings => [.. base.Settings, "--Recordings:AttachAutomatically=true"];

    [Theory]
    [InlineData("{}", Link)]
    [InlineData("""{"conversations":{"segment_link":"https://own.example.com/1"}}""", "https://own.example.com/1")]
    [Rule("INS-55"), Rule("INS-113")]
    public async Task The_link_of_a_session_is_written_to_its_task_once_unless_the_task_has_one(string attributes, string expected)
    {
        Exists(TheTask, 1, attributes);
        // The task has not ended: TaskRouter still takes the link.
        await SendAsync(Examples.ColdTransfer().Forms.SkipLast(1));
        await SendSessionAsync();
        await SendAsync(Examples.ColdTransfer().Forms.SkipLast(1));
        await SettledAsync();

        var written = Assert.Single((await WriteBacks.ListWriteBacksAsync(new(), cancellationToken: Cancellation)).WriteBacks);
        Assert.Equal((WriteBackKind.RecordingLink, TheTask), (written.Kind, written.Target));
        Assert.Equal(WriteBackStatus.Done, await EndAsync(written.WriteBackId));
        Assert.Contains(expected, AttributesOf(TheTask), StringComparison.Ordinal);
        // It may be read again where an answer came late; it is written once.
        Assert.Equal(expected == Link ? 1 : 0, Requests.Count(request => request.StartsWith("POST", StringComparison.Ordinal)));
        Assert.Equal([null, Link, null, Link], await LinksAsync());
    }

    [Fact]
    [Rule("INS-55"), Rule("INS-117")]
    public async Task A_task_that_ended_long_ago_has_the_link_in_our_data_alone()
    {
        await SendAsync(Examples.ColdTransfer().Forms);
        await SettledAsync();
        await SendSessionAsync();

        Assert.Equal([null, Link, null, Link], await LinksAsync());
        Assert.Empty(Requests);
        Assert.Empty((await WriteBacks.ListWriteBacksAsync(new(), cancellationToken: Cancellation)).WriteBacks);
        Assert.Equal("recording_without_consent 2", await QueryAsync<string>("SELECT string_agg(code || ' ' || count, ', ') FROM insights.warnings"));
    }

    private async Task<IEnumerable<string?>> LinksAsync()
    {
        var kinds = Enum.GetValues<SegmentKind>().Except([SegmentKind.Unspecified]);
        var answer = await Conversations.ListSegmentsAsync(new() { Filter = new() { TaskSid = TheTask, Kinds = { kinds } } }, cancellationToken: Cancellation);
        return answer.Segments.Select(segment => segment.Attributes.GetValueOrDefault("segment_link"));
    }

    private async Task SendSessionAsync()
    {
        var session = new SessionLife(ContactCenter.InsightsEnrichment.Sessions.SessionKind.Call, 31)
            .At("10:00:00", "session.started", new { session_type = "Voice Inbound", task_sid = TheTask })
            .At("10:06:00", "media.added", new { media_id = 1, kind = "recording", location = Link });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ingest/sessions/events") { Content = new StringContent(session.Body, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-api-key", TestKey.Text);
        using var answer = await Http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await SettledAsync();
    }
}
