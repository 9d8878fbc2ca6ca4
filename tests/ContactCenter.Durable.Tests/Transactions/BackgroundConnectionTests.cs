using Npgsql;

namespace ContactCenter.Durable.Tests.Transactions;

public sealed class BackgroundConnectionTests(TestServers servers) : DurableTest(servers)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    [Rule("DUR-56")]
    public async Task Background_work_leaves_half_of_the_connections_to_callers_and_gives_back_even_broken_ones()
    {
        // Two of the six are for operators.
        var database = DatabaseOf(Build(more: builder => builder.Configuration["Durable:PoolSize"] = "6"));
        var first = await database.OpenAsync(Cancellation);
        await using var second = await database.OpenAsync(Cancellation);
        var third = database.OpenAsync(Cancellation);

        await Task.Run(CallAsync, Cancellation);
        Assert.False(third.IsCompleted);

        await ExecuteAsync("SELECT pg_terminate_backend(@ProcessID)", new { first.ProcessID });
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => new NpgsqlCommand("SELECT 1", first).ExecuteScalarAsync(Cancellation));
        await first.DisposeAsync();
        await (await third.WaitAsync(Limit, Cancellation)).DisposeAsync();
        await using var fourth = await database.OpenAsync(Cancellation).WaitAsync(Limit, Cancellation);
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.OpenAsync(impatient.Token));

        async Task CallAsync()
        {
            DurableDatabase.Serve(ConnectionUse.Call);
            await using var one = await database.OpenAsync(Cancellation);
            await using var other = await database.OpenAsync(Cancellation);
        }
    }
}
