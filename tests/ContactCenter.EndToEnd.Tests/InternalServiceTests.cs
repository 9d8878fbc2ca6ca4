using System.Globalization;
using System.Text.Json;

namespace ContactCenter.EndToEnd.Tests;

/// <summary>One day as an internal service lives it, in two languages: the same steps with clients that nobody here wrote, each result checked.</summary>
[Collection("intake")]
public sealed class InternalServiceTests(PlayedSuite suite)
{
    private const int Calls = 12, Chats = 2, Events = 6;

    [Fact]
    [Rule("INS-4"), Rule("INS-18"), Rule("INS-23"), Rule("INS-24"), Rule("INS-79"), Rule("INS-102"), Rule("INS-131"), Rule("INS-141")]
    public async Task Python_sends_a_day_asks_mends_and_takes_it_out()
    {
        var descriptors = await Tool.DescribeAsync();
        await CheckAsync(30, 8_100_000, "+15550100101", settings => Tool.RunAsync("/usr/bin/python3", Tool.Client("insights_day.py"), settings, descriptors));
        File.Delete(descriptors);
    }

    [Fact]
    [Rule("INS-4"), Rule("INS-18"), Rule("INS-23"), Rule("INS-24"), Rule("INS-79"), Rule("INS-102"), Rule("INS-131"), Rule("INS-141")]
    public Task Node_sends_a_day_asks_mends_and_takes_it_out() =>
        CheckAsync(31, 8_200_000, "+15550100102", settings => Tool.RunAsync("node", Tool.Client("insights_day.js"), settings, Tool.Protos));

    private async Task CheckAsync(int daysAgo, int firstTask, string phone, Func<string, Task<string>> runAsync)
    {
        var day = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-daysAgo);
        using var answer = JsonDocument.Parse(await RunAsync(day, firstTask, phone, runAsync));
        var found = answer.RootElement;

        // What came in: every event once, what is no event refused by its place, a wrong signature turned away.
        Assert.Equal($"{Calls * Events}", Text(found, "bulk.stored"));
        Assert.Equal("1", Text(found, "bulk.refused"));
        Assert.Equal($"{Calls * Events}:CONTENT_TYPE_UNKNOWN", $"{Text(found, "bulk.refusals.0.index")}:{Text(found, "bulk.refusals.0.reason")}");
        Assert.Equal(("3", "0"), (Text(found, "bulk_again.duplicate"), Text(found, "bulk_again.stored") ?? "0"));
        Assert.Equal(Enumerable.Repeat(204, Chats * Events), found.GetProperty("callbacks").EnumerateArray().Select(status => status.GetInt32()));
        Assert.Equal(403, found.GetProperty("wrong_signature").GetInt32());

        // What attributes would give.
        var customer = Text(found, "preview.customer.customer_id")!;
        Assert.Matches("^cus_[a-z2-7]{26}$", customer);
        Assert.All(
            found.GetProperty("preview").GetProperty("segments").EnumerateArray().Where(segment => Text(segment, "kind") == "SEGMENT_KIND_CONVERSATION"),
            segment => Assert.Equal("Sold", Text(segment, "attributes.outcome")));
        Assert.Contains(found.GetProperty("preview").GetProperty("warnings").EnumerateArray(), w => (Text(w, "code"), Text(w, "field")) == ("unknown_attribute", "colour"));

        // The customer's journey, the latest first, over both channels and three pages.
        var pages = found.GetProperty("pages").EnumerateArray().Select(page => page.EnumerateArray().ToList()).ToList();
        Assert.Equal([2, 2, 1], pages.Select(page => page.Count));
        Assert.Equal(
            [(13, "Chat"), (8, "Call"), (12, "Chat"), (4, "Call"), (0, "Call")],
            pages.SelectMany(page => page).Select(conversation => (Number(conversation, "conversation_id") - firstTask, Text(conversation, "channel"))));
        Assert.All(pages.SelectMany(page => page), conversation => Assert.Equal(customer, Text(conversation, "customer_id")));

        // The correction is there after everything was processed again, and nothing else has changed.
        Assert.Equal(("solved", "Sold"), (Text(found, "before.attributes.outcome"), Text(found, "after.attributes.outcome")));
        Assert.Equal(1, found.GetProperty("after").GetProperty("corrections").GetArrayLength());
        Assert.Equal("INVALID_ARGUMENT", Text(found, "refused.code"));
        Assert.Contains("attributes.kind", Text(found, "refused.message"), StringComparison.Ordinal);
        Assert.Equal("REPROCESSING_STATE_DONE", Text(found, "reprocessing.state"));
        Assert.Equal($"{(Calls + Chats) * Events + 3}", Text(found, "reprocessing.counts.events_done"));
        Assert.Equal("0", Text(found, "reprocessing.counts.segments_changed") ?? "0");

        // The load took the day in, and the file is the day.
        Assert.True(long.Parse(Text(found, "load.load_number")!, CultureInfo.InvariantCulture) > 0);
        Assert.Equal(("EXPORT_STATE_DONE", $"{Calls + Chats}"), (Text(found, "export.state"), Text(found, "export.rows")));
        Assert.Equal(Text(found, "export.sha256"), Text(found, "sha256"));
        var rows = found.GetProperty("rows").EnumerateArray().Select(row => row.EnumerateArray().Select(cell => cell.GetString()!).ToList()).ToList();
        Assert.Equal(["task_sid", "customer_id", "channel", "start_time", "talk_time", "outcome", "campaign", "content", "external_contact"], rows[0]);
        Assert.Equal(
            Enumerable.Range(0, Calls).Select(i => (Minute: 480 + i * 60, Row: (string[])
                [$"WT{firstTask + i:D32}", i % 4 == 0 ? customer : "*", "Call", Start(day, 480 + i * 60), $"{100 + i}", i == 0 ? "Sold" : "solved", "", "", "+18001234567"]))
            .Concat(Enumerable.Range(0, Chats).Select(i => (Minute: 750 + i * 240, Row: (string[])
                [$"WT{firstTask + Calls + i:D32}", customer, "Chat", Start(day, 750 + i * 240), $"{200 + i}", "solved", "'=1+1", "Grüße \"an alle\", 😀\nzweite Zeile", ""])))
            .OrderBy(row => row.Minute).Select(row => string.Join('|', row.Row)),
            rows.Skip(1).Select(row => string.Join('|', row.Select((cell, i) => i == 1 && cell != customer && cell.StartsWith("cus_", StringComparison.Ordinal) ? "*" : cell))));
    }

    private async Task<string> RunAsync(DateOnly day, int firstTask, string phone, Func<string, Task<string>> runAsync)
    {
        var environment = suite.Insights.Environment;
        var settings = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                settings,
                JsonSerializer.Serialize(new
                {
                    grpc = suite.Insights.Grpc.Authority,
                    http = suite.Insights.Http,
                    public_base_url = environment["PublicBaseUrl"],
                    api_key = suite.DeveloperKey,
                    auth_token = environment["Twilio__Accounts__0__AuthTokens__0"],
                    account_sid = environment["Twilio__Accounts__0__AccountSid"],
                    workspace_sid = environment["Twilio__Accounts__0__WorkspaceSids__0"],
                    day = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                    phone,
                    first_task = firstTask,
                }),
                TestContext.Current.CancellationToken);
            return await runAsync(settings);
        }
        finally
        {
            File.Delete(settings);
        }
    }

    private static string Start(DateOnly day, int minute) =>
        $"{day.ToDateTime(default).AddMinutes(minute).AddSeconds(25).ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture)}+00:00";

    private static int Number(JsonElement element, string path) => int.Parse(Text(element, path)![2..], CultureInfo.InvariantCulture);

    /// <summary>The text at a path, such as <c>refusals.0.index</c>; null if there is none: both clients leave out what is empty.</summary>
    private static string? Text(JsonElement element, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (element.ValueKind == JsonValueKind.Array)
                element = element[int.Parse(name, CultureInfo.InvariantCulture)];
            else if (!element.TryGetProperty(name, out element))
                return null;
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetRawText();
    }
}
