using System.Net;
using ContactCenter.Sandbox.Twilio;
using ContactCenter.Sandbox.Twilio.Callbacks;
using ContactCenter.Sandbox.Twilio.Sending;

namespace ContactCenter.Sandbox.Tests.Twilio;

public sealed class CallbackSenderTests
{
    private readonly EventCallback _callback = TaskCallbacks.Of(WorkedExamples.Account, WorkedExamples.ColdTransfer)[0];

    [Fact]
    [Rule("INS-3")]
    public async Task A_callback_is_a_signed_form_post()
    {
        using var receiver = new Receiver(HttpStatusCode.NoContent);

        await receiver.Sender.SendAsync(_callback, TestContext.Current.CancellationToken);

        var (path, contentType, signature, body) = Assert.Single(receiver.Requests);
        Assert.Equal("/ingest/twilio/taskrouter", path);
        Assert.Equal("application/x-www-form-urlencoded; charset=utf-8", contentType);
        Assert.Equal(TwilioSignature.Sign("https://insights.example.com/ingest/twilio/taskrouter", _callback.Form, "12345"), signature);
        Assert.Equal(_callback.Body(), body);
    }

    [Fact]
    public async Task A_receiver_that_is_away_or_busy_gets_the_same_bytes_again()
    {
        using var receiver = new Receiver(null, HttpStatusCode.ServiceUnavailable, HttpStatusCode.NoContent);

        await receiver.Sender.SendAsync(_callback, TestContext.Current.CancellationToken);

        Assert.Equal(3, receiver.Requests.Count);
        Assert.All(receiver.Requests, r => Assert.Equal(_callback.Body(), r.Body));
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_refusal_is_final_and_names_the_callback_and_the_answer(HttpStatusCode status)
    {
        using var receiver = new Receiver(status);

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => receiver.Sender.SendAsync(_callback, TestContext.Current.CancellationToken));

        Assert.Single(receiver.Requests);
        Assert.Equal(status, failure.StatusCode);
        Assert.Contains(_callback.Sid, failure.Message, StringComparison.Ordinal);
        Assert.Contains("the reason", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Answers as told, in order; null means that it cannot be reached.</summary>
    private sealed class Receiver : HttpMessageHandler
    {
        private readonly Queue<HttpStatusCode?> _answers;
        private readonly HttpClient _http;

        public Receiver(params HttpStatusCode?[] answers)
        {
            _answers = new(answers);
            _http = new HttpClient(this, disposeHandler: false) { BaseAddress = new Uri("http://receiver.example.com") };
            Sender = new CallbackSender(_http, WorkedExamples.Account, new Patience(new SandboxOptions(), TimeProvider.System));
        }

        public CallbackSender Sender { get; }

        public List<(string Path, string ContentType, string Signature, byte[] Body)> Requests { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            Requests.Add((request.RequestUri!.AbsolutePath, request.Content.Headers.ContentType!.ToString(), request.Headers.GetValues("X-Twilio-Signature").Single(), body));
            return _answers.Dequeue() is { } status
                ? new HttpResponseMessage(status) { Content = new StringContent("the reason") }
                : throw new HttpRequestException("Connection refused");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _http.Dispose();
            base.Dispose(disposing);
        }
    }
}
