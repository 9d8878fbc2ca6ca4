using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.Events.Insights;
using ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Tests.MessageAnalytics;

/// <summary>What the webhook takes in, and how it answers.</summary>
public sealed class WebhookTests(TestServers servers) : MessageTest(servers)
{
    private const string Delivered =
        """{"senderPhoneNumber":"+15550100100","eventType":"DELIVERED","eventId":"e-1","messageId":"11111111-1111-4111-8111-111111111111","sendTime":"2026-01-01T09:00:05Z","agentId":"brand@rbm.goog"}""";

    protected override Task<string> TakeBrokerAsync() => Servers.CreateVirtualHostAsync(Cancellation);

    [Fact]
    [Rule("MSG-2")]
    public async Task Example_1_the_handshake_returns_the_secret_of_who_knows_the_token()
    {
        using var answer = await PostAsync("/ingest/rbm", """{"clientToken":"SJENCPGJESMGUFPY","secret":"1234567890"}""", null);
        Assert.Equal((HttpStatusCode.OK, "text/plain", "1234567890"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType, await answer.Content.ReadAsStringAsync(Cancellation)));
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));

        foreach (var body in new[] { """{"clientToken":"WRONG","secret":"1234567890"}""", """{"clientToken":"SJENCPGJESMGUFPY"}""", $$"""{"clientToken":"SJENCPGJESMGUFPY","secret":"{{new string('x', 1025)}}"}""", """{"clientToken":1,"secret":"1"}""" })
        {
            using var refused = await PostAsync($"/ingest/rbm/agents/{Agent}", body, null);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Theory]
    [Rule("MSG-4")]
    [InlineData(Delivered, "1+fQsCrLbrAzLHLmeHgimWUpez3BcvpTmcaryL5KqVItFKImk7vIZRa3b33urKbTvQ5QAKLcwKHIbp8U20dH5w==", "")]
    [InlineData("{\n  \"senderPhoneNumber\": \"+15550100100\",\n  \"text\": \"Test\"\n}", "MXYRnLWJLiEIfi7DhXyj9/HQHYFVnnC3RzcbNWHpyf5Cg8A3wOeGtTrbwRsA+RUclkCYupIn+wY8TY+KhISoHA==", "")]
    [InlineData("{\"senderPhoneNumber\":\"+15550100100\",\"text\":\"Test\"}", "MXYRnLWJLiEIfi7DhXyj9/HQHYFVnnC3RzcbNWHpyf5Cg8A3wOeGtTrbwRsA+RUclkCYupIn+wY8TY+KhISoHA==", "SIGNATURE_INVALID")]
    [InlineData(Delivered, "", "SIGNATURE_INVALID")]
    [InlineData(Delivered, "not base64", "SIGNATURE_INVALID")]
    public async Task Example_2_what_is_signed_as_it_is_counts_as_genuine(string data, string signature, string quarantined)
    {
        using var answer = await PostAsync($"/ingest/rbm/agents/{Agent}", Envelope(data), signature.Length > 0 ? signature : null);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(quarantined, string.Join(' ', (await Messages.ListQuarantineAsync(new(), cancellationToken: Cancellation)).Entries.Select(entry => entry.Reason)));
        Assert.Equal(quarantined.Length > 0 ? 0 : 1, await QueryAsync<long>("SELECT count(*) FROM insights.rbm_notifications"));
    }

    [Theory]
    [Rule("MSG-1"), Rule("MSG-7"), Rule("MSG-10")]
    [InlineData("{\"message\":{}}", "DATA_MISSING")]
    [InlineData("[]", "BODY_UNREADABLE")]
    [InlineData("{", "BODY_UNREADABLE")]
    [InlineData("{\"message\":{\"data\":\"***\"}}", "DATA_UNREADABLE")]
    [InlineData("[1]", "DATA_UNREADABLE", true)]
    [InlineData("no json", "DATA_UNREADABLE", true)]
    [InlineData("{\"agentId\":\"other@rbm.goog\",\"eventType\":\"IS_TYPING\"}", "AGENT_MISMATCH", true)]
    [InlineData("{\"agentId\":\"brand@rbm.goog\",\"eventType\":\"IS_TYPING\",\"sendTime\":\"2050-01-01T00:00:00Z\"}", "TIME_OUT_OF_RANGE", true)]
    [InlineData("{\"agentId\":\"brand@rbm.goog\",\"text\":\"\\u0000\"}", "DATA_UNREADABLE", true)]
    public async Task What_cannot_be_read_is_answered_200_and_kept_aside(string body, string reason, bool isData = false)
    {
        using var answer = await PostAsync($"/ingest/rbm/agents/{Agent}", isData ? Envelope(body) : body, Sign(Encoding.UTF8.GetBytes(body)));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var entry = Assert.Single((await Messages.ListQuarantineAsync(new() { Reason = reason }, cancellationToken: Cancellation)).Entries);
        Assert.Equal(Agent, entry.PathAgentId);
        Assert.Equal(1, (await QueryDaysAsync(Today, Today, AnalyticsView.Live)).DataQuality.Quarantined);
        Assert.DoesNotContain("rbm.goog", await QueryAsync<string>("SELECT body FROM insights.rbm_quarantine"), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("MSG-1")]
    public async Task The_webhook_of_an_agent_that_is_not_configured_answers_404()
    {
        Assert.Equal(HttpStatusCode.NotFound, await NotifyAsync(Delivered, path: "/ingest/rbm/agents/other@rbm.goog"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync("/ingest/rbm", new string(' ', 1024 * 1024 + 1), null)).StatusCode);
    }

    [Fact]
    [Rule("MSG-3"), Rule("MSG-11"), Rule("MSG-31")]
    public async Task Every_kind_is_told_apart_and_published_once()
    {
        await using var published = await Published.ListenAsync(Broker, typeof(RcsReceiptReceived), typeof(RcsUserMessageReceived), typeof(RcsSubscriptionChanged));
        await SentAsync(M1, "2026-01-01T09:00:00Z", message =>
        {
            message.Template = "welcome";
            message.Suggestions.Add(new ContactCenter.Insights.V1.Suggestion { Kind = SuggestionKind.Action, Text = "Map", PostbackData = "map" });
        });
        (string Data, string Kind)[] all =
        [
            (Delivered, "DELIVERED"),
            (User("""{"messageId":"u1","text":"Hello"}"""), "text"),
            (User("""{"messageId":"u2","location":{"latitude":1,"longitude":2}}"""), "location"),
            (User("""{"messageId":"u3","userFile":{"payload":{"mimeType":"image/gif","fileUri":"https://example.com/a"}}}"""), "file"),
            (User("""{"messageId":"u4","suggestionResponse":{"postbackData":"yes","text":"Yes","type":"REPLY"}}"""), "suggested_reply"),
            (User("""{"eventId":"e-9","suggestionResponse":{"postbackData":"map"}}"""), "suggested_action"),
            (User("""{"eventId":"e-10","suggestionResponse":{"postbackData":"old_promo"}}"""), "suggestion"),
            (User("""{"eventId":"e-11","eventType":"IS_TYPING"}"""), "IS_TYPING"),
            (User("""{"eventId":"e-12","eventType":"UNSUBSCRIBE"}"""), "UNSUBSCRIBE"),
            (User("""{"eventId":"e-13","eventType":"SOMETHING_NEW"}"""), "UNKNOWN"),
            (User("""{"messageId":"u5","text":"two","location":{}}"""), "UNKNOWN"),
        ];
        foreach (var (data, _) in all.Concat(all.Reverse()))
            Assert.Equal(HttpStatusCode.OK, await NotifyAsync(data));

        Assert.Equal(string.Join(' ', all.Select(one => one.Kind).Order(StringComparer.Ordinal)), await QueryAsync<string>("SELECT string_agg(kind, ' ' ORDER BY kind) FROM insights.rbm_notifications"));
        await published.ReceivedAsync<RcsUserMessageReceived>(6);
        await published.ReceivedAsync<RcsSubscriptionChanged>(1);
        await published.ReceivedAsync<RcsReceiptReceived>(1);
        var receipt = Assert.Single(published.Of<RcsReceiptReceived>());
        Assert.Equal(("DELIVERED", M1, true, new DateOnly(2026, 1, 1), 1, true), (receipt.Kind, receipt.MessageId, receipt.Known, receipt.SendDay!.Value, receipt.DayNumber!.Value, receipt.Counted));
        var tap = published.Of<RcsUserMessageReceived>().Single(message => message.UserMessageId == "e-9");
        Assert.Equal(("suggested_action", "map", M1, "welcome", MessageTest.User), (tap.Type, tap.PostbackData, tap.AttributedMessageId, tap.AttributedTemplate, tap.PhoneNumber));
        Assert.Null(published.Of<RcsUserMessageReceived>().Single(message => message.UserMessageId == "e-10").AttributedMessageId);
        Assert.Equal("Hello", published.Of<RcsUserMessageReceived>().Single(message => message.UserMessageId == "u1").Text);
        Assert.Equal(6, published.Of<RcsUserMessageReceived>().Count());
        Assert.Equal("unknown_event_type", Assert.Single((await Warnings.ListWarningsAsync(new(), cancellationToken: Cancellation)).Warnings).Code);
    }

    [Fact]
    [Rule("MSG-11"), Rule("MSG-44")]
    public async Task The_samples_of_the_platforms_guides_are_taken_and_no_number_is_stored_as_it_is()
    {
        var samples = JsonNode.Parse(await File.ReadAllBytesAsync(ContractData.Require("rbm/google_doc_samples.json"), Cancellation))!.AsObject();
        foreach (var (name, sample) in samples.Where(sample => sample.Key != "webhook_verification_request"))
        {
            var data = sample!.AsObject();
            data["agentId"] = Agent;
            foreach (var id in new[] { "messageId", "eventId" }.Where(data.ContainsKey))
                data[id] = name;
            if (data.ContainsKey("senderPhoneNumber"))
                data["senderPhoneNumber"] = MessageTest.User;
            Assert.Equal(HttpStatusCode.OK, await NotifyAsync(data.ToJsonString()));
        }

        Assert.Equal("DELIVERED EXPIRE_FAILED IS_TYPING READ file location suggestion text", await QueryAsync<string>("SELECT string_agg(kind, ' ' ORDER BY kind COLLATE \"C\") FROM insights.rbm_notifications"));
        Assert.Equal(0, await QueryAsync<long>("SELECT count(*) FROM insights.rbm_notifications n WHERE n::text LIKE '%15550100100%'"));
    }

    private static string Today => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", null);

    private static new string User(string content)
    {
        var data = JsonNode.Parse(content)!.AsObject();
        data["agentId"] = Agent;
        data["senderPhoneNumber"] = MessageTest.User;
        data["sendTime"] = "2026-01-01T10:00:00.123456789Z";
        return data.ToJsonString(JsonSerializerOptions.Web);
    }
}

/// <summary>A partner's webhook whose token was changed too late, and that says so.</summary>
public sealed class PartnerWebhookTests(TestServers servers) : MessageTest(servers)
{
    private string _token = "old-token";

    protected override IEnumerable<string> Settings => [$"--Rbm:PartnerClientTokens:0={_token}", "--Rbm:RejectStatus=401", "--Rbm:QuarantineMax=2"];

    [Fact]
    [Rule("MSG-1"), Rule("MSG-5")]
    public async Task What_was_refused_is_taken_in_when_the_token_is_right()
    {
        var data = Receipt("DELIVERED", M1, "2026-01-01T09:00:05Z", "e-1");
        Assert.Equal(HttpStatusCode.Unauthorized, await NotifyAsync(data, Sign(Encoding.UTF8.GetBytes(data), "new-token")));
        Assert.Equal(HttpStatusCode.Unauthorized, await NotifyAsync(data, "none"));
        var before = await Messages.ReverifyQuarantineAsync(new(), cancellationToken: Cancellation);
        Assert.Equal((2, 0), (before.CheckedCount, before.TakenCount));
        await StopAsync();
        _token = "new-token";
        await StartAsync();

        var after = await Messages.ReverifyQuarantineAsync(new(), cancellationToken: Cancellation);

        Assert.Equal((2, 1), (after.CheckedCount, after.TakenCount));
        Assert.Equal("DELIVERED", await QueryAsync<string>("SELECT kind FROM insights.rbm_notifications"));
        var agent = Assert.Single((await Messages.ListAgentsAsync(new(), cancellationToken: Cancellation)).Agents);
        Assert.Equal((Agent, Agent, false), (agent.AgentId, agent.DisplayName, agent.Configured));
    }

    [Fact]
    [Rule("MSG-5")]
    public async Task The_quarantine_drops_its_oldest_entries_and_counts_them()
    {
        for (var i = 0; i < 5; i++)
            await NotifyAsync("{}", "wrong");

        Assert.Equal(2, (await Messages.ListQuarantineAsync(new(), cancellationToken: Cancellation)).Entries.Count);
        Assert.Equal(3, await QueryAsync<long>("SELECT dropped FROM insights.rbm_quarantine_losses"));
    }
}

/// <summary>An agent is configured, and no token for it.</summary>
public sealed class WebhookOffTests(TestServers servers) : MessageTest(servers)
{
    protected override IEnumerable<string> Settings => [$"--Rbm:Agents:0:AgentId={Agent}"];

    [Fact]
    [Rule("MSG-4")]
    public async Task Without_a_token_nothing_is_taken_and_the_service_is_not_ready()
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await NotifyAsync("{}"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Http.GetAsync("/health", Cancellation)).StatusCode);
    }
}
