using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace ContactCenter.InsightsEnrichment.Tests.RawEvents;

public sealed class TaskRouterCallbackTests(TestServers servers) : InsightsTest(servers)
{
    [Fact]
    [Rule("INS-1"), Rule("INS-2"), Rule("INS-3")]
    public async Task A_callback_is_stored_byte_for_byte_before_it_is_answered()
    {
        var form = new TaskLife().Created("10:00:00.123").Forms[0];
        using var answer = await PostAsync(form);

        Assert.Equal((HttpStatusCode.NoContent, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(FormOf.Bytes(form), await QueryAsync<byte[]>("SELECT body FROM insights.raw_events"));
        Assert.Equal(SHA256.HashData(FormOf.Bytes(form)), await QueryAsync<byte[]>("SELECT body_sha256 FROM insights.raw_events"));
        Assert.Equal(
            "taskrouter_webhook task.created EV00000000000000000000000000001001 2026-03-02T10:00:00.123",
            await QueryAsync<string>(
                "SELECT concat_ws(' ', source, event_type, event_key, to_char(event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS')) FROM insights.raw_events"));
    }

    [Fact]
    [Rule("INS-8")]
    public async Task A_wrong_or_missing_signature_is_refused_and_noted_and_nothing_is_stored()
    {
        var form = new TaskLife().Created("10:00:00").Forms[0];
        using var wrong = await PostAsync(form, Signer.Sign("another", PublicBaseUrl + "/ingest/twilio/taskrouter", form));
        using var missing = await PostFormAsync(FormOf.Bytes(form), null);

        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.Forbidden], [wrong.StatusCode, missing.StatusCode]);
        Assert.Equal("SIGNATURE_INVALID", await ReasonOfAsync(wrong));
        Assert.Equal("", await StatusesAsync());
        await Eventually.TrueAsync(async () =>
            await QueryAsync<string>("SELECT string_agg(cause || ' ' || length, ', ' ORDER BY refusal_id) FROM insights.signature_refusals")
                == $"wrong {FormOf.Bytes(form).Length}, missing {FormOf.Bytes(form).Length}");
        Assert.Equal(SHA256.HashData(FormOf.Bytes(form)), await QueryAsync<byte[]>("SELECT body_sha256 FROM insights.signature_refusals LIMIT 1"));
    }

    [Fact]
    [Rule("INS-21")]
    public async Task A_body_above_the_limit_is_refused_and_not_stored()
    {
        using var stated = await PostFormAsync(new byte[10 * 1024 * 1024], "x");
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE"), (stated.StatusCode, await ReasonOfAsync(stated)));

        var atLimit = new Dictionary<string, string>(new TaskLife().Created("10:00:00").Forms[0]);
        atLimit["Padding"] = new string('x', 1_048_576 - FormOf.Bytes(atLimit).Length - "&Padding=".Length);
        using var accepted = await PostAsync(atLimit);
        Assert.Equal(HttpStatusCode.NoContent, accepted.StatusCode);

        atLimit["Padding"] += "x";
        using var refused = await PostAsync(atLimit);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Equal(1, await QueryAsync<int>("SELECT count(*)::int FROM insights.raw_events"));
    }

    [Theory]
    [InlineData("a=%&%00=%00&EventType", "failed EVENT_TYPE_MISSING")]
    [InlineData("EventType=task.created%00&TaskSid=%ff%fe&AccountSid=%00", "ignored ")]
    [InlineData("EventType=task.created&Timestamp=99999999999&AccountSid=AC00000000000000000000000000000001", "failed TIME_OUT_OF_RANGE")]
    [InlineData("EventType=task.created&TaskSid=WT1&AccountSid=AC00000000000000000000000000000001&TaskAttributes=%7b%22a%22:%22%5cu0000%5cud800%22", "processed ")]
    [InlineData("EventType=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%f0%9f%98%80&AccountSid=AC00000000000000000000000000000001", "ignored ")]
    [Rule("INS-3"), Rule("INS-10"), Rule("INS-12")]
    public async Task A_genuine_body_that_makes_no_sense_is_stored_and_disturbs_nothing(string body, string expected)
    {
        var decoded = ContactCenter.InsightsEnrichment.TaskRouter.FormBody.Parse(Encoding.UTF8.GetBytes(body));
        var signed = string.Concat(Enumerable.Range(0, decoded.Count).OrderBy(i => Encoding.Latin1.GetString(decoded.Name(i)), StringComparer.Ordinal)
            .Select(i => Encoding.Latin1.GetString(decoded.Name(i)) + Encoding.Latin1.GetString(decoded.Value(i).Span)));
        using var answer = await PostFormAsync(Encoding.UTF8.GetBytes(body), Signer.SignBytes(Token, Encoding.Latin1.GetBytes(PublicBaseUrl + "/ingest/twilio/taskrouter" + signed)));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await SettledAsync();
        Assert.Equal(expected, await QueryAsync<string>("SELECT status || ' ' || coalesce(error, '') FROM insights.raw_events"));
        await SendAsync(Examples.ColdTransfer().Forms);
        await SettledAsync();
        Assert.Equal(4, (await RowsAsync(TaskLife.Sid("WT", 1))).Count);
    }

    [Fact]
    [Rule("INS-11"), Rule("INS-17"), Rule("INS-112")]
    public async Task An_unknown_type_is_ignored_an_unknown_account_is_set_aside_and_both_are_warned_of()
    {
        var life = new TaskLife().Add("task.invented", "10:00:00").Add("task.created", "10:00:01", ("AccountSid", TaskLife.Sid("AC", 9))).Add("task.created", "10:00:02", ("WorkspaceSid", TaskLife.Sid("WS", 9)));
        await SendAsync(life.Forms);
        await SendAsync(life.Forms.Take(1));
        await SettledAsync();

        Assert.Equal("ignored 2, set_aside 2", await StatusesAsync());
        Assert.Equal(
            "account_unknown 1 AC0…, account_unknown 1 AC0…, unknown_event_type 2 tas…",
            await QueryAsync<string>("SELECT string_agg(concat_ws(' ', code, count, sample), ', ' ORDER BY code) FROM insights.warnings"));
    }

    [Fact]
    [Rule("INS-3")]
    public async Task Many_senders_at_once_are_all_stored()
    {
        var forms = Enumerable.Range(1, 20).SelectMany(number => Examples.ColdTransfer(number).Forms).ToList();
        var answers = await Task.WhenAll(forms.Select(form => PostAsync(form)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode));
        Assert.Equal(forms.Count, await QueryAsync<int>("SELECT count(*)::int FROM insights.raw_events"));
        await SettledAsync();
        var expected = await RowsAsync(TaskLife.Sid("WT", 1));
        for (var number = 2; number <= 20; number++)
            Assert.Equal(expected, await RowsAsync(TaskLife.Sid("WT", number)));
    }

    [Fact]
    public async Task Health_is_green_with_database_and_token()
    {
        using var health = await Http.GetAsync("/health", Cancellation);

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }
}
