using System.Text;
using ContactCenter.Durable.DeadLetters;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Durable.Tests.DeadLetters;

public sealed class DeadLetterListTests(TestServers servers) : DeadLetterTest(servers)
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Odd = new("01a1fc69-5af5-7069-8d7f-b08620f7d7dd");

    private static readonly DeadLetterFilter[] EveryField =
    [
        new DeadLetterFilter { Source = DeadLetterSource.Job },
        new DeadLetterFilter { ItemId = Odd },
        new DeadLetterFilter { Kind = "webhooks.send" },
        new DeadLetterFilter { Group = "crm" },
        new DeadLetterFilter { Key = "customer 7" },
        new DeadLetterFilter { Reason = "MAX_AGE" },
        new DeadLetterFilter { State = DeadLetterState.Discarded },
        new DeadLetterFilter { ErrorClass = "http_503" },
        new DeadLetterFilter { ErrorStatus = 503 },
        new DeadLetterFilter { Policy = "week" },
        new DeadLetterFilter { TraceId = TraceId },
        new DeadLetterFilter { MinAttempts = 17, MaxAttempts = 17 },
        new DeadLetterFilter { MinGeneration = 1, MaxGeneration = 1 },
        new DeadLetterFilter { FirstFrom = Noon, FirstTo = Noon.AddTicks(10) },
        new DeadLetterFilter { LastFrom = Noon.AddHours(1), LastTo = Noon.AddHours(1).AddTicks(10) },
    ];

    protected override Task<string> TakeBrokerAsync() => Servers.ShareVirtualHostAsync();

    [Fact]
    [Rule("DUR-48")]
    public async Task Every_field_but_payload_and_error_is_a_filter()
    {
        var host = await StartAsync();
        var odd = new DeadLetter(
            DeadLetterSource.Job, Odd, "webhooks.send", "crm", "customer 7", "MAX_AGE", "http_503", "busy", 17, Noon, Noon.AddHours(1), "{}"u8.ToArray(), "week",
            $"00-{TraceId}-b7ad6b7169203331-01", DeduplicationKey: "d", ErrorStatus: 503);
        await AddLetterAsync(host, Letter(), odd, Letter());
        await ExecuteAsync(
            "UPDATE durable.dead_letters SET state = 'DISCARDED', discard_reason = 'x', closed_time = now(), generation = 1 WHERE item_id = @Odd", new { Odd });

        foreach (var filter in EveryField)
            Assert.Equal(Odd, Assert.Single(await ListAsync(host, filter)).ItemId);
        Assert.Equal(3, (await ListAsync(host)).Count);
    }

    [Fact]
    [Rule("DUR-47")]
    public async Task A_letter_keeps_all_that_is_known_of_its_item()
    {
        var host = await StartAsync();
        var job = new DeadLetter(
            DeadLetterSource.Job, Odd, "webhooks.send", "crm", "customer 7", "MAX_AGE", "http_503", new string('é', 5_000), 17, Noon, Noon.AddHours(1), "{}"u8.ToArray(), "week",
            $"00-{TraceId}-b7ad6b7169203331-01", DeduplicationKey: "d", ErrorStatus: 503);
        await AddLetterAsync(host, job);

        var letter = await DeskOf(host).GetAsync((await ListAsync(host))[0].Id, Cancellation);

        Assert.Equal(
            (job.Source, job.ItemId, job.Kind, job.Group, job.Key, job.Reason, DeadLetterState.Pending, job.ErrorClass, job.ErrorStatus, job.Attempts, job.FirstTime),
            (letter.Source, letter.ItemId, letter.Kind, letter.Group, letter.Key, letter.Reason, letter.State, letter.ErrorClass, letter.ErrorStatus, letter.Attempts, letter.FirstTime));
        Assert.Equal((job.LastTime, 0, job.Policy, job.TraceParent, job.DeduplicationKey), (letter.LastTime, letter.Generation, letter.Policy, letter.TraceParent, letter.DeduplicationKey));
        Assert.InRange(Encoding.UTF8.GetByteCount(letter.Error), 4_090, 4_096);
        Assert.Equal("{}", Encoding.UTF8.GetString(letter.Payload!));
    }

    [Fact]
    [Rule("DUR-48")]
    public async Task Pages_are_newest_first_and_new_letters_do_not_shift_them()
    {
        var host = await StartAsync();
        await AddLetterAsync(host, [.. Enumerable.Range(0, 5).Select(minute => Letter() with { LastTime = Noon.AddMinutes(minute) })]);
        var all = await ListAsync(host);

        var first = await ListAsync(host, limit: 2);
        await AddLetterAsync(host, Letter());
        var second = await ListAsync(host, after: DeadLetterPosition.Of(first[^1]), limit: 2);
        var third = await ListAsync(host, after: DeadLetterPosition.Of(second[^1]), limit: 2);

        Assert.Equal(all.OrderByDescending(letter => letter.LastTime).Select(letter => letter.Id), all.Select(letter => letter.Id));
        Assert.Equal(all.Select(letter => letter.Id), first.Concat(second).Concat(third).Select(letter => letter.Id));
        Assert.All(all, letter => Assert.Null(letter.Payload));
    }

    [Fact]
    [Rule("DUR-48")]
    public async Task A_payload_is_shown_without_its_values_unless_it_is_asked_for_as_it_is()
    {
        var host = await StartAsync();
        const string Payload = """{"name":"Ada","calls":[{"to":"+15550100"}],"tries":3,"note":null}""";
        await AddLetterAsync(host, Letter() with { Payload = Encoding.UTF8.GetBytes(Payload) });
        var id = (await ListAsync(host))[0].Id;

        var masked = await DeskOf(host).GetAsync(id, Cancellation);
        var unmasked = await ChangeAsync(host, transaction => DeadLetterDesk.GetUnmaskedAsync(transaction, id));

        Assert.Equal("""{"name":"[masked]","calls":[{"to":"[masked]"}],"tries":"[masked]","note":"[masked]"}""", Encoding.UTF8.GetString(masked.Payload!));
        Assert.Equal(Payload, Encoding.UTF8.GetString(unmasked.Payload!));
        await Assert.ThrowsAsync<DeadLetterNotFoundException>(() => DeskOf(host).GetAsync(Guid.Empty, Cancellation));
    }

    [Fact]
    [Rule("DUR-47")]
    [Rule("DUR-48")]
    public async Task What_knows_the_secrets_masks_errors_before_they_are_stored_and_payloads_before_they_are_shown()
    {
        var host = await StartAsync(more: builder => builder.Services.AddSingleton<IDeadLetterMask, HunterMask>());
        await AddLetterAsync(host, Letter() with { Error = "password hunter2 is wrong", Payload = "\"hunter2\""u8.ToArray() });

        var letter = await DeskOf(host).GetAsync((await ListAsync(host))[0].Id, Cancellation);

        Assert.Equal("password *** is wrong", await ScalarAsync<string>("SELECT error FROM durable.dead_letters"));
        Assert.Equal("\"***\"", Encoding.UTF8.GetString(letter.Payload!));
    }

    private sealed class HunterMask : IDeadLetterMask
    {
        public string Error(string error) => error.Replace("hunter2", "***", StringComparison.Ordinal);

        public string Payload(string payload) => Error(payload);
    }
}
