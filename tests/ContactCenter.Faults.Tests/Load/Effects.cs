using ContactCenter.Durable;
using Dapper;
using MassTransit;

namespace ContactCenter.Faults.Tests.Load;

/// <summary>What a job or message is about: one effect.</summary>
public sealed record Number(int Value, string Key);

/// <summary>A number was accepted.</summary>
[MessageUrn("contactcenter:faults:number-published")]
public sealed record NumberPublished
{
    public required Number Number { get; init; }
}

/// <summary>Writes the effect of a job in one transaction with its end.</summary>
public sealed class WriteEffect(DurableDatabase database) : IJobHandler
{
    /// <summary>Class of the failure of a number that a test has broken.</summary>
    public const string Broken = "broken";

    public async Task RunAsync(JobRun job, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);
        if (!await EffectRow.TryAddAsync(transaction, job.Payload<Number>(), job.Attempt, cancellationToken))
            throw new JobFailedException(Broken, "A test has broken this number.");
        await job.CommitAsync(transaction, cancellationToken);
    }
}

/// <summary>Writes the effect of a message in the transaction of its inbox row.</summary>
public sealed class NumberPublishedConsumer : IConsumer<NumberPublished>
{
    public Task Consume(ConsumeContext<NumberPublished> context) =>
        EffectRow.TryAddAsync(context.Transaction(), context.Message.Number, 1, context.CancellationToken);
}

internal static class EffectRow
{
    /// <summary>Adds the effect of a number.</summary>
    /// <returns>False if a test has broken the number.</returns>
    public static async Task<bool> TryAddAsync(DurableTransaction transaction, Number number, int attempt, CancellationToken cancellationToken) =>
        await transaction.Connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO effects (number, key, attempt) SELECT @Value, @Key, @attempt WHERE NOT EXISTS (SELECT FROM broken WHERE number = @Value)",
            new { number.Value, number.Key, attempt },
            cancellationToken: cancellationToken)) == 1;
}
