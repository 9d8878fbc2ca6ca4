using System.Text;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.Webhooks;

namespace ContactCenter.Egress.Tests;

public sealed class WebhookTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static readonly byte[] Body = """{"test": 2432232314}"""u8.ToArray();
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1614265330);

    [Fact]
    [Rule("EGR-15")]
    public void Signs_as_the_standard_example()
    {
        var headers = new WebhookSigning(Id, [Secret]).Sign(Body, Now).ToDictionary();

        Assert.Equal((Id, "1614265330", Signature), (headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"]));
    }

    [Fact]
    [Rule("EGR-15")]
    public void Signs_twice_during_rotation_and_either_secret_verifies()
    {
        const string Next = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
        var signature = new WebhookSigning(Id, [Secret, Next]).Sign(Body, Now).ToDictionary()["webhook-signature"];

        Assert.StartsWith(Signature + " v1,", signature);
        Assert.True(WebhookSigning.Verify([Secret], Id, "1614265330", signature, Body, Now));
        Assert.True(WebhookSigning.Verify([Next], Id, "1614265330", signature, Body, Now));
    }

    [Theory]
    [Rule("EGR-15")]
    [InlineData(300, true)]
    [InlineData(-300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void A_timestamp_may_be_five_minutes_off(int seconds, bool accepted) =>
        Assert.Equal(accepted, WebhookSigning.Verify([Secret], Id, "1614265330", Signature, Body, Now.AddSeconds(seconds)));

    [Theory]
    [Rule("EGR-15")]
    [InlineData("other", "1614265330", Signature)]
    [InlineData(Id, "1614265331", Signature)]
    [InlineData(Id, "soon", Signature)]
    [InlineData(Id, "1614265330", "")]
    [InlineData(Id, "1614265330", "v1,")]
    [InlineData(Id, "1614265330", "v1,!!!")]
    [InlineData(Id, "1614265330", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    [InlineData(Id, "1614265330", "v1,AAAA9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    public void Anything_that_differs_does_not_verify(string id, string timestamp, string signature) =>
        Assert.False(WebhookSigning.Verify([Secret], id, timestamp, signature, Body, Now));

    [Fact]
    [Rule("EGR-15")]
    public async Task A_sent_webhook_verifies_at_its_receiver()
    {
        await using var server = RawServer.Answering("HTTP/1.1 204 No Content\r\n\r\n");
        await using var egress = EgressFixture.Create([server.AllowEntry]);

        await egress.Client.SendAsync(
            new EgressRequest(Destination.For("hook", server.Origin), HttpMethod.Post, server.Origin + "/hook")
            {
                Body = Body,
                ContentType = "application/json",
                Signing = new WebhookSigning(Id, [Secret]),
            },
            TestContext.Current.CancellationToken);

        var parts = Assert.Single(server.Heads).Split("\r\n\r\n", 2);
        var headers = parts[0].Split("\r\n").Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.True(WebhookSigning.Verify(
            [Secret], headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], Encoding.Latin1.GetBytes(parts[1]), TimeProvider.System.GetUtcNow()));
    }
}
