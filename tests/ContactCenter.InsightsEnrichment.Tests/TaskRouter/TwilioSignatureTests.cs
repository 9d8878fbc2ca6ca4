using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Tests.TaskRouter;

public sealed class TwilioSignatureTests
{
    private const string Url = "https://insights.example.com/ingest/twilio/taskrouter";

    private static readonly byte[][] Token = [Encoding.UTF8.GetBytes("12345")];

    [Fact]
    [Rule("INS-4")]
    public void The_worked_example_is_genuine_and_any_change_to_it_is_not()
    {
        const string Body = "EventType=reservation.completed&Sid=EV00000000000000000000000000000009&TaskSid=WT00000000000000000000000000000001";
        const string Signature = "9LyjyVnrrB9IIcSUHzdwgIL0o4U=";

        Assert.True(IsGenuine(Signature, Url, Body));
        Assert.False(IsGenuine(Signature, Url + "?a=1", Body));
        Assert.False(IsGenuine(Signature, Url, Body + "&More=1"));
        Assert.False(IsGenuine(Signature, Url, Body.Replace("completed", "accepted", StringComparison.Ordinal)));
        Assert.False(IsGenuine("9LyjyVnrrB9IIcSUHzdwgIL0o4Y=", Url, Body));
        Assert.False(IsGenuine("not base64", Url, Body));
        Assert.False(IsGenuine("9LyjyVnr", Url, Body));
        Assert.False(TwilioSignature.IsGenuine(Signature, [Url], FormBody.Parse(Encoding.UTF8.GetBytes(Body)), ["12346"u8.ToArray()]));
    }

    [Fact]
    [Rule("INS-4"), Rule("INS-5")]
    public void All_published_vectors_pass()
    {
        var file = ContractData.Require("twilio/x_twilio_signature_vectors.json");
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(file));
        byte[][] tokens = [Encoding.UTF8.GetBytes(vectors.RootElement.GetProperty("authToken").GetString()!)];
        var parameters = vectors.RootElement.GetProperty("parameters").EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!);
        var form = FormBody.Parse(FormOf.Bytes(parameters));
        var changed = FormBody.Parse(FormOf.Bytes(new Dictionary<string, string>(parameters) { ["Digits"] = "1235" }));
        var tested = 0;

        foreach (var vector in vectors.RootElement.GetProperty("form").EnumerateArray())
        {
            var spellings = TwilioSignature.Spellings(vector.GetProperty("url").GetString()!);
            var signature = vector.GetProperty("signature").GetString()!;
            Assert.Equal(vector.GetProperty("valid").GetBoolean(), TwilioSignature.IsGenuine(signature, spellings, form, tokens));
            Assert.False(TwilioSignature.IsGenuine(signature, spellings, changed, tokens));
            tested++;
        }

        Assert.True(tested > 0);
    }

    [Theory]
    [InlineData("https://host/a?b", "https://host:443/a?b")]
    [InlineData("http://host", "http://host:80")]
    [InlineData("HTTPS://User:Pass@Host:8443/a", "HTTPS://User:Pass@Host/a")]
    [InlineData("http://[::1]/a", "http://[::1]:80/a")]
    [InlineData("http://[::1]:81/a", "http://[::1]/a")]
    [InlineData("https://user:pass@host/a:b@c", "https://user:pass@host:443/a:b@c")]
    [Rule("INS-5")]
    public void An_address_is_tried_as_given_and_with_its_port_added_or_removed(string url, string other)
    {
        Assert.Equal([url, other], TwilioSignature.Spellings(url));
        Assert.True(IsGenuine(Signer.Sign("12345", other, []), url, ""));
        Assert.False(IsGenuine(Signer.Sign("12345", url.ToLowerInvariant() + "/", []), url, ""));
    }

    [Theory]
    [InlineData("B=2&A=1", "A1B2")]
    [InlineData("A=1&B", "A1B")]
    [InlineData("A=&B=", "AB")]
    [InlineData("A=2&A=1", "A2,1")]
    [InlineData("a=1&B=2", "B2a1")]
    [InlineData("A=x+y%26%2b&%C3%A4=%e2%82%ac", "Ax y&+ä€")]
    [InlineData("A=100%&B=%4", "A100%B%4")]
    [InlineData("", "")]
    [Rule("INS-4")]
    public void Parameters_are_signed_decoded_in_ordinal_order_with_repeated_values_joined(string body, string text) =>
        Assert.True(IsGenuine(Signer.Sign("12345", Url + text, []), Url, body));

    [Fact]
    [Rule("INS-6")]
    public void A_JSON_request_is_genuine_by_its_address_and_the_hash_in_it()
    {
        var body = "[{}]"u8.ToArray();
        var query = $"?bodySHA256={Convert.ToHexStringLower(SHA256.HashData(body))}";
        var signature = Signer.Sign("12345", Url + query, []);

        Assert.True(TwilioSignature.IsGenuine(signature, [Url + query], query, body, Token));
        Assert.False(TwilioSignature.IsGenuine(signature, [Url + query], query, "[{} ]"u8, Token));
        Assert.False(TwilioSignature.IsGenuine(Signer.Sign("12345", Url, []), [Url], "", body, Token));
        Assert.False(TwilioSignature.IsGenuine(Signer.Sign("12345", Url + query.ToUpperInvariant(), []), [Url + query], query, body, Token));
    }

    private static bool IsGenuine(string signature, string url, string body) =>
        TwilioSignature.IsGenuine(signature, TwilioSignature.Spellings(url), FormBody.Parse(Encoding.UTF8.GetBytes(body)), Token);
}
