using Npgsql;

namespace ContactCenter.Durable.Tests.Transactions;

public sealed class KeptConnectionTests(TestServers servers) : DurableTest(servers)
{
    [Fact]
    public async Task A_loop_has_the_same_connection_each_time_and_who_comes_while_it_is_in_use_another_one()
    {
        await using var pool = Pool(size: 8);
        using var kept = new KeptConnection(pool);
        var first = await BackendAsync(kept);

        await using (var loan = await kept.TakeAsync(Cancellation))
        {
            Assert.Equal(first, loan.Connection.ProcessID);
            Assert.NotEqual(first, await BackendAsync(kept));
        }

        // The pool hands out those that it has in turn.
        await using (await pool.OpenConnectionAsync(Cancellation))
        {
        }

        Assert.Equal(first, await BackendAsync(kept));
    }

    [Fact]
    public async Task A_connection_that_was_lost_is_replaced()
    {
        await using var pool = Pool(size: 8);
        using var kept = new KeptConnection(pool);
        var first = await BackendAsync(kept);
        await ExecuteAsync("SELECT pg_terminate_backend(@first)", new { first });

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => BackendAsync(kept));

        Assert.NotEqual(first, await BackendAsync(kept));
    }

    [Fact]
    public async Task Of_a_small_pool_and_after_its_end_none_is_kept()
    {
        await using var small = Pool(size: 5);
        using var ofSmall = new KeptConnection(small);
        await BackendAsync(ofSmall);
        await AssertAllFreeAsync(small, 5);

        await using var pool = Pool(size: 8);
        var kept = new KeptConnection(pool);
        await using (await kept.TakeAsync(Cancellation))
            kept.Dispose();
        await AssertAllFreeAsync(pool, 8);
    }

    private static async Task<int> BackendAsync(KeptConnection kept)
    {
        await using var loan = await kept.TakeAsync(Cancellation);
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", loan.Connection);
        return (int)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private static async Task AssertAllFreeAsync(NpgsqlDataSource pool, int size)
    {
        var connections = new List<NpgsqlConnection>();
        for (var i = 0; i < size; i++)
            connections.Add(await pool.OpenConnectionAsync(Cancellation));
        foreach (var connection in connections)
            await connection.DisposeAsync();
    }

    private NpgsqlDataSource Pool(int size) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Database.ConnectionString) { MaxPoolSize = size, Timeout = 5 });
}
