using System.Reflection;
using ContactCenter.Durable;
using ContactCenter.Durable.Outbox;
using ContactCenter.Durable.Tests;
using ContactCenter.Durable.Tests.Jobs;
using ContactCenter.Durable.Tests.Recurring;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit.Runner.InProc.SystemConsole;

// Without arguments of ours this is the test runner. With "--worker ROLE" it is a process that tests start, hold and kill:
// its settings come from the environment, and it waits for a line before it begins.
if (args is not ["--worker", var role, ..])
    return await ConsoleRunner.Run(args);

var builder = Host.CreateApplicationBuilder(args[2..]);
builder.Logging.ClearProviders();
builder.AddDurable("tests", Assembly.GetExecutingAssembly(), durable =>
{
    if (role == "consumer")
        durable.AddConsumer<NumberAddedConsumer>();
    if (role == "recurring")
        durable.AddRecurring<AddOccurrence>("tick", Schedule.Aligned(TimeSpan.FromSeconds(1)));
    if (role == "jobs")
        durable.AddJob<AddNumber>("numbers.add").AddJob<AddAfterPause>("pause").AddJob<KillProcess>("kill", RetryPolicy.Default with { Name = "twice", MaxAttempts = 2 });
});
using var host = builder.Build();
Console.WriteLine("waiting");
Console.ReadLine();
switch (role)
{
    case "migrate":
        return await host.RunDurableAsync(["--init-only"]);
    case "uncommitted":
        var database = host.Services.GetRequiredService<DurableDatabase>();
        await using (var transaction = await database.BeginAsync(default))
        {
            await using var batch = new NpgsqlBatch(transaction.Connection);
            foreach (var command in OutboxStore.AddCommands([OutboxMessage.Create(new NumberAdded { Key = "k", Number = 1 }, "k", true, TimeProvider.System.GetUtcNow())]))
                batch.BatchCommands.Add(command);
            await batch.ExecuteNonQueryAsync();
            Console.WriteLine("written");
            Console.ReadLine();
        }

        return 0;
    default:
        return await host.RunDurableAsync([]);
}
