using ContactCenter.Durable;
using ContactCenter.Durable.DeadLetters;
using Dapper;
using Grpc.Core;
using Npgsql;

namespace ContactCenter.Faults.Tests.Load;

/// <summary>Accepts work by the path that the product's services take: one <see cref="DurableTransaction"/> per call.</summary>
internal sealed class LoadCalls(DurableDatabase database, DeadLetterDesk letters) : LoadService.LoadServiceBase
{
    public override Task<LoadResponse> Enqueue(LoadRequest request, ServerCallContext context) => AcceptAsync(
        request,
        (transaction, number) => transaction.Enqueue(LoadHost.Effect, number, new JobOptions { Key = request.Key, Group = request.Group }),
        context.CancellationToken);

    public override Task<LoadResponse> Publish(LoadRequest request, ServerCallContext context) => AcceptAsync(
        request,
        (transaction, number) => transaction.Publish(new NumberPublished { Number = number }, request.Key),
        context.CancellationToken);

    public override async Task<LoadResponse> EnqueueMany(ManyRequest request, ServerCallContext context)
    {
        await using var transaction = await database.BeginAsync(context.CancellationToken);
        var numbers = Enumerable.Range(request.First, request.Count).Select(number => new Number(number, $"burst{number % request.Keys}")).ToList();
        await using (var writer = await transaction.Connection.BeginBinaryImportAsync("COPY accepted (number, key) FROM STDIN (FORMAT binary)", context.CancellationToken))
        {
            foreach (var number in numbers)
                await writer.WriteRowAsync(context.CancellationToken, number.Value, number.Key);
            await writer.CompleteAsync(context.CancellationToken);
        }

        foreach (var number in numbers)
            transaction.Enqueue(LoadHost.Effect, number, new JobOptions { Key = number.Key, Group = "burst" });
        await transaction.CommitAsync(context.CancellationToken);
        return new LoadResponse();
    }

    public override async Task<LoadResponse> Replay(ReplayRequest request, ServerCallContext context)
    {
        await using var transaction = await database.BeginAsync(context.CancellationToken);
        await letters.ReplayAsync(transaction, Guid.Parse(request.Id));
        await transaction.CommitAsync(context.CancellationToken);
        return new LoadResponse();
    }

    public override async Task<LoadResponse> HoldConnections(HoldRequest request, ServerCallContext context)
    {
        var held = new List<NpgsqlConnection>();
        try
        {
            while (held.Count < request.Connections)
                held.Add(await database.DataSource.OpenConnectionAsync(context.CancellationToken));
        }
        catch (NpgsqlException) when (held.Count > 0)
        {
            // The rest is in use by others: the pool is exhausted all the same.
        }

        _ = GiveBackAsync();
        return new LoadResponse();

        async Task GiveBackAsync()
        {
            await Task.Delay(request.Milliseconds);
            foreach (var connection in held)
                await connection.DisposeAsync();
        }
    }

    private async Task<LoadResponse> AcceptAsync(LoadRequest request, Action<DurableTransaction, Number> add, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        await transaction.Connection.ExecuteAsync(
            new CommandDefinition("INSERT INTO accepted (number, key) VALUES (@Number, @Key)", new { request.Number, request.Key }, cancellationToken: cancellationToken));
        add(transaction, new Number(request.Number, request.Key));
        await transaction.CommitAsync(cancellationToken);
        return new LoadResponse();
    }
}
