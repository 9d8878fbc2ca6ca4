namespace ContactCenter.Durable.Tests.Outbox;

public sealed class OutboxTests(TestServers servers) : DurableTest(servers)
{
    [Fact]
    [Rule("DUR-8")]
    [Rule("DUR-15")]
    public async Task A_committed_message_has_its_effect_once_and_a_rolled_back_one_none()
    {
        var host = await StartAsync(durable => durable.AddConsumer<NumberAddedConsumer>());

        await using (var rolledBack = await DatabaseOf(host).BeginAsync(Cancellation))
            rolledBack.Publish(new NumberAdded { Key = "a", Number = 1 }, key: "a");
        await using (var committed = await DatabaseOf(host).BeginAsync(Cancellation))
        {
            committed.Publish(new NumberAdded { Key = "a", Number = 2 }, key: "a");
            await committed.CommitAsync(Cancellation);
        }

        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.inbox_messages") == 1);
        Assert.Equal(2, await ScalarAsync<int>("SELECT string_agg(number::text, ',')::int FROM effects"));
        await Eventually.TrueAsync(async () => await ScalarAsync<int>("SELECT count(*) FROM durable.outbox_messages") == 0);
    }
}
