using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.CrmConnector.Sessions;
using ValueType = ContactCenter.Crm.V1.ValueType;

namespace ContactCenter.CrmConnector.Tests.Rendering;

public sealed class RequestTests
{
    private static readonly Session Nobody = Examples.Call with { PhoneNumber = null, Email = null, Name = null };

    public static TheoryData<string?, string?, string?, PhoneFormat, string> Queries => new()
    {
        { Examples.Account, null, null, PhoneFormat.E164, "%28Id%3Aequals%3A4a1b0c52-7f0e-4c3a-9a55-0d6f2f1e9b10%29" },
        { Examples.Account, null, "kim@example", PhoneFormat.E164, "%28Id%3Aequals%3A4a1b0c52-7f0e-4c3a-9a55-0d6f2f1e9b10%29%20or%20%28Email%3Aequals%3Akim%40example%29" },
        { null, "+12223334444", "kim@example", PhoneFormat.E164, "%28Phone%3Aequals%3A%2B12223334444%29%20or%20%28Email%3Aequals%3Akim%40example%29" },
        { null, "+12223334444", "kim@example", PhoneFormat.Automatic, "%28Phone%3Aequals%3A%2A222%2A333%2A4444%29%20or%20%28Email%3Aequals%3Akim%40example%29" },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    [Rule("CRM-26")]
    [Rule("CRM-35")]
    [Rule("CRM-52")]
    [Rule("CRM-55")]
    public void A_query_goes_onto_the_wire_as_in_the_example(string? account, string? phone, string? email, PhoneFormat format, string criteria)
    {
        var session = Nobody with { AccountId = VariableValue.Of(account), PhoneNumber = phone, Email = email };

        var request = Examples.Render(Examples.Endpoints().FindAccountByQuery, session, EndpointKind.FindAccountByQuery, format);

        Assert.Equal(("https://api.crm.example.com/v2/Contacts/search?criteria=" + criteria, "", (string?)null), (request.Url, request.Body, request.Refusal));
    }

    [Fact]
    [Rule("CRM-31")]
    [Rule("CRM-74")]
    public void A_find_without_any_value_to_look_for_is_not_sent()
    {
        var session = Nobody with { PhoneNumber = "anonymous" };

        Assert.Equal(CrmErrors.NoCriteria, Examples.Render(Examples.Endpoints().FindAccountByQuery, session, EndpointKind.FindAccountByQuery).Refusal);
        Assert.Equal(CrmErrors.NoCriteria, Assert.Single(Examples.Check(
            new() { Method = RequestMethod.Get, Url = "https://crm.example.com/", Parameters = { Examples.Parameter("a", "{FIRST_NAME} {SESSION_ID}") } },
            EndpointKind.FindRecordByQuery).Problems).Reason);
    }

    [Fact]
    [Rule("CRM-36")]
    [Rule("CRM-37")]
    [Rule("CRM-38")]
    public void A_body_has_the_form_of_the_example()
    {
        const string Properties = """{"subject":"Voice Inbound (IVR) 1418","contactId":123,"phone":"+12223334444","rating":5,"source":7,"note":"Case 123"}""";
        var session = Examples.Call with { AccountId = Examples.Id(123) };

        var endpoint = Body();
        Assert.Equal(Properties, Examples.Render(endpoint, session).Body);
        endpoint.DataFormat = DataFormat.Properties;
        Assert.Equal(Properties, Examples.Render(endpoint, session).Body);
        (endpoint.DataFormat, endpoint.ContainerType, endpoint.ContainerName) = (DataFormat.Container, ContainerType.Map, "data");
        Assert.Equal($$"""{"data":{{Properties}}}""", Examples.Render(endpoint, session).Body);
        endpoint.ContainerType = ContainerType.Array;
        Assert.Equal($$"""{"data":[{{Properties}}]}""", Examples.Render(endpoint, session).Body);
        Assert.Contains("\"contactId\":\"123\"", Examples.Render(endpoint, Examples.Call with { AccountId = Examples.Id("123") }).Body, StringComparison.Ordinal);
    }

    [Theory]
    [Rule("CRM-39")]
    [InlineData(OnEmpty.Unspecified, null)]
    [InlineData(OnEmpty.Omit, null)]
    [InlineData(OnEmpty.EmptyString, "\"\"")]
    [InlineData(OnEmpty.Null, "null")]
    public void An_empty_parameter_follows_its_setting(OnEmpty setting, string? json)
    {
        var endpoint = Body();
        endpoint.Parameters[3].OnEmpty = setting;

        var request = Examples.Render(endpoint, Examples.Call with { Rating = null, AccountId = Examples.Id(123) });

        using var body = JsonDocument.Parse(request.Body);
        Assert.Equal(json, body.RootElement.TryGetProperty("rating", out var rating) ? rating.GetRawText() : null);
        Assert.Equal(json is null ? ["rating"] : [], request.Dropped);
    }

    [Fact]
    [Rule("CRM-39")]
    [Rule("CRM-54")]
    public void A_parameter_may_hold_the_request_when_empty_but_a_function_without_result_is_always_dropped()
    {
        var plain = new Parameter { Key = "a", Value = "{FEEDBACK} {RATING}", OnEmpty = OnEmpty.Fail };
        var function = new Parameter { Key = "b", Value = "=CONCAT_OR({FEEDBACK})", OnEmpty = OnEmpty.Fail };
        var session = Examples.Call with { Rating = null };

        var held = Examples.Render(Examples.Post(function, plain), session);
        Assert.Equal((CrmErrors.ParameterEmpty, "a"), (held.Refusal, held.Subject));
        Assert.Equal("""{"a":" 5"}""", Examples.Render(Examples.Post(function, plain), Examples.Call).Body);
        Assert.Equal(["b"], Examples.Render(Examples.Post(function), session).Dropped);
        Assert.Equal("""{"a":"Case ","c":""}""", Examples.Render(Examples.Post(Examples.Parameter("a", "Case {FEEDBACK}"), Examples.Parameter("c", "")), session).Body);
    }

    [Theory]
    [Rule("CRM-38")]
    [InlineData("007", ValueType.Unspecified, "\"007\"")]
    [InlineData("-1.50e3", ValueType.Unspecified, "-1.50e3")]
    [InlineData("12345678901234567890", ValueType.Unspecified, "12345678901234567890")]
    [InlineData("1.", ValueType.Unspecified, "\"1.\"")]
    [InlineData(" 7", ValueType.Unspecified, "\" 7\"")]
    [InlineData("true", ValueType.Unspecified, "\"true\"")]
    [InlineData("7", ValueType.String, "\"7\"")]
    [InlineData("{SESSION_ID}", ValueType.String, "\"1418\"")]
    [InlineData("{SESSION_ID}{RATING}", ValueType.Unspecified, "\"14185\"")]
    [InlineData("{SESSION_ID}{RATING}", ValueType.Number, "14185")]
    [InlineData("=CONCAT_OR({RATING})", ValueType.Unspecified, "\"5\"")]
    [InlineData("=CONCAT_OR({RATING})", ValueType.Number, "5")]
    [InlineData("True", ValueType.Boolean, "true")]
    [InlineData("=DEFAULT_VALUE({FEEDBACK}, false)", ValueType.Boolean, "false")]
    [InlineData("{PHONE_NUMBER}", ValueType.Unspecified, "\"+12223334444\"")]
    [InlineData("<é> & \\\"+\\\\/\t", ValueType.Unspecified, "\"<é> & \\\"+\\\\/\\t\"")]
    [InlineData("[{\"id\":{SESSION_ID},\"to\":{AGENT_EMAIL},\"none\":{FEEDBACK},\"text\":\"{NAME} \\u0041\"}]", ValueType.Json,
        "[{\"id\":1418,\"to\":\"jane.smith@example.com\",\"none\":null,\"text\":\"Kim Lee \\u0041\"}]")]
    public void A_value_has_the_type_that_is_written_or_forced(string value, ValueType type, string json)
    {
        Assert.Equal($$"""{"a":{{json}}}""", Examples.Render(Examples.Post(new Parameter { Key = "a", Value = value, Type = type }), Examples.Call).Body);
    }

    [Theory]
    [Rule("CRM-38")]
    [InlineData("x", ValueType.Number)]
    [InlineData("maybe", ValueType.Boolean)]
    [InlineData("{\"a\":}", ValueType.Json)]
    [InlineData("{\"a\" {NAME}}", ValueType.Json)]
    [InlineData("=CONCAT_OR(a)", ValueType.Json)]
    public void A_literal_of_another_type_is_refused(string value, ValueType type)
    {
        var problem = Assert.Single(Examples.Check(Examples.Post(new Parameter { Key = "a", Value = value, Type = type })).Problems);

        Assert.Equal((SharedErrors.FieldInvalid, "endpoint.parameters[0].value"), (problem.Reason, problem.Field));
    }

    [Fact]
    [Rule("CRM-38")]
    public void A_value_that_is_not_of_its_type_holds_the_request()
    {
        var request = Examples.Render(Examples.Post(new Parameter { Key = "a", Value = "{NAME}", Type = ValueType.Number }), Examples.Call);

        Assert.Equal((CrmErrors.ParameterType, "a", ""), (request.Refusal, request.Subject, request.Url));
    }

    [Fact]
    [Rule("CRM-35")]
    public void Parameters_of_GET_follow_the_query_of_the_URL_in_order()
    {
        var endpoint = new Endpoint
        {
            Method = RequestMethod.Get,
            Url = "https://crm.example.com/find?v=2&x={FEEDBACK}&y=a{RATING}b",
            Parameters =
            {
                Examples.Parameter("a b", "*+é/ {NAME}"), Examples.Parameter("a b", "2"), Examples.Parameter("none", "{FEEDBACK}"),
                new Parameter { Key = "empty", Value = "{FEEDBACK}", OnEmpty = OnEmpty.EmptyString },
            },
        };

        var request = Examples.Render(endpoint, Examples.Call, EndpointKind.FindAccountByQuery);

        Assert.Equal("https://crm.example.com/find?v=2&y=a5b&a%20b=%2A%2B%C3%A9%2F%20Kim%20Lee&a%20b=2&empty=", request.Url);
        Assert.Equal(["none"], request.Dropped);
    }

    [Fact]
    [Rule("CRM-33")]
    [Rule("CRM-36")]
    [Rule("CRM-37")]
    public void An_endpoint_that_contradicts_itself_is_refused_with_every_bad_field()
    {
        var endpoint = new Endpoint
        {
            Url = "https://crm.example.com/{ACOUNT_ID}",
            DataFormat = DataFormat.Container,
            ResponseDataLocation = "a..b",
            IdLocation = "a[x]",
            Parameters = { Examples.Parameter("a", "1"), Examples.Parameter("a", "=NO()"), Examples.Parameter("", "{COMMENT_BODY}") },
        };

        Assert.Equal(
            [
                ("endpoint.url", "UNKNOWN_VARIABLE", 25), ("endpoint.method", "FIELD_REQUIRED", 0), ("endpoint.container_type", "FIELD_REQUIRED", 0),
                ("endpoint.container_name", "FIELD_REQUIRED", 0), ("endpoint.response_data_location", "SYNTAX", 3), ("endpoint.id_location", "SYNTAX", 2),
                ("endpoint.parameters[1].key", "FIELD_INVALID", 0), ("endpoint.parameters[1].value", "SYNTAX", 2), ("endpoint.parameters[2].key", "FIELD_REQUIRED", 0),
                ("endpoint.parameters[2].value", "VARIABLE_NOT_AVAILABLE", 1),
            ],
            Examples.Check(endpoint).Problems.Select(problem => (problem.Field, problem.Reason, problem.Position)));
    }

    [Fact]
    [Rule("CRM-33")]
    [Rule("CRM-36")]
    [Rule("CRM-42")]
    public void Settings_without_a_meaning_are_refused()
    {
        Assert.Equal(["endpoint.data_format"], Fields(new() { Method = RequestMethod.Get, Url = "https://crm.example.com/", DataFormat = DataFormat.Properties }));
        Assert.Equal(["endpoint.container_type", "endpoint.container_name"], Fields(new() { Method = RequestMethod.Put, Url = "https://crm.example.com/", ContainerType = ContainerType.Map, ContainerName = "a" }));
        Assert.Equal(["endpoint.method"], Fields(new() { Method = (RequestMethod)9, Url = "https://crm.example.com/" }));
        Assert.Equal(["endpoint.parameters"], Fields(Examples.Post([.. Enumerable.Range(0, 201).Select(i => Examples.Parameter($"a{i}", "b"))])));
        Assert.Empty(Fields(Examples.Post([.. Enumerable.Range(0, 200).Select(i => Examples.Parameter($"a{i}", "b"))])));
        Assert.Equal(["endpoint.id_location"], Fields(new() { Method = RequestMethod.Put, Url = "https://crm.example.com/", IdLocation = "id" }, EndpointKind.UpdateRecord));

        static IEnumerable<string> Fields(Endpoint endpoint, EndpointKind kind = EndpointKind.CreateRecord) => Examples.Check(endpoint, kind).Problems.Select(problem => problem.Field);
    }

    [Fact]
    [Rule("CRM-33")]
    [Rule("CRM-60")]
    [Rule("CRM-63")]
    public void What_may_not_be_meant_is_accepted_with_a_warning()
    {
        var find = new Endpoint { Method = RequestMethod.Get, Url = "https://crm.example.com/contact?id={ACCOUNT_ID}" };

        Assert.Equal(["GET_WRITES"], Codes(new() { Method = RequestMethod.Get, Url = "https://crm.example.com/" }, EndpointKind.Comment));
        Assert.Equal(["FIND_BY_ID_UNUSED"], Codes(find, EndpointKind.FindAccountById));
        Assert.Equal(["QUERY_ESCAPING_OFF"], Codes(Examples.Endpoints().FindAccountByQuery, EndpointKind.FindAccountByQuery));
        Assert.Empty(Codes(Examples.Endpoints().FindAccountById, EndpointKind.FindAccountById));
        Assert.Empty(Codes(Examples.Post(Examples.Parameter("a", "=DEFAULT_VALUE({NAME}, x)"), Examples.Parameter("b", "=CONCAT_OR({PHONE_NUMBER}, x)"))));

        static IEnumerable<string> Codes(Endpoint endpoint, EndpointKind kind = EndpointKind.CreateRecord)
        {
            var findings = Examples.Check(endpoint, kind);
            Assert.Empty(findings.Problems);
            return findings.Warnings.Select(warning => warning.Code);
        }
    }

    [Fact]
    [Rule("CRM-50")]
    public void A_request_has_a_largest_size()
    {
        var session = Examples.Call with { Feedback = new string('é', 32_768) };
        var many = Examples.Post([.. Enumerable.Range(0, 17).Select(i => Examples.Parameter($"p{i}", "{FEEDBACK}"))]);
        var longUrl = new Endpoint { Method = RequestMethod.Get, Url = "https://crm.example.com/{FEEDBACK}" };

        Assert.Equal((CrmErrors.RequestTooLarge, "body"), Refusal(many, session));
        Assert.Equal((CrmErrors.RequestTooLarge, "url"), Refusal(longUrl, session));
        Assert.Null(Examples.Render(longUrl, session with { Feedback = new string('a', 8_192 - 24) }).Refusal);
        Assert.Equal((CrmErrors.RequestTooLarge, "url"), Refusal(longUrl, session with { Feedback = new string('a', 8_193 - 24) }));

        static (string?, string) Refusal(Endpoint endpoint, Session session) => Examples.Render(endpoint, session) is var request ? (request.Refusal, request.Subject) : default;
    }

    private static Endpoint Body() => Examples.Post(
        Examples.Parameter("subject", "{TICKET_SUBJECT}"),
        Examples.Parameter("contactId", "{ACCOUNT_ID}"),
        Examples.Parameter("phone", "{PHONE_NUMBER}"),
        Examples.Parameter("rating", "{RATING}"),
        Examples.Parameter("source", "7"),
        Examples.Parameter("note", "Case {ACCOUNT_ID}"));
}
