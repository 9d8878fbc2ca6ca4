using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ContactCenter.InsightsEnrichment.Tests.RawEvents;

public sealed class EventStreamsTests(TestServers servers) : InsightsTest(servers)
{
    [Fact]
    [Rule("INS-6"), Rule("INS-9"), Rule("INS-10")]
    public async Task A_life_sent_as_CloudEvents_gives_the_segments_of_the_same_life_sent_as_forms()
    {
        using var answer = await PostStreamAsync(Encoding.UTF8.GetBytes($"[ {string.Join(" , ", Examples.ColdTransfer().Forms.Select(CloudEvent))} ]"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await SendAsync(Examples.ColdTransfer(3).Forms);
        await SettledAsync();

        Assert.Equal(await RowsAsync(TaskLife.Sid("WT", 3)), await RowsAsync(TaskLife.Sid("WT", 1)));
        Assert.Equal(CloudEvent(Examples.ColdTransfer().Forms[0]), Encoding.UTF8.GetString(await QueryAsync<byte[]>(
            "SELECT body FROM insights.raw_events WHERE source = 'event_streams' AND event_key LIKE '%1001'")));
    }

    [Fact]
    [Rule("INS-9")]
    public async Task One_bad_item_fails_alone_and_other_products_are_ignored()
    {
        var other = """{"specversion":"1.0","type":"com.twilio.voice.insights","data":{"payload":{"account_sid":"AC1"}}}""";
        var unpaired = """{"type":"com.twilio.taskrouter.task.created","data":{"payload":{"sid":"\ud800"}}}""";
        using var answer = await PostStreamAsync(Encoding.UTF8.GetBytes($"[7,{{}},{other},{unpaired},{CloudEvent(new TaskLife().Created("10:00:00").Forms[0])}]"));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await SettledAsync();
        Assert.Equal("failed 3, ignored 1, processed 1", await StatusesAsync());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("nonsense")]
    [InlineData("")]
    [Rule("INS-9")]
    public async Task Anything_but_an_array_is_refused_and_kept(string body)
    {
        using var answer = await PostStreamAsync(Encoding.UTF8.GetBytes(body));

        Assert.Equal((HttpStatusCode.BadRequest, "NOT_AN_ARRAY"), (answer.StatusCode, await ReasonOfAsync(answer)));
        Assert.Equal(body, Encoding.UTF8.GetString(await QueryAsync<byte[]>("SELECT body FROM insights.raw_events WHERE status = 'failed' AND error = 'NOT_AN_ARRAY'")));
    }

    [Theory]
    [InlineData(64, HttpStatusCode.NoContent)]
    [InlineData(65, HttpStatusCode.BadRequest)]
    [Rule("DUR-57")]
    public async Task An_array_may_be_64_levels_deep(int depth, HttpStatusCode status)
    {
        using var answer = await PostStreamAsync(Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth)));

        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    [Rule("INS-6"), Rule("INS-8")]
    public async Task A_body_that_the_address_does_not_vouch_for_is_refused()
    {
        using var answer = await PostStreamAsync("[]"u8.ToArray(), new string('0', 64));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("", await StatusesAsync());
    }

    [Fact]
    [Rule("INS-13"), Rule("INS-14")]
    public async Task Of_two_arrivals_of_one_event_the_stream_is_used_whichever_came_first()
    {
        var life = Examples.ColdTransfer();
        await SendAsync(life.Forms);
        await SettledAsync();
        var changed = new Dictionary<string, string>(life.Forms[8]) { ["TimestampMs"] = "1772445764900" };
        using var answer = await PostStreamAsync(Encoding.UTF8.GetBytes($"[{CloudEvent(changed)}]"));
        await SettledAsync();

        Assert.StartsWith("Conversation|Level 2|Alba Perez|10:02:44|32|4|181|30", (await RowsAsync(life.TaskSid))[3], StringComparison.Ordinal);
        Assert.Equal("duplicate 1, processed 12", await StatusesAsync());
        Assert.Equal("taskrouter_webhook", await QueryAsync<string>("SELECT source FROM insights.raw_events WHERE status = 'duplicate'"));
        Assert.Equal(1, await QueryAsync<int>("SELECT count::int FROM insights.warnings WHERE code = 'twin_mismatch'"));
    }

    internal static string CloudEvent(IReadOnlyDictionary<string, string> form)
    {
        var payload = new JsonObject(form.Where(pair => pair.Key != "EventType")
            .Select(pair => KeyValuePair.Create(JsonNamingPolicy.SnakeCaseLower.ConvertName(pair.Key), (JsonNode?)pair.Value)));
        return new JsonObject { ["specversion"] = "1.0", ["type"] = "com.twilio.taskrouter." + form["EventType"], ["data"] = new JsonObject { ["payload"] = payload } }.ToJsonString();
    }
}
