using System.Diagnostics.Metrics;
using System.Net;
using ContactCenter.Insights.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Tests.RawEvents;

public sealed class RefusalTests(TestServers servers) : InsightsTest(servers)
{
    private const string Callbacks = "/ingest/twilio/taskrouter";

    private string[] _settings = [];

    protected override IEnumerable<string> Settings => _settings;

    protected override string[] Scopes => ["insights.ingest"];

    [Fact]
    [Rule("INS-7")]
    public async Task Forwarded_headers_count_only_from_trusted_proxies_and_never_change_the_signed_address()
    {
        await RefuseAsync();
        await SenderIsAsync("127.0.0.1");
        await StopAsync();
        _settings = ["--TrustedProxies:0=127.0.0.1", "--TrustedProxies:1=10.0.0.0/8"];
        await StartAsync();
        await RefuseAsync();
        await SenderIsAsync("203.0.113.9");

        Http.DefaultRequestHeaders.Add("X-Forwarded-Host", "elsewhere.example.com");
        Http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "http");
        Http.DefaultRequestHeaders.Add("X-Forwarded-Prefix", "/other");
        await SendAsync(new TaskLife().Created("10:00:00").Forms);
        var form = new TaskLife(2).Created("10:00:00").Forms[0];
        using var answer = await PostAsync(form, Signer.Sign(Token, "http://elsewhere.example.com/other" + Callbacks, form));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    [Rule("INS-7")]
    public async Task A_proxy_that_cannot_be_read_stops_the_start()
    {
        _settings = ["--TrustedProxies:0=the proxy"];
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(RunAsync);
        Assert.Contains("TrustedProxies", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("INS-21")]
    public async Task What_is_too_large_is_counted_at_every_door_and_not_stored()
    {
        var counted = 0L;
        using var listener = new MeterListener();
        var meters = Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == "insights.ingest.refused" && instrument.Meter.Scope == meters)
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.ToArray().Contains(new("cause", "too_large")))
                Interlocked.Add(ref counted, value);
        });
        listener.Start();

        using var form = await PostFormAsync(new byte[1_048_577], null);
        using var stream = await PostStreamAsync(new byte[4_194_305]);
        using var content = new ByteArrayContent(new byte[4_194_305]);
        Http.DefaultRequestHeaders.Add("x-api-key", TestKey.Text);
        using var sessions = await Http.PostAsync("/ingest/sessions/events", content, Cancellation);
        Assert.Equal([413, 413, 413], new[] { form, stream, sessions }.Select(answer => (int)answer.StatusCode));
        Assert.Equal(3, Interlocked.Read(ref counted));

        var ingest = new EventIngestService.EventIngestServiceClient(Channel);
        var large = new SessionEvent { EventId = "1", Source = "s", Data = $"\"{new string('x', 262_144)}\"" };
        var answer = await ingest.IngestSessionEventsAsync(new() { Events = { large } }, cancellationToken: Cancellation);
        Assert.Equal(SessionEventOutcome.Rejected, Assert.Single(answer.Results).Outcome);
        await Assert.ThrowsAsync<RpcException>(async () =>
            await ingest.IngestSessionEventsAsync(new() { Events = { Enumerable.Repeat(new SessionEvent(), 501) } }, cancellationToken: Cancellation));
        Assert.Equal(5, Interlocked.Read(ref counted));
        Assert.Equal("", await StatusesAsync());
    }

    private async Task RefuseAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Callbacks) { Content = new ByteArrayContent([1]) };
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        using var answer = await Http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private Task SenderIsAsync(string address) => Eventually.TrueAsync(async () =>
        await QueryAsync<string?>("SELECT sender FROM insights.signature_refusals ORDER BY refusal_id DESC LIMIT 1") == address);
}
