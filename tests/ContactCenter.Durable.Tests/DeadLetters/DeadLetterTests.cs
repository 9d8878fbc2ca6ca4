using ContactCenter.Durable.DeadLetters;
using Dapper;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Durable.Tests.DeadLetters;

public sealed class DeadLetterTests(TestServers servers) : DeadLetterTest(servers)
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

        await ReplayAsync(host, first.Id);
        var second = await PendingAsync(desk, generation: 1);
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(first.FirstTime, second.FirstTime);

        await ExecuteAsync("UPDATE gate SET open = true");
        await ReplayAsync(host, first.Id);
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM effects") == 1);
        var replayed = await desk.GetAsync(first.Id, Cancellation);
        Assert.Equal((DeadLetterState.Replayed, 2), (replayed.State, replayed.Generation));

        var exception = await Assert.ThrowsAsync<DeadLetterStateException>(() => ReplayAsync(host, first.Id));
        Assert.Equal(DeadLetterState.Replayed, exception.State);
        Assert.Single(await desk.ListAsync(new DeadLetterFilter(), null, 10, Cancellation));
    }

    [Fact]
    [Rule("DUR-16")]
    public async Task A_replayed_message_older_than_the_retention_has_its_effect_once()
    {
        var host = await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>());
        var item = Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddDays(-60));
        await AddLetterAsync(host, Letter() with { ItemId = item });
        var desk = host.Services.GetRequiredService<DeadLetterDesk>();
        var letter = Assert.Single(await desk.ListAsync(new DeadLetterFilter { Source = DeadLetterSource.Inbox, Kind = Urn, Group = "tests.number-added" }, null, 10, Cancellation));

        await ReplayAsync(host, letter.Id);

        await Eventually.TrueAsync(async () => await ScalarAsync<Guid?>("SELECT message_id FROM effects") == item);
        Assert.Equal("REPLAYED", await ScalarAsync<string>("SELECT state FROM durable.dead_letters"));
    }

    [Fact]
    [Rule("DUR-52")]
    public async Task Discarding_needs_a_reason_and_closes_the_letter()
    {
        var host = await StartAsync();
        var desk = host.Services.GetRequiredService<DeadLetterDesk>();
        await AddLetterAsync(host, Letter());
        var id = (await desk.ListAsync(new DeadLetterFilter(), null, 10, Cancellation))[0].Id;

        await Assert.ThrowsAsync<ArgumentException>(() => DiscardAsync(host, id, ""));
        await Assert.ThrowsAsync<ArgumentException>(() => DiscardAsync(host, id, new string('x', 501)));
        await DiscardAsync(host, id, "the customer has left");

        var letter = await desk.GetAsync(id, Cancellation);
        Assert.Equal((DeadLetterState.Discarded, "the customer has left"), (letter.State, letter.DiscardReason));
        await Assert.ThrowsAsync<DeadLetterStateException>(() => DiscardAsync(host, id, "again"));
        await Assert.ThrowsAsync<DeadLetterNotFoundException>(() => DiscardAsync(host, Guid.Empty, "none"));
    }

    [Fact]
    [Rule("DUR-49")]
    public async Task An_unreadable_message_cannot_be_replayed_and_stays_pending()
    {
        var host = await StartAsync();
        var desk = host.Services.GetRequiredService<DeadLetterDesk>();
        await AddLetterAsync(host, Letter() with { Payload = [0xFF], Reason = "UNREADABLE" });
        var id = (await desk.ListAsync(new DeadLetterFilter(), null, 10, Cancellation))[0].Id;

        await Assert.ThrowsAsync<DeadLetterStateException>(() => ReplayAsync(host, id));

        Assert.Equal(DeadLetterState.Pending, (await desk.GetAsync(id, Cancellation)).State);
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
