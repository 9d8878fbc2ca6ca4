using Dapper;
using MassTransit;

namespace ContactCenter.Durable.Tests;

[MessageUrn("contactcenter:tests:number-added")]
public sealed record NumberAdded
{
    public required string Key { get; init; }

    public required int Number { get; init; }
}

[MessageUrn("contactcenter:tests:nobody-listens")]
public sealed record NobodyListens
{
    public required int Number { get; init; }
}

public sealed class NumberAddedConsumer : IConsumer<NumberAdded>
{
    public async Task Consume(ConsumeContext<NumberAdded> context) =>
        await context.Transaction().Connection.ExecuteAsync(
            "INSERT INTO effects (message_id, key, number) VALUES (@MessageId, @Key, @Number)",
            new { context.MessageId, context.Message.Key, context.Message.Number });
}
