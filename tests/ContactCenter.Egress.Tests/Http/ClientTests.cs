using System.IO.Compression;
using System.Net;
using System.Text;
using ContactCenter.Egress.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Egress.Tests.Http;

public sealed class ClientTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Rule("EGR-14")]
    [Rule("EGR-16")]
    public async Task A_call_carries_its_headers_and_body_and_no_trace_context()
    {
        await using var server = RawServer.Answering(Ok);
        await using var egress = EgressFixture.Create([server.AllowEntry]);
        using var activity = new System.Diagnostics.Activity("caller").Start();

        var outcome = await egress.Client.SendAsync(
            Request(server) with { Body = "{}"u8.ToArray(), ContentType = "application/json", IdempotencyKey = "job-7" }, Cancel);

        Assert.True(outcome.IsSuccess);
        Assert.Equal("ok", outcome.Response.Text);
        var head = Assert.Single(server.Heads);
        Assert.Contains("\r\nIdempotency-Key: job-7\r\n", head);
        Assert.Matches("\r\nUser-Agent: ContactCenter/[0-9.]+\r\n", head);
        Assert.Contains("\r\nContent-Type: application/json\r\n", head);
        Assert.EndsWith("\r\n\r\n{}", head);
        Assert.DoesNotContain("traceparent", head);
    }

    [Fact]
    [Rule("EGR-14")]
    public async Task The_trace_context_is_sent_where_the_destination_allows_it()
    {
        await using var server = RawServer.Answering(Ok);
        await using var egress = EgressFixture.Create([server.AllowEntry]);
        using var listener = new System.Diagnostics.ActivityListener
        {
            ShouldListenTo = source => source.Name == EgressTelemetry.Name,
            Sample = (ref System.Diagnostics.ActivityCreationOptions<System.Diagnostics.ActivityContext> _) => System.Diagnostics.ActivitySamplingResult.AllData,
        };
        System.Diagnostics.ActivitySource.AddActivityListener(listener);

        await egress.Client.SendAsync(Request(server) with { Destination = Destination.For("t", server.Origin) with { SendTraceContext = true } }, Cancel);

        Assert.Contains("\r\ntraceparent: 00-", Assert.Single(server.Heads));
    }

    [Theory]
    [Rule("EGR-7")]
    [InlineData("http://169.254.169.254/latest", "169.254.169.254")]
    [InlineData("https://127.0.0.1/", "127.0.0.1")]
    [InlineData("/elsewhere", "127.0.0.1")]
    public async Task A_redirect_is_a_final_failure_and_never_followed(string location, string host)
    {
        await using var server = RawServer.Answering($"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        await using var egress = EgressFixture.Create([server.AllowEntry]);

        var failure = (await egress.Client.SendAsync(Request(server), Cancel)).Failure!;

        Assert.Equal((ErrorClass.Redirect, "REDIRECT_REFUSED", EgressDecision.Final, 302), (failure.Class, failure.Reason, failure.Decision, failure.Status));
        Assert.Contains(host, failure.Detail);
        Assert.Equal(1, server.Requests);
    }

    [Theory]
    [Rule("EGR-13")]
    [InlineData(408, EgressDecision.Retry)]
    [InlineData(425, EgressDecision.Retry)]
    [InlineData(429, EgressDecision.Retry)]
    [InlineData(500, EgressDecision.Retry)]
    [InlineData(502, EgressDecision.Retry)]
    [InlineData(503, EgressDecision.Retry)]
    [InlineData(504, EgressDecision.Retry)]
    [InlineData(400, EgressDecision.Final)]
    [InlineData(401, EgressDecision.Final)]
    [InlineData(404, EgressDecision.Final)]
    [InlineData(501, EgressDecision.Final)]
    public async Task Statuses_are_retried_as_policy_default_says(int status, EgressDecision decision)
    {
        await using var server = RawServer.Answering($"HTTP/1.1 {status} X\r\nContent-Length: 3\r\n\r\nwhy");
        await using var egress = EgressFixture.Create([server.AllowEntry]);

        var outcome = await egress.Client.SendAsync(Request(server), Cancel);

        Assert.Equal((ErrorClass.Status, decision), (outcome.Failure!.Class, outcome.Failure.Decision));
        Assert.Equal(status.ToString(), outcome.Failure.PolicyName);
        Assert.Equal("why", outcome.Response!.Text);
    }

    [Theory]
    [Rule("EGR-17")]
    [InlineData(429, "120", 120)]
    [InlineData(503, "120", 120)]
    [InlineData(429, "Mon, 02 Mar 2026 08:02:00 GMT", 120)]
    [InlineData(429, "172800", 86_400)]
    [InlineData(429, "99999999999999999999999", 86_400)]
    [InlineData(429, "-5", null)]
    [InlineData(429, "soon", null)]
    [InlineData(429, "Mon, 02 Mar 2026 07:59:00 GMT", null)]
    [InlineData(500, "120", null)]
    public async Task RetryAfter_replaces_the_delay_with_up_to_a_tenth_more(int status, string value, int? seconds)
    {
        await using var server = RawServer.Answering($"HTTP/1.1 {status} X\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n");
        await using var egress = EgressFixture.Create([server.AllowEntry], services => services.AddSingleton<TimeProvider>(new ManualTimeProvider()));

        var delay = (await egress.Client.SendAsync(Request(server), Cancel)).Failure!.Delay;

        if (seconds is { } least)
            Assert.InRange(delay!.Value.TotalSeconds, least, least * 1.1);
        else
            Assert.Null(delay);
    }

    [Fact]
    [Rule("EGR-18")]
    public async Task Abort_message_makes_a_failure_final()
    {
        await using var server = RawServer.Answering("HTTP/1.1 503 X\r\nwebhook-delivery: abort-message\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n");
        await using var egress = EgressFixture.Create([server.AllowEntry]);

        var failure = (await egress.Client.SendAsync(Request(server), Cancel)).Failure!;

        Assert.Equal((EgressDecision.Final, true, null), (failure.Decision, failure.DecisionIsFixed, failure.Delay));
    }

    [Fact]
    [Rule("EGR-11")]
    public async Task A_response_is_counted_after_decompression()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            await gzip.WriteAsync(new byte[200_000], Cancel);
        await using var server = RawServer.Start(async (stream, server, cancellationToken) =>
        {
            await server.ReadRequestAsync(stream, cancellationToken);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n"), cancellationToken);
            await stream.WriteAsync(packed.ToArray(), cancellationToken);
        });
        await using var egress = EgressFixture.Create([server.AllowEntry]);

        Assert.Equal(200_000, (await egress.Client.SendAsync(Request(server), Cancel)).Response!.Body.Length);
        var failure = (await egress.Client.SendAsync(Request(server) with { MaxResponseBytes = 199_999 }, Cancel)).Failure!;

        Assert.Equal((ErrorClass.TooLarge, "RESPONSE_TOO_LARGE", EgressDecision.Final), (failure.Class, failure.Reason, failure.Decision));
    }

    [Fact]
    [Rule("EGR-11")]
    public async Task Response_headers_over_32_KiB_and_request_bodies_over_the_limit_are_refused()
    {
        await using var server = RawServer.Answering($"HTTP/1.1 200 OK\r\nX-Big: {new string('x', 40_000)}\r\nContent-Length: 0\r\n\r\n");
        await using var egress = EgressFixture.Create([server.AllowEntry]);
        var small = Destination.For("t", server.Origin) with { MaxRequestBytes = 10 };

        var headers = (await egress.Client.SendAsync(Request(server), Cancel)).Failure!;
        var body = (await egress.Client.SendAsync(Request(server) with { Destination = small, Body = new byte[11] }, Cancel)).Failure!;

        Assert.Equal((ErrorClass.TooLarge, "RESPONSE_TOO_LARGE"), (headers.Class, headers.Reason));
        Assert.Equal((ErrorClass.TooLarge, "REQUEST_TOO_LARGE"), (body.Class, body.Reason));
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    [Rule("EGR-16")]
    public async Task A_request_whose_pooled_connection_was_closed_before_is_sent_over_a_new_one()
    {
        await using var server = RawServer.Start(async (stream, server, cancellationToken) =>
        {
            await server.ReadRequestAsync(stream, cancellationToken);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Ok), cancellationToken);
        });
        await using var egress = EgressFixture.Create([server.AllowEntry]);

        for (var i = 1; i <= 5; i++)
        {
            Assert.True((await egress.Client.SendAsync(Request(server), Cancel)).IsSuccess);
            await Eventually.TrueAsync(() => server.Closed == i);
        }

        Assert.Equal((5, 5), (server.Accepted, server.Requests));
    }

    [Theory]
    [Rule("EGR-16")]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_request_that_was_sent_and_lost_is_never_repeated_by_itself(string method)
    {
        await using var server = RawServer.Start(async (stream, server, cancellationToken) =>
        {
            await server.ReadRequestAsync(stream, cancellationToken);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Ok), cancellationToken);
            await server.ReadRequestAsync(stream, cancellationToken);
        });
        await using var egress = EgressFixture.Create([server.AllowEntry]);
        var request = Request(server) with { Method = new HttpMethod(method), Body = method == "POST" ? new byte[3] : default };

        Assert.True((await egress.Client.SendAsync(request, Cancel)).IsSuccess);
        var failure = (await egress.Client.SendAsync(request, Cancel)).Failure!;

        Assert.Equal((ErrorClass.Reset, EgressDecision.Retry), (failure.Class, failure.Decision));
        Assert.Equal(2, server.Requests);
    }

    [Theory]
    [Rule("EGR-13")]
    [InlineData("", ErrorClass.Reset)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", ErrorClass.Reset)]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n", ErrorClass.BadContent)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", ErrorClass.BadContent)]
    public async Task A_broken_answer_has_its_class(string answer, ErrorClass expected)
    {
        await using var server = RawServer.Start(async (stream, server, cancellationToken) =>
        {
            await server.ReadRequestAsync(stream, cancellationToken);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), cancellationToken);
        });
        await using var egress = EgressFixture.Create([server.AllowEntry]);

        Assert.Equal(expected, (await egress.Client.SendAsync(Request(server), Cancel)).Failure!.Class);
    }

    [Fact]
    [Rule("EGR-13")]
    public async Task A_closed_port_is_a_connect_failure()
    {
        var server = RawServer.Answering(Ok);
        await server.DisposeAsync();
        await using var egress = EgressFixture.Create([server.AllowEntry]);

        var failure = (await egress.Client.SendAsync(Request(server), Cancel)).Failure!;

        Assert.Equal((ErrorClass.Connect, EgressDecision.Retry), (failure.Class, failure.Decision));
    }

    [Fact]
    [Rule("EGR-2")]
    public async Task A_pooled_connection_is_used_again_and_no_proxy_is_asked()
    {
        await using var server = RawServer.Answering(Ok);
        await using var egress = EgressFixture.Create([server.AllowEntry]);
        Environment.SetEnvironmentVariable("http_proxy", "http://127.0.0.1:1");
        try
        {
            Assert.True((await egress.Client.SendAsync(Request(server), Cancel)).IsSuccess);
            Assert.True((await egress.Client.SendAsync(Request(server), Cancel)).IsSuccess);
        }
        finally
        {
            Environment.SetEnvironmentVariable("http_proxy", null);
        }

        Assert.Equal((1, 2), (server.Accepted, server.Requests));
    }

    [Fact]
    [Rule("EGR-1")]
    public async Task A_vendor_SDK_gets_the_same_guard_and_only_its_origin()
    {
        await using var server = RawServer.Answering("HTTP/1.1 308 Resume Incomplete\r\nRange: bytes=0-9\r\nContent-Length: 0\r\n\r\n");
        await using var egress = EgressFixture.Create([server.AllowEntry]);
        using var http = egress.Client.CreateHttpClient(Destination.For("sdk", server.Origin));

        using var answer = await http.GetAsync(server.Origin + "/upload", Cancel);
        var other = await Assert.ThrowsAsync<EgressException>(() => http.GetAsync("https://169.254.169.254/", Cancel));
        var elsewhere = await Assert.ThrowsAsync<EgressException>(() => http.GetAsync("https://other.example/", Cancel));

        Assert.Equal((HttpStatusCode)308, answer.StatusCode);
        Assert.Equal("never-address", other.Failure.Rule);
        Assert.Equal("other-origin", elsewhere.Failure.Rule);
    }

    private static EgressRequest Request(RawServer server) =>
        new(Destination.For("t", server.Origin), HttpMethod.Post, server.Origin + "/x");
}
