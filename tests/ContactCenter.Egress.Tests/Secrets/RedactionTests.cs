using ContactCenter.Egress.Secrets;

namespace ContactCenter.Egress.Tests.Secrets;

public sealed class RedactionTests
{
    private readonly SecretRegistry _registry = new();
    private readonly Redactor _redactor;

    public RedactionTests() => _redactor = new Redactor(["x-tenant-key"], _registry);

    [Theory]
    [Rule("SEC-4")]
    [InlineData("Authorization")]
    [InlineData("cookie")]
    [InlineData("Set-Cookie")]
    [InlineData("X-API-Key")]
    [InlineData("password")]
    [InlineData("passwd")]
    [InlineData("SECRET")]
    [InlineData("client_secret")]
    [InlineData("token")]
    [InlineData("access_token")]
    [InlineData("refresh_token")]
    [InlineData("id_token")]
    [InlineData("assertion")]
    [InlineData("api_key")]
    [InlineData("signature")]
    [InlineData("X-Tenant-Key")]
    public void Values_under_these_names_are_masked_whatever_the_case(string name)
    {
        Assert.Equal("[redacted]", _redactor.Value(name, "visible-value"));
        Assert.DoesNotContain("visible-value", _redactor.Json($$$"""{"a":[{"{{{name}}}":"visible-value"},{"{{{name}}}":{"deep":"visible-value"}}]}"""));
        Assert.DoesNotContain("visible-value", _redactor.Text($"failed: {name}=visible-value&x=1"));
        Assert.DoesNotContain("visible-value", _redactor.Text($"failed: {name}: visible-value"));
        Assert.DoesNotContain("visible-value", _redactor.Text($$"""failed: {"{{name}}": "visible-value"}"""));
    }

    [Fact]
    [Rule("SEC-4")]
    public void Code_is_a_secret_in_OAuth_only()
    {
        Assert.True(_redactor.IsMasked("Code", inOAuth: true));
        Assert.False(_redactor.IsMasked("code"));
    }

    [Fact]
    [Rule("SEC-4")]
    public void A_registered_value_appears_nowhere()
    {
        _registry.Add("s3cr3t-refresh");
        _registry.Add("s3cr3t-refresh-longer");

        Assert.Equal("before [redacted] after", _redactor.Text("before s3cr3t-refresh after"));
        Assert.Equal("before [redacted] after", _redactor.Text("before s3cr3t-refresh-longer after"));
        Assert.Equal("[redacted]", _redactor.Value("harmless", "s3cr3t-refresh"));
        Assert.Equal("""{"note":"is [redacted]!"}""", _redactor.Json("""{"note":"is s3cr3t-refresh!"}"""));
        Assert.Equal("https://a.example/[redacted]", _redactor.Url(new Uri("https://a.example/s3cr3t-refresh")));
    }

    [Fact]
    [Rule("SEC-4")]
    public void A_value_read_or_written_by_the_key_ring_is_registered()
    {
        var registry = new SecretRegistry();
        var keys = SecretKeyRing.Read(
            new Microsoft.Extensions.Configuration.ConfigurationManager { ["Secrets:Keys:k1"] = EgressFixture.Key, ["Secrets:ActiveKey"] = "k1" }, registry);
        keys.Decrypt(new SecretPlace("oauth_grant", "refresh_token", "42"), "v1.k1.AAECAwQFBgcICQoLNDG1afaR72noJ-XuwoGKbISfUOiHAooDVqH41FiL");

        Assert.Equal("it was [redacted]", registry.Mask("it was s3cr3t-refresh"));
    }

    [Fact]
    [Rule("SEC-4")]
    public void A_query_is_logged_by_its_parameter_names()
    {
        Assert.Equal("https://a.example/x?key&page", _redactor.Url(new Uri("https://a.example/x?key=visible&page=2#part")));
        Assert.Equal("Bearer [redacted] sent", _redactor.Text("Bearer abc.def-ghi== sent"));
        Assert.Equal("nothing hidden: 12 rows, status=200", _redactor.Text("nothing hidden: 12 rows, status=200"));
        Assert.Equal("Cookie: [redacted]\nHost: a", _redactor.Text("Cookie: a=b; c=d\nHost: a"));
    }

    [Fact]
    [Rule("DUR-48")]
    [Rule("SEC-5")]
    public void Of_a_payload_ids_times_and_states_are_shown_and_no_text()
    {
        var mask = new DeadLetterMask(_redactor);
        const string Payload =
            """{"taskSid":"WT01","customerKey":"+12223334444","name":"Thiago","note":"call back","ownerId":"t@example.com","attempt":3,"phone":12223334444,"password":"id-1","at":"2026-03-02T08:00:00Z","parts":[{"state":"OPEN","text":"hello"}],"none":null}""";

        Assert.Equal(
            """{"taskSid":"WT01","customerKey":"[masked]","name":"[masked]","note":"[masked]","ownerId":"[masked]","attempt":3,"phone":"[masked]","password":"[redacted]","at":"2026-03-02T08:00:00Z","parts":[{"state":"OPEN","text":"[masked]"}],"none":null}""",
            mask.Payload(Payload));
        Assert.Equal("[masked]", mask.Payload("no JSON of Thiago"));
        Assert.Equal("refused: password=[redacted]", mask.Error("refused: password=hunter22"));
    }

    [Fact]
    [Rule("SEC-4")]
    public void Of_a_query_in_any_text_only_the_names_stay()
    {
        Assert.Equal("GET /oauth/callback?state&code HTTP/1.1", _redactor.Text("GET /oauth/callback?state=abc&code=def HTTP/1.1"));
        Assert.Equal("why? a=b", _redactor.Text("why? a=b"));
    }

    [Theory]
    [Rule("SEC-5")]
    [InlineData("+12223334444", "…44")]
    [InlineData("+351 912 345 678", "…78")]
    [InlineData("112", "…")]
    [InlineData("", "…")]
    public void A_phone_number_keeps_two_digits(string number, string expected) => Assert.Equal(expected, PersonalData.Phone(number));

    [Theory]
    [Rule("SEC-5")]
    [InlineData("test.user@example.com", "t…@example.com")]
    [InlineData("a@b", "a…@b")]
    [InlineData("@b", "…")]
    [InlineData("no address", "…")]
    public void An_address_keeps_its_first_letter_and_domain(string address, string expected) => Assert.Equal(expected, PersonalData.Email(address));
}
