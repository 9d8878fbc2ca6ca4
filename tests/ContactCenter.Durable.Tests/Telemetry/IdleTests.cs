using ContactCenter.Durable.Tests.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Durable.Tests.Telemetry;

public sealed class IdleTests(TestServers servers) : DurableTest(servers)
{
    // Polls have grown to 5 s then, and a window holds several of each.
    private static readonly TimeSpan UntilIdle = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);

    [Fact]
    [Rule("DUR-41")]
    public async Task A_process_with_nothing_to_do_issues_less_than_one_statement_a_second()
    {
        await ExecuteAsync("CREATE EXTENSION pg_stat_statements");
        await StartAsync(
            durable => durable.AddConsumer<NumberAddedConsumer>()
                .AddJob<Scripted>("numbers.add")
                .AddRecurring<Scripted>("numbers.count", Schedule.Every(TimeSpan.FromHours(1))),
            builder => builder.Services.AddSingleton(new Script((_, _) => Task.CompletedTask)));
        await Task.Delay(UntilIdle, Cancellation);
        var before = await StatementsAsync();

        await Task.Delay(Window, Cancellation);

        var statements = await StatementsAsync();
        var issued = statements.Select(statement => (Calls: statement.Value - before.GetValueOrDefault(statement.Key), statement.Key)).Where(statement => statement.Calls > 0).ToList();
        var report = string.Join(Environment.NewLine, issued.OrderByDescending(statement => statement.Calls).Select(statement => $"{statement.Calls} × {statement.Key}"));
        TestContext.Current.SendDiagnosticMessage(report);
        Assert.True(issued.Sum(statement => statement.Calls) < Window.TotalSeconds, report);
    }

    // Without those of this test itself.
    private async Task<Dictionary<string, long>> StatementsAsync()
    {
        await using var connection = new Npgsql.NpgsqlConnection(Database.ConnectionString);
        var rows = await Dapper.SqlMapper.QueryAsync<(string Query, long Calls)>(
            connection,
            "SELECT query, sum(calls)::bigint FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg_stat_statements%' GROUP BY query");
        return rows.ToDictionary(row => row.Query, row => row.Calls);
    }
}
