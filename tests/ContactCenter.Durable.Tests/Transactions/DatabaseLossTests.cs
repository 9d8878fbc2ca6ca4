using Npgsql;

namespace ContactCenter.Durable.Tests.Transactions;

public sealed class DatabaseLossTests(TestServers servers) : DurableTest(servers)
{
    [Fact]
    [Rule("DUR-24")]
    public async Task A_connection_upset_by_a_statement_that_failed_while_it_was_prepared_is_a_loss_and_nothing_more()
    {
        var source = DatabaseOf(Build(more: builder => builder.Configuration["Durable:PoolSize"] = "6")).DataSource;
        var failures = new List<Exception>();
        // The fifth use of a statement prepares it, unless U+0000 is refused meanwhile.
        foreach (var text in (string[])["a", "a", "a", "a", "a\0", "a", "a", "a"])
        {
            try
            {
                await using var command = source.CreateCommand("SELECT relname FROM pg_class WHERE relname <> $1 LIMIT 2");
                command.Parameters.Add(new() { Value = text });
                Assert.NotNull(await command.ExecuteScalarAsync(Cancellation));
            }
            catch (Exception failure) when (failure is not Xunit.Sdk.IAssertionException)
            {
                failures.Add(failure);
            }
        }

        Assert.Equal(PostgresErrorCodes.CharacterNotInRepertoire, Assert.IsType<PostgresException>(failures[0]).SqlState);
        Assert.False(DatabaseLoss.Is(failures[0]));
        Assert.All(failures[1..], failure => Assert.True(DatabaseLoss.Is(failure), failure.ToString()));
        Assert.InRange(failures.Count, 1, 2);
    }
}
