using ContactCenter.Crm.V1;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Tests.Connectors;

public sealed class RenderRequestTests(TestServers servers) : CrmTest(servers)
{
    [Fact]
    [Rule("CRM-142")]
    [Rule("CRM-24")]
    [Rule("CRM-37")]
    [Rule("CRM-43")]
    public async Task A_request_is_shown_as_it_would_be_sent_with_its_secrets_masked()
    {
        await CreateAsync();

        var created = await RenderAsync(EndpointKind.CreateRecord);
        var found = await RenderAsync(EndpointKind.FindAccountByQuery, session => session.AccountId = null);

        Assert.Equal((RequestMethod.Post, "https://api.crm.example.com/v2/Cases", ""), (created.Method, created.Url, created.NotSentReason));
        Assert.Equal(
            """{"data":[{"Subject":"Voice Inbound (IVR) 1418","Description":"Queue: Orders\nPhone: +12223334444\nE-mail: kim@example\nWait: 00:27\nDuration: 02:06","Contact":123,"Agent":"unassigned@example.com"}]}""",
            created.Body);
        Assert.Equal(
            ["Authorization: ***", "Accept: application/json", "Content-Type: application/json", "Idempotency-Key: {operation id}"],
            created.Headers.Select(header => $"{header.Key}: {header.Value}"));
        Assert.Equal("https://api.crm.example.com/v2/Contacts/search?criteria=%28Phone%3Aequals%3A%2B12223334444%29%20or%20%28Email%3Aequals%3Akim%40example%29", found.Url);
        Assert.Equal(["Authorization", "Accept"], found.Headers.Select(header => header.Key));
        Assert.Equal("https://api.crm.example.com/v2/Cases/9/Notes", (await RenderAsync(EndpointKind.Comment, session => session.CommentBody = "Hi")).Url);
    }

    [Fact]
    [Rule("CRM-39")]
    [Rule("CRM-40")]
    [Rule("CRM-74")]
    [Rule("CRM-142")]
    public async Task It_says_what_is_dropped_what_is_in_the_way_and_what_is_odd()
    {
        await CreateAsync(connector => (connector.Phone.Format, connector.SendIdempotencyKey) = (PhoneFormat.UsLocal, false));

        var update = await RenderAsync(EndpointKind.UpdateRecord, session => session.ClearRating());
        var held = await RenderAsync(EndpointKind.UpdateRecord, session => session.RecordId = null);
        var nothing = await RenderAsync(EndpointKind.FindAccountByQuery, _ => { }, new());
        var odd = await RenderAsync(EndpointKind.CreateAccount, session => session.PhoneNumber = "+390612345678");

        Assert.Equal(["Rating"], update.DroppedParameters);
        Assert.DoesNotContain("Idempotency-Key", update.Headers.Select(header => header.Key));
        Assert.Equal(("URL_VARIABLE_EMPTY", "RECORD_ID", "", 0), (held.NotSentReason, held.NotSentSubject, held.Url, held.Headers.Count));
        Assert.Equal("NO_CRITERIA", nothing.NotSentReason);
        Assert.Equal(("PHONE_NOT_US", "PHONE_NUMBER"), (Assert.Single(odd.Warnings).Code, odd.Warnings[0].Subject));
        Assert.Equal("""{"data":[{"First_Name":"Kim","Last_Name":"Lee","Phone":"+390612345678","Email":"kim@example"}]}""", odd.Body);
    }

    [Fact]
    [Rule("CRM-36")]
    [Rule("CRM-71")]
    [Rule("CRM-118")]
    [Rule("CRM-142")]
    public async Task An_upload_is_shown_with_the_variable_in_the_place_of_the_file()
    {
        await CreateAsync(connector =>
        {
            (connector.Endpoints.UploadFile, connector.Upload) = (Examples.UploadFile(), Examples.Upload());
            connector.Endpoints.UploadFile.Parameters.Add(new Parameter { Key = "of \"it\"", Value = """{"by":{NAME}}""", Type = Crm.V1.ValueType.Json });
        });

        var form = await RenderAsync(EndpointKind.UploadFile, session => session.File = new() { Name = "Grüße.txt", ContentType = "text/plain" });

        Assert.Equal(("https://api.crm.example.com/v2/Cases/9/Attachments", ""), (form.Url, form.NotSentReason));
        Assert.Equal(
            "--sample-boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"Grüße.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt\r\nContent-Type: text/plain\r\n\r\n{FILE_DATA}\r\n"
            + "--sample-boundary\r\nContent-Disposition: form-data; name=\"of %22it%22\"\r\n\r\n{\"by\":\"Kim Lee\"}\r\n--sample-boundary--\r\n",
            form.Body);
        Assert.Contains("Content-Type: multipart/form-data; boundary=sample-boundary", form.Headers.Select(header => $"{header.Key}: {header.Value}"));
        var unsafeName = await RenderAsync(EndpointKind.UploadFile, session => session.File = new() { Name = "a\r\nX-Other: 1" });
        Assert.Equal(("HEADER_INJECTION", ""), (unsafeName.NotSentReason, unsafeName.Body));

        var connector = (await Connectors.GetConnectorAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation)).Connector;
        connector.Upload.Type = UploadType.Base64Form;
        (connector.Endpoints.UploadFile.DataFormat, connector.Endpoints.UploadFile.ContainerType, connector.Endpoints.UploadFile.ContainerName) = (DataFormat.Container, ContainerType.Array, "data");
        await Connectors.UpdateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation);
        Assert.Equal("""{"data":[{"file":"{FILE_DATA}","of \"it\"":{"by":"Kim Lee"}}]}""", (await RenderAsync(EndpointKind.UploadFile)).Body);
    }

    [Fact]
    [Rule("CRM-142")]
    public async Task What_cannot_be_rendered_is_refused()
    {
        await CreateAsync(connector => connector.Endpoints.FindAccountById = null);

        await FailsAsync(StatusCode.FailedPrecondition, "ENDPOINT_NOT_CONFIGURED", Connectors.RenderRequestAsync(new() { ConnectorId = "zoho-like", Endpoint = EndpointKind.FindAccountById }, cancellationToken: Cancellation));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", Connectors.RenderRequestAsync(new() { ConnectorId = "zoho-like" }, cancellationToken: Cancellation), "endpoint");
        await FailsAsync(StatusCode.NotFound, "CONNECTOR_NOT_FOUND", Connectors.RenderRequestAsync(new() { ConnectorId = "none", Endpoint = EndpointKind.Comment }, cancellationToken: Cancellation));
        await FailsAsync(
            StatusCode.InvalidArgument,
            "FIELD_INVALID",
            Connectors.RenderRequestAsync(new() { ConnectorId = "zoho-like", Endpoint = EndpointKind.Comment, Session = new() { Rating = 6, WaitSeconds = -1, Channel = (SessionChannel)7 } }, cancellationToken: Cancellation),
            "session.channel",
            "session.rating",
            "session.wait_seconds");
    }

    [Fact]
    [Rule("CRM-61")]
    public async Task An_expression_is_worked_out_argument_by_argument()
    {
        var session = Session();

        var both = await EvaluateAsync("=CONCAT_OR((Id:equals:{ACCOUNT_ID}), {AGENT_EMAIL}, CONCAT_AND({FEEDBACK}, b))");
        var dropped = await EvaluateAsync("=DEFAULT_VALUE({AGENT_EMAIL}, {FEEDBACK})");
        var plain = await Connectors.EvaluateExpressionAsync(
            new() { Expression = "to {PHONE_NUMBER}", Session = session, Search = true, QueryEscaping = QueryEscaping.Backslash }, cancellationToken: Cancellation);

        Assert.Equal(("(Id:equals:123) or b", false), (both.Result, both.Dropped));
        Assert.Equal(["(Id:equals:123) ", " AGENT_EMAIL", "b "], both.Arguments.Select(argument => $"{argument.Text} {argument.EmptyVariable}"));
        Assert.Equal(["FEEDBACK", ""], both.Arguments[2].Arguments.Select(argument => argument.EmptyVariable));
        Assert.Equal(("", true), (dropped.Result, dropped.Dropped));
        Assert.Equal(("to *222*333*4444", false, 0), (plain.Result, plain.Dropped, plain.Arguments.Count));
        await FailsAsync(
            StatusCode.InvalidArgument,
            "SYNTAX",
            Connectors.EvaluateExpressionAsync(new() { Expression = "=CONCAT_OR(a) b" }, cancellationToken: Cancellation),
            "expression SYNTAX at character 15");

        async Task<EvaluateExpressionResponse> EvaluateAsync(string expression) =>
            await Connectors.EvaluateExpressionAsync(new() { Expression = expression, Session = session }, cancellationToken: Cancellation);
    }

    /// <summary>call-1418 as a caller describes it.</summary>
    private static SampleSession Session() => new()
    {
        SessionId = 1418,
        Channel = SessionChannel.Call,
        SessionType = "Voice Inbound (IVR)",
        Name = "Kim Lee",
        PhoneNumber = "+12223334444",
        Email = "kim@example",
        QueueName = "Orders",
        WaitSeconds = 27,
        SessionSeconds = 126,
        Rating = 5,
        AccountId = new() { Number = 123 },
        RecordId = new() { Text = "9" },
    };

    private async Task CreateAsync(Action<Connector>? change = null)
    {
        var connector = ConnectorTests.Example();
        change?.Invoke(connector);
        await Connectors.CreateConnectorAsync(new() { Connector = connector }, cancellationToken: Cancellation);
    }

    private async Task<RenderedRequest> RenderAsync(EndpointKind endpoint, Action<SampleSession>? change = null, SampleSession? session = null)
    {
        session ??= Session();
        change?.Invoke(session);
        return (await Connectors.RenderRequestAsync(new() { ConnectorId = "zoho-like", Endpoint = endpoint, Session = session }, cancellationToken: Cancellation)).Request;
    }
}
