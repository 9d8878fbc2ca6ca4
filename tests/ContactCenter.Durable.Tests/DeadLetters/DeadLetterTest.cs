using ContactCenter.Durable.DeadLetters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ContactCenter.Durable.Tests.DeadLetters;

/// <summary>Letters as their stores write them, and what operators do with them.</summary>
public abstract class DeadLetterTest(TestServers servers) : DurableTest(servers)
{
    protected const string Urn = "urn:message:contactcenter:tests:number-added";
    protected const string Queue = "tests.number-added";

    /// <summary>A message that <see cref="NumberAddedConsumer"/> could not take.</summary>
    internal static DeadLetter Letter()
    {
        var now = TimeProvider.System.GetUtcNow();
        return new DeadLetter(
            DeadLetterSource.Inbox,
            Guid.CreateVersion7(now),
            Urn,
            Queue,
            Key: null,
            "MAX_ATTEMPTS",
            "TimeoutException",
            "too slow",
            Attempts: 5,
            now.AddMinutes(-1),
            now,
            """{"key":"k","number":1}"""u8.ToArray(),
            "fast",
            TraceParent: null);
    }

    internal async Task AddLetterAsync(IHost host, params DeadLetter[] letters)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        foreach (var letter in letters)
            await host.Services.GetRequiredService<DeadLetterStore>().AddAsync(connection, letter);
    }

    protected static DeadLetterDesk DeskOf(IHost host) => host.Services.GetRequiredService<DeadLetterDesk>();

    protected static Task<StoredDeadLetter> ReplayAsync(IHost host, Guid id) => ChangeAsync(host, transaction => DeskOf(host).ReplayAsync(transaction, id));

    protected static Task<StoredDeadLetter> DiscardAsync(IHost host, Guid id, string reason) =>
        ChangeAsync(host, transaction => DeskOf(host).DiscardAsync(transaction, id, reason));

    protected static Task<IReadOnlyList<StoredDeadLetter>> ListAsync(IHost host, DeadLetterFilter? filter = null, DeadLetterPosition? after = null, int limit = 1_000) =>
        DeskOf(host).ListAsync(filter ?? new DeadLetterFilter(), after, limit, Cancellation);
}
