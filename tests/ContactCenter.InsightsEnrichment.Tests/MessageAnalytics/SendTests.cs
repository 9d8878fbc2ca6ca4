using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ContactCenter.Events.Insights;
using ContactCenter.Insights.V1;
using Grpc.Core;
using MassTransit;
using SentMessage = ContactCenter.Insights.V1.SentMessage;

namespace ContactCenter.InsightsEnrichment.Tests.MessageAnalytics;

/// <summary>The three ways to tell what was sent.</summary>
public sealed class SendTests(TestServers servers) : MessageTest(servers)
{
    private const string Sent = "2026-01-01T09:00:00Z";

    protected override Task<string> TakeBrokerAsync() => Servers.CreateVirtualHostAsync(Cancellation);

    [Fact]
    [Rule("MSG-12"), Rule("MSG-14")]
    public async Task The_three_ways_to_record_a_send_have_the_same_effect()
    {
        Assert.Equal(RecordResult.Recorded, await SentAsync(M1, Sent, message => message.Campaign = "spring"));
        var bus = await StartBusAsync();
        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        await bus.Publish(
            new RcsMessageSent { EventId = id, OccurredTime = DateTimeOffset.Parse(Sent, null), MessageId = M2, AgentId = Agent, PhoneNumber = User, Campaign = "spring" },
            context => context.MessageId = id,
            Cancellation);
        await Eventually.TrueAsync(async () => await FiguresAsync("2026-01-01", AnalyticsView.Live) == "sent 2");
        await bus.StopAsync(Cancellation);

        foreach (var sent in new[] { M1, M2, "m3" })
        {
            var answer = await PostSendsAsync($$"""{"message_id":"{{sent}}","agent_id":"{{Agent}}","phone_number":"{{User}}","send_time":"{{Sent}}","campaign":"spring"}""");
            Assert.Equal(sent == "m3" ? "recorded" : "unchanged", (string?)answer["results"]![0]!["result"]);
        }

        Assert.Equal("sent 3", await FiguresAsync("2026-01-01", AnalyticsView.Live));
        Assert.Equal(RecordResult.Unchanged, await SentAsync("m3", Sent, message => message.Campaign = "spring"));
        var failure = await Assert.ThrowsAsync<RpcException>(() => SentAsync("m3", Sent, message => message.Campaign = "summer"));
        Assert.Equal(StatusCode.AlreadyExists, failure.StatusCode);
        await FailsAsync(StatusCode.AlreadyExists, "MESSAGE_ID_REUSED", null, () => Messages.RecordSentMessageAsync(new() { Message = new() { MessageId = "m3", AgentId = Agent, PhoneNumber = User } }));
    }

    [Fact]
    [Rule("MSG-13"), Rule("MSG-14")]
    public async Task One_message_that_is_refused_stops_no_other()
    {
        SentMessage Message(string id, Action<SentMessage>? with = null)
        {
            var message = new SentMessage { MessageId = id, AgentId = Agent, PhoneNumber = User, SendTime = TimeOf(Sent) };
            with?.Invoke(message);
            return message;
        }

        var answer = await Messages.RecordSentMessagesAsync(new()
        {
            Messages =
            {
                Message("a"), Message(""), Message(new string('x', 65)), Message("b", m => m.AgentId = "other@rbm.goog"), Message("c", m => m.AgentId = "=1"), Message("d", m => m.PhoneNumber = "0123"),
                Message("e", m => m.Format = "fax"), Message("f", m => m.Suggestions.Add(new ContactCenter.Insights.V1.Suggestion())), Message("a"), Message("a", m => m.Template = "x"), Message("g", m => m.Campaign = "a\0b"),
                Message("h", m => m.SendTime = TimeOf("1900-01-01T00:00:00Z")), Message("z"),
            },
        }, cancellationToken: Cancellation);

        Assert.Equal(
            [
                "Recorded", "Rejected message_id", "Rejected message_id", "Rejected agent_id AGENT_UNKNOWN", "Rejected agent_id", "Rejected phone_number", "Rejected format",
                "Rejected suggestions[0].kind", "Unchanged", "Rejected message_id MESSAGE_ID_REUSED", "Rejected", "Rejected send_time", "Recorded",
            ],
            answer.Messages.Select(message => $"{message.Result} {message.Violations.FirstOrDefault()?.Field} {(message.Violations.FirstOrDefault()?.Reason is "FIELD_INVALID" or null ? "" : message.Violations[0].Reason)}".Trim()));
        Assert.Equal("sent 2", await FiguresAsync("2026-01-01", AnalyticsView.Live));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", "message.phone_number", () => Messages.RecordSentMessageAsync(new() { Message = Message("k", m => m.PhoneNumber = "") }));
        await FailsAsync(StatusCode.InvalidArgument, "RANGE_TOO_LARGE", "messages", () => Messages.RecordSentMessagesAsync(new() { Messages = { Enumerable.Repeat(Message("a"), 501) } }));
    }

    [Fact]
    [Rule("MSG-12"), Rule("MSG-13")]
    public async Task Lines_of_json_are_recorded_each_by_itself()
    {
        var answer = await PostSendsAsync($$"""
            {"message_id":"a","agent_id":"{{Agent}}","phone_number":"{{User}}","suggestions":[{"kind":"reply","postback_data":"yes"}]}
            {"message_id":"b","agent_id":"{{Agent}}","phone_number":7}
            {"message_id":"c","agent_id":null}
            {"message_id":"d","agent_id":"{{Agent}}","phone_number":"{{User}}","accepted":false}
            """);

        Assert.Equal(["recorded", "rejected phone_number", "rejected ", "recorded"], answer["results"]!.AsArray().Select(result => result!["result"] + (result["violations"]!.AsArray() is [{ } first] ? $" {first["field"]}" : "")));
        using var unreadable = await SendAsync("nonsense");
        Assert.Equal((HttpStatusCode.BadRequest, "BODY_UNREADABLE"), (unreadable.StatusCode, await ReasonOfAsync(unreadable)));
    }

    private async Task<JsonNode> PostSendsAsync(string body)
    {
        using var answer = await SendAsync(body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!;
    }

    private async Task<HttpResponseMessage> SendAsync(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/rbm/sentMessages") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestKey.Text);
        return await Http.SendAsync(request, Cancellation);
    }
}
