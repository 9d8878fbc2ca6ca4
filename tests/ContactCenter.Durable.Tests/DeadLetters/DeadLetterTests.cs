using ContactCenter.Durable.DeadLetters;
using Dapper;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Durable.Tests.DeadLetters;

public sealed class DeadLetterTests(TestServers servers) : DurableTest(servers)
{
    [Fact]
    [Rule("DUR-49")]
    [Rule("DUR-53")]
    public async Task A_replayed_message_that_fails_again_is_one_letter_and_one_that_succeeds_has_its_effect_once()
    {
        var host = await StartAsync(durable => durable.AddConsumer<GateConsumer>());
        var desk = host.Services.GetRequiredService<DeadLetterDesk>();
        await ExecuteAsync("CREATE TABLE gate (open boolean NOT NULL); INSERT INTO gate VALUES (false)");
        var id = await PublishAsync(host, "k", 1);
        var first = await PendingAsync(desk, generation: 0);
        Assert.Equal((DeadLetterSource.Inbox, id, "MAX_ATTEMPTS", 5, "tests.gate"), (first.Source, first.ItemId, first.Reason, first.Attempts, first.Group));

        await desk.ReplayAsync(first.Id, Cancellation);
        var second = await PendingAsync(desk, generation: 1);
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(first.FirstTime, second.FirstTime);

        await ExecuteAsync("UPDATE gate SET open = true");
        await desk.ReplayAsync(first.Id, Cancellation);
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects") == 1);
        var replayed = await desk.FindAsync(first.Id, Cancellation);
        Assert.Equal((DeadLetterState.Replayed, 2), (replayed!.State, replayed.Generation));

        var exception = await Assert.ThrowsAsync<DeadLetterStateException>(() => desk.ReplayAsync(first.Id, Cancellation));
        Assert.Equal(DeadLetterState.Replayed, exception.State);
        Assert.Single(await desk.ListAsync(new DeadLetterFilter(), null, 10, Cancellation));
    }

    [Fact]
    [Rule("DUR-16")]
    public async Task A_replayed_message_older_than_the_retention_has_its_effect_once()
    {
        var host = await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>());
        var item = Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddDays(-60));
        await AddLetterAsync(item, """{"key":"k","number":1}"""u8.ToArray(), "MAX_ATTEMPTS");
        var desk = host.Services.GetRequiredService<DeadLetterDesk>();
        var letter = Assert.Single(await desk.ListAsync(new DeadLetterFilter { Source = DeadLetterSource.Inbox, Kind = Urn, Group = "tests.number-added" }, null, 10, Cancellation));

        await desk.ReplayAsync(letter.Id, Cancellation);

        await Eventually.TrueAsync(async () => await ScalarAsync<Guid?>("SELECT message_id FROM effects") == item);
        Assert.Equal("REPLAYED", await ScalarAsync<string>("SELECT state FROM durable.dead_letters"));
    }

    [Fact]
    [Rule("DUR-52")]
    public async Task Discarding_needs_a_reason_and_closes_the_letter()
    {
        var host = await StartAsync();
        var desk = host.Services.GetRequiredService<DeadLetterDesk>();
        await AddLetterAsync(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), [1], "MAX_ATTEMPTS");
        var id = (await desk.ListAsync(new DeadLetterFilter(), null, 10, Cancellation))[0].Id;

        await Assert.ThrowsAsync<ArgumentException>(() => desk.DiscardAsync(id, "", Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => desk.DiscardAsync(id, new string('x', 501), Cancellation));
        await desk.DiscardAsync(id, "the customer has left", Cancellation);

        var letter = await desk.FindAsync(id, Cancellation);
        Assert.Equal((DeadLetterState.Discarded, "the customer has left"), (letter!.State, letter.DiscardReason));
        await Assert.ThrowsAsync<DeadLetterStateException>(() => desk.DiscardAsync(id, "again", Cancellation));
        await Assert.ThrowsAsync<DeadLetterNotFoundException>(() => desk.DiscardAsync(Guid.Empty, "none", Cancellation));
    }

    [Fact]
    [Rule("DUR-49")]
    public async Task An_unreadable_message_cannot_be_replayed_and_stays_pending()
    {
        var host = await StartAsync();
        var desk = host.Services.GetRequiredService<DeadLetterDesk>();
        await AddLetterAsync(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), [0xFF], "UNREADABLE");
        var id = (await desk.ListAsync(new DeadLetterFilter(), null, 10, Cancellation))[0].Id;

        await Assert.ThrowsAsync<DeadLetterStateException>(() => desk.ReplayAsync(id, Cancellation));

        Assert.Equal(DeadLetterState.Pending, (await desk.FindAsync(id, Cancellation))!.State);
    }

    [Fact]
    [Rule("DUR-48")]
    public async Task Letters_are_listed_newest_first_by_page()
    {
        var host = await StartAsync();
        var desk = host.Services.GetRequiredService<DeadLetterDesk>();
        for (var i = 0; i < 5; i++)
            await AddLetterAsync(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), [1], "MAX_ATTEMPTS");

        var all = await desk.ListAsync(new DeadLetterFilter(), null, 10, Cancellation);
        var page = await desk.ListAsync(new DeadLetterFilter { State = DeadLetterState.Pending, Reason = "MAX_ATTEMPTS", From = all[4].LastTime }, all[1], 2, Cancellation);

        Assert.Equal(all.OrderByDescending(letter => letter.LastTime).Select(letter => letter.Id), all.Select(letter => letter.Id));
        Assert.Equal([all[2].Id, all[3].Id], page.Select(letter => letter.Id));
        Assert.Empty(await desk.ListAsync(new DeadLetterFilter { Key = "other" }, null, 10, Cancellation));
    }

    private const string Urn = "urn:message:contactcenter:tests:number-added";

    private async Task AddLetterAsync(Guid item, byte[] payload, string reason)
    {
        var now = TimeProvider.System.GetUtcNow();
        await using var connection = new Npgsql.NpgsqlConnection(Database.ConnectionString);
        await DeadLetterStore.AddAsync(connection, new DeadLetter(
            DeadLetterSource.Inbox, item, Urn, "tests.number-added", null, reason, "TimeoutException", "too slow", 5, now.AddMinutes(-1), now, payload, "fast", null));
    }

    private static async Task<StoredDeadLetter> PendingAsync(DeadLetterDesk desk, int generation)
    {
        IReadOnlyList<StoredDeadLetter> pending = [];
        await Eventually.TrueAsync(async () =>
        {
            pending = await desk.ListAsync(new DeadLetterFilter { State = DeadLetterState.Pending, MinGeneration = generation }, null, 10, Cancellation);
            return pending.Count > 0;
        });
        return Assert.Single(pending);
    }
}

/// <summary>Fails while the table "gate" says so.</summary>
public sealed class GateConsumer : IConsumer<NumberAdded>
{
    public async Task Consume(ConsumeContext<NumberAdded> context)
    {
        await new NumberAddedConsumer().Consume(context);
        if (!await context.Transaction().Connection.ExecuteScalarAsync<bool>("SELECT open FROM gate"))
            throw new InvalidOperationException("the gate is closed");
    }
}
