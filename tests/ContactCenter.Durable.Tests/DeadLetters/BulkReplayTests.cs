using ContactCenter.Durable.DeadLetters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.Durable.Tests.DeadLetters;

public sealed class BulkReplayTests(TestServers servers) : DeadLetterTest(servers)
{
    private static readonly DeadLetterFilter Mine = new() { Reason = "MAX_ATTEMPTS", Kind = Urn };

    [Fact]
    [Rule("DUR-50")]
    public async Task A_dry_run_counts_and_the_replay_touches_only_what_existed_then()
    {
        var host = await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>());
        var other = Letter() with { Reason = "TOO_OLD" };
        var (oldest, newest) = (Letter(), Letter());
        await AddLetterAsync(host, newest, oldest = oldest with { FirstTime = oldest.FirstTime.AddDays(-1) }, other, Letter() with { Reason = "UNREADABLE" });

        var preview = await PreviewAsync(host, Mine);
        await AddLetterAsync(host, Letter());
        var started = await StartAsync(host, Mine, preview.Token);

        Assert.Equal(2, preview.Count);
        Assert.Equal([Urn], preview.Kinds);
        Assert.Equal(oldest.FirstTime, preview.Oldest!.Value, TimeSpan.FromMicroseconds(1));
        Assert.Equal(newest.FirstTime, preview.Newest!.Value, TimeSpan.FromMicroseconds(1));
        var done = await DoneAsync(host, started.Id);
        Assert.Equal((2, 2, ReplayDesk.DefaultRate, false), (done.Matched, done.Replayed, done.RatePerSecond, done.ReRender));
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects") == 2);
        Assert.Equal(3, await PendingAsync());
    }

    [Fact]
    [Rule("DUR-50")]
    public async Task A_letter_that_was_not_committed_at_the_dry_run_is_not_touched()
    {
        var host = await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>());
        await AddLetterAsync(host, Letter());
        await using var late = await DatabaseOf(host).BeginAsync(Cancellation);
        await host.Services.GetRequiredService<DeadLetterStore>().AddAsync(late.Connection, Letter() with { Reason = "MAX_ATTEMPTS", Kind = Urn, LastTime = TimeProvider.System.GetUtcNow().AddHours(-1) });

        var preview = await PreviewAsync(host, Mine);
        await late.CommitAsync(Cancellation);
        var done = await DoneAsync(host, (await StartAsync(host, Mine, preview.Token)).Id);

        Assert.Equal((1, 1, 1), (preview.Count, done.Replayed, await PendingAsync()));
    }

    [Fact]
    [Rule("DUR-50")]
    public async Task A_token_is_good_once_for_its_filter_within_ten_minutes()
    {
        var host = await StartAsync();
        await AddLetterAsync(host, Letter());
        var token = (await PreviewAsync(host, Mine)).Token;

        await Assert.ThrowsAsync<ReplayTokenException>(() => StartAsync(host, Mine, ""));
        await Assert.ThrowsAsync<ReplayTokenException>(() => StartAsync(host, Mine, "5f0c6d0e-2d0b-4c58-9a3e-1b1a7f0c9d11"));
        await Assert.ThrowsAsync<ReplayTokenException>(() => StartAsync(host, Mine with { Key = "k" }, token));
        await ExecuteAsync("UPDATE durable.replays SET created_time = created_time - interval '10 minutes'");
        await Assert.ThrowsAsync<ReplayTokenException>(() => StartAsync(host, Mine, token));
        await ExecuteAsync("UPDATE durable.replays SET created_time = created_time + interval '10 seconds'");
        await StartAsync(host, Mine, token);
        await Assert.ThrowsAsync<ReplayTokenException>(() => StartAsync(host, Mine, token));
    }

    [Theory]
    [Rule("DUR-50")]
    [InlineData(0)]
    [InlineData(1_001)]
    public async Task A_rate_out_of_range_is_refused(int rate)
    {
        var host = await StartAsync();
        var token = (await PreviewAsync(host, Mine)).Token;

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => StartAsync(host, Mine, token, rate));
    }

    [Fact]
    [Rule("DUR-50")]
    public async Task A_replay_keeps_its_rate_shows_its_progress_and_can_be_cancelled()
    {
        var time = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        var host = await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>(), builder => builder.Services.AddSingleton<TimeProvider>(time));
        await AddLetterAsync(host, [.. Enumerable.Range(0, 5).Select(_ => Letter())]);
        var id = (await StartAsync(host, Mine, (await PreviewAsync(host, Mine)).Token, rate: 2)).Id;

        await ReplayedAsync(host, id, 2);
        Assert.Equal(1, await ScalarAsync<int>("SELECT count(*) FROM durable.jobs WHERE kind = 'dead-letters.replay' AND due_time = @due", new { due = time.GetUtcNow().AddSeconds(1) }));
        time.Advance(TimeSpan.FromSeconds(1));
        await ReplayedAsync(host, id, 4);

        var cancelled = await ChangeAsync(host, transaction => host.Services.GetRequiredService<ReplayDesk>().CancelAsync(transaction, id));
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((ReplayState.Cancelled, 4), (cancelled.State, cancelled.Replayed));
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.jobs") == 0);
        Assert.Equal(1, await PendingAsync());
        await Assert.ThrowsAsync<ReplayNotFoundException>(() => host.Services.GetRequiredService<ReplayDesk>().GetAsync(Guid.Empty, Cancellation));
    }

    [Fact]
    [Rule("DUR-50")]
    public async Task Killed_at_random_moments_a_replay_goes_on_and_touches_each_letter_once()
    {
        const int Letters = 200;
        var sender = await StartAsync();
        await sender.StopAsync(Cancellation);
        await AddLetterAsync(sender, [.. Enumerable.Range(0, Letters).Select(_ => Letter())]);
        await StartAsync(sender, Mine, (await PreviewAsync(sender, Mine)).Token, rate: 40);
        var random = new Random(7);
        for (var kills = 0; kills < 3; kills++)
        {
            var before = await ScalarAsync<int>("SELECT replayed FROM durable.replays");
            await using var replica = await Worker.RunAsync("consumer", Database.ConnectionString, Broker, Cancellation);
            var effects = await ScalarAsync<int>("SELECT count(*) FROM effects") + random.Next(20);
            await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT replayed FROM durable.replays") > before && await ScalarAsync<int>("SELECT count(*) FROM effects") > effects);
            await replica.KillAsync();
            await ExecuteAsync("UPDATE durable.jobs SET lease_end = now() WHERE lease_end IS NOT NULL; UPDATE durable.outbox_lanes SET lease_end = '-infinity'");
        }

        await using var last = await Worker.RunAsync("consumer", Database.ConnectionString, Broker, Cancellation);
        await Eventually.TrueAsync(async () => await ScalarAsync<string>("SELECT state FROM durable.replays") == "DONE");
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(DISTINCT message_id) FROM effects") == Letters);
        Assert.Equal((Letters, Letters), (await ScalarAsync<int>("SELECT count(*) FROM effects"), await ScalarAsync<int>("SELECT replayed FROM durable.replays")));
        Assert.Equal(Letters, await ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters WHERE state = 'REPLAYED' AND generation = 1"));
    }

    private static Task<ReplayPreview> PreviewAsync(IHost host, DeadLetterFilter filter) =>
        ChangeAsync(host, transaction => host.Services.GetRequiredService<ReplayDesk>().PreviewAsync(transaction, filter));

    private static Task<BulkReplay> StartAsync(IHost host, DeadLetterFilter filter, string token, int rate = ReplayDesk.DefaultRate) =>
        ChangeAsync(host, transaction => host.Services.GetRequiredService<ReplayDesk>().StartAsync(transaction, filter, token, rate));

    private static async Task<BulkReplay> DoneAsync(IHost host, Guid id)
    {
        await Eventually.TrueAsync(async () => (await GetAsync(host, id)).State == ReplayState.Done);
        return await GetAsync(host, id);
    }

    private static Task ReplayedAsync(IHost host, Guid id, int count) => Eventually.TrueAsync(async () => (await GetAsync(host, id)).Replayed == count);

    private static Task<BulkReplay> GetAsync(IHost host, Guid id) => host.Services.GetRequiredService<ReplayDesk>().GetAsync(id, Cancellation);

    private Task<int> PendingAsync() => ScalarAsync<int>("SELECT count(*) FROM durable.dead_letters WHERE state = 'PENDING'");
}
